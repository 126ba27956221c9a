"""How a person wants to be told, and the links in mails that end them."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.consent import wants_mail
from accounts.http import SignedInRequest, VisitorRequest
from forum.access_log import shows_no_posts
from forum.actions.mailing import choose_ways, forget_refusals, stop_mails
from forum.models import MailSettings, NoticeKind, PushDevice, Rhythm
from forum.notice_forms import NoticeChoicesForm
from forum.push.message import public_key_of
from forum.ways import DIGEST, is_bouncing, local_now, push_is_on, read_stop_token


@access(Access.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_no_posts
def notice_choices(request: SignedInRequest) -> HttpResponse:
    """*Me > Notices*: a way for each kind, how often the digest comes, quiet hours."""
    own = MailSettings.objects.filter(user=request.user).first()
    form = NoticeChoicesForm(request.POST or None, user=request.user, own=own)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        choose_ways(
            user=request.user,
            ways=form.ways,
            rhythm=Rhythm(words["rhythm"]),
            quiet=(words["quiet_from"], words["quiet_until"]),
            time_zone=words["time_zone"],
        )
        messages.success(request, _("Your choices are stored."))
        return redirect("forum:notice_choices")
    context = {
        "form": form,
        "wants_mail": wants_mail(request.user),
        "is_bouncing": is_bouncing(request.user, own),
        "now": local_now(own),
        **_devices_of(request),
    }
    return render(request, "forum/notice_choices.html", context)


def _devices_of(request: SignedInRequest) -> dict[str, object]:
    """What the page shows of messages to devices; nothing where this site sends none."""
    if not push_is_on():
        return {}
    return {
        "push_key": public_key_of(settings.VAPID_PRIVATE_KEY),
        "devices": PushDevice.objects.filter(user=request.user).select_related("session"),
        "own_session": request.session.session_key,
    }


@access(Access.ACCOUNT)
@require_POST
@shows_no_posts
def mail_again(request: SignedInRequest) -> HttpResponse:
    """The address is right after all: send mails to it again."""
    if forget_refusals(user=request.user):
        messages.success(request, _("We will send mails to your address again."))
    return redirect("forum:notice_choices")


@access(Access.PUBLIC)
@csrf_exempt  # mail programs press this button for their reader (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@shows_no_posts
def stop_mail(request: VisitorRequest, token: str) -> HttpResponse:
    """End mails of one kind, without signing in. GET changes nothing: programs look at links."""
    found = read_stop_token(token)
    if found is None:
        raise Http404
    own, kind = found
    done = request.method == "POST"
    if done:
        stop_mails(user=own.user, kind=kind)
    label = "" if kind == DIGEST else NoticeKind(kind).label
    return render(request, "forum/stop_mail.html", {"done": done, "kind": label})
