"""The desk's pages about announcements."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Announcement
from forum.access_log import shows_no_posts
from forum.errors import Refused, StaleVersion
from moderation.actions.announcements import announce, take_down
from moderation.site_forms import AnnouncementForm

OLD_ONES = 20
IS_OVER = _("This one is over by now. You can send your words as a new one.")


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: SignedInRequest) -> HttpResponse:
    """What is up, what was, and a form for more."""
    now = timezone.now()
    form = AnnouncementForm(request.POST or None, initial={"starts_at": timezone.localtime(now)})
    if request.method == "POST" and form.is_valid() and _announced(request, form, None):
        return redirect("moderation:announcements")
    rows = Announcement.objects.select_related("made_by", "ended_by")
    context = {
        "form": form,
        "live": list(rows.filter(ended_at=None, ends_at__gt=now).order_by("starts_at", "pk")),
        "over": [each for each in rows[: OLD_ONES * 2] if each.is_over(now)][:OLD_ONES],
        "now": now,
    }
    status = 422 if form.is_bound else 200
    return render(request, "moderation/announcements.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Other words in the place of one that is up."""
    found = get_object_or_404(Announcement, public_id=public_id)
    if found.is_over(timezone.now()) and request.method != "POST":
        return redirect("moderation:announcements")
    form = AnnouncementForm(request.POST or None, initial=AnnouncementForm.values_of(found))
    if request.method == "POST" and form.is_valid() and _announced(request, form, found):
        return redirect("moderation:announcements")
    context = {"form": form, "announcement": found}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/announcement.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def end(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take one down."""
    found = get_object_or_404(Announcement, public_id=public_id)
    if take_down(announcement=found, admin=request.user):
        messages.success(request, _("It is down."))
    return redirect("moderation:announcements")


def _announced(
    request: SignedInRequest, form: AnnouncementForm, replaces: Announcement | None
) -> bool:
    """Whether it went up; else the form says why."""
    try:
        announce(admin=request.user, replaces=replaces, **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return False
    except StaleVersion:
        form.add_error(None, IS_OVER)
        return False
    messages.success(request, _("It is up, from the time that you set."))
    return True
