"""The desk's pages about the team, and about people by their name."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import Role, User
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions.staff import agree, ask_to_appoint, ask_to_remove, turn_down
from moderation.models import StaffChangeKind
from moderation.second import solo_is_possible
from moderation.staff import changes_for, people_named, team, waiting_changes
from moderation.staff_forms import AppointForm, PeopleForm, RemoveForm

ASKED = _("Asked for. Another admin must agree within 7 days.")
OVER = _("This was answered already, or nobody agreed in time.")
DONE = {
    StaffChangeKind.REMOVE: _("Done. They are signed out everywhere."),
    StaffChangeKind.MODERATOR: _("Done. Tell them to sign in with a code sent to their address."),
    StaffChangeKind.ADMIN: _("Done. Tell them to sign in with a code sent to their address."),
}
MOST_CLOSED = 20


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def staff(request: SignedInRequest) -> HttpResponse:
    """Who is on the team, and what waits for a second admin."""
    now = timezone.now()
    context = {
        "team": team(at=now),
        "waiting": waiting_changes(at=now).exclude(user=request.user),
        "closed": changes_for(request.viewer).exclude(closed_at=None)[:MOST_CLOSED],
        "solo": solo_is_possible(request.user),
        "now": now,
    }
    return render(request, "moderation/staff.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: SignedInRequest) -> HttpResponse:
    """Ask for a new moderator or admin."""
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change = ask_to_appoint(admin=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, ASKED)
            return redirect("moderation:staff_change", change.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "moderation/staff_appoint.html", {"form": form}, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Ask that the role of a moderator or admin ends."""
    rows = User.objects.filter(is_active=True, role__in=[Role.MODERATOR, Role.ADMIN])
    person = get_object_or_404(rows.exclude(pk=request.user.pk), public_id=public_id)
    form = RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change = ask_to_remove(admin=request.user, person=person, **form.cleaned_data)
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, ASKED)
            return redirect("moderation:staff_change", change.public_id)
    context = {"form": form, "person": person}
    status = 422 if form.is_bound else 200
    return render(request, "moderation/staff_remove.html", context, status=status)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One question about the team; the second admin answers it here."""
    found = get_object_or_404(changes_for(request.viewer), public_id=public_id)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "agree":
                agree(change=found, admin=request.user)
                messages.success(request, DONE[StaffChangeKind(found.kind)])
            else:
                turn_down(change=found, admin=request.user)
                messages.success(request, _("It is off."))
            return redirect("moderation:staff")
        except NotVisible:
            raise Http404 from None
        except Refused as refused:
            messages.warning(request, str(refused.message))
        except StaleVersion:
            messages.info(request, OVER)
        return redirect("moderation:staff_change", public_id)
    own = found.asked_by_id == request.user.pk
    context = {
        "change": found,
        "waits": found.waits(timezone.now()),
        "own": own,
        "may_agree": not own or solo_is_possible(request.user),
    }
    return render(request, "moderation/staff_change.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """People by their name; whom an admin was shown is in the audit log."""
    form = PeopleForm(request.GET if "q" in request.GET else None)
    found: list[User] = []
    if form.is_bound and form.is_valid():
        found = people_named(form.cleaned_data["q"])
        audit.record(
            actor=request.user,
            verb="people_searched",
            subject_kind="people",
            subject_public_id="",
            data={"shown": [person.public_id for person in found]},
        )
    context = {
        "form": form,
        "people": found,
        "asked": form.is_bound and form.is_valid(),
        "now": timezone.now(),
    }
    return render(request, "moderation/people.html", context)
