"""Break-glass: admins ask for and approve it, one professional reads."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import record_shown, shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Surface
from moderation import audit
from moderation.actions.breakglass import (
    Delay,
    answer,
    approve,
    ask,
    open_it,
    refuse,
    tell_author,
)
from moderation.breakglass import (
    SUBJECT,
    exceptions_for,
    openings_of,
    other_admins,
    post_for_asking,
    professionals_for,
    words_without_name,
)
from moderation.forms import ApproveGlassForm, AskGlassForm, GlassAnswerForm
from moderation.models import BreakGlass, Risk

LIST_SIZE = 100
CHANGED = _("This changed while you were looking. Please read it again.")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """All exceptions, newest first, without words of posts; ``?post=`` leads to asking for one."""
    wanted = request.GET.get("post", "").strip().rstrip("/").rpartition("/")[2][:20]
    if wanted and post_for_asking(request.viewer, wanted):
        return redirect("moderation:break_glass_ask", wanted)
    now = timezone.now()
    rows = exceptions_for(request.viewer)[:LIST_SIZE]
    context = {
        "rows": [{"exception": row, "state": row.state(now)} for row in rows],
        "wanted": wanted,
        "alone": not other_admins(request.user, at=now),
    }
    return render(request, "moderation/break_glasses.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def ask_form(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read a post and ask to show a passage of it. The reading is in the audit log."""
    post = post_for_asking(request.viewer, public_id)
    if post is None:
        raise Http404
    now = timezone.now()
    professionals = professionals_for(post, at=now)
    initial = {"passage": post.text}
    form = AskGlassForm(request.POST or None, professionals=professionals, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = ask(
                post=post,
                hcp=data["hcp"],
                admin=request.user,
                risk=Risk(data["risk"]),
                reason=data["reason"],
                passage=data["passage"],
                question=data["question"],
            )
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            form.add_error("passage", str(refusal.message))
        else:
            return redirect("moderation:break_glass", asked.public_id)
    audit.record(
        actor=request.user,
        verb="read_for_break_glass",
        subject_kind="post",
        subject_public_id=post.public_id,
        data={"version": post.version, "status": post.status},
    )
    context = {
        "post": post,
        "form": form,
        "professionals": professionals,
        "alone": not other_admins(request.user, at=now),
    }
    status = 422 if form.is_bound else 200
    return render(request, "moderation/break_glass_ask.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def exception(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read one; POST with ``do`` approves, refuses, or tells the author. Reading is logged."""
    found = exceptions_for(request.viewer).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    form = ApproveGlassForm(request.POST if request.POST.get("do") == "approve" else None)
    problem: object = ""
    if request.method == "POST":
        try:
            if _act(request, found, form):
                return redirect("moderation:break_glass", found.public_id)
        except NotVisible:
            raise Http404 from None
        except Refused as refusal:
            problem = refusal.message
        except StaleVersion:
            problem = CHANGED
        found = exceptions_for(request.viewer).get(pk=found.pk)
    audit.record(
        actor=request.user,
        verb="read_break_glass",
        subject_kind=SUBJECT,
        subject_public_id=found.public_id,
    )
    context = _facts(request, found, timezone.now()) | {"form": form, "problem": problem}
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/break_glass.html", context, status=status)


def _act(request: SignedInRequest, found: BreakGlass, form: ApproveGlassForm) -> bool:
    """Do what was asked for; False where the form has errors to show."""
    wish = request.POST.get("do")
    if wish == "approve":
        if not form.is_valid():
            return False
        reason = form.cleaned_data["delay_reason"]
        delay = Delay(reason=reason, lasts=form.wait) if form.wait else None
        approve(exception=found, admin=request.user, delay=delay)
        messages.success(request, _("Approved. The professional was told."))
    elif wish == "refuse":
        refuse(exception=found, admin=request.user)
        messages.success(request, _("Refused. Nobody was shown anything."))
    elif wish == "tell":
        tell_author(exception=found, admin=request.user)
        messages.success(request, _("The author was told."))
    return True


def _facts(request: SignedInRequest, found: BreakGlass, now: datetime) -> dict:
    return {
        "exception": found,
        "state": found.state(now),
        "post": found.post,
        "shown": words_without_name(found),
        "changed_since": found.post.text != found.revision.text,
        "openings": openings_of(found),
        "is_asker": found.asked_by_id == request.viewer.user_id,
        "alone": not other_admins(request.user, at=now),
    }


@access(Access.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: SignedInRequest, public_id: str) -> HttpResponse:
    """What the professional is shown while it is open, and their answer. 404 for all others."""
    form = GlassAnswerForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            answer(public_id=public_id, hcp=request.user, words=form.cleaned_data["words"])
            return redirect("moderation:broken_glass", public_id)
        found = open_it(public_id=public_id, hcp=request.user)
    except NotVisible:
        raise Http404 from None
    # Where telling the author has to wait, so does their list of who has seen their posts.
    shown = [found.post] if found.told_at else []
    reason = found.get_risk_display()
    record_shown(request, Surface.BREAK_GLASS, posts=shown, reason=reason)
    context = {"exception": found, "shown": words_without_name(found), "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/broken_glass.html", context, status=status)
