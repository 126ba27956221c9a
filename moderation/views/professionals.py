"""The admins' pages about health professionals: applications, renewals, holds, ends."""

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.applying.actions import NotNow, Unfinished
from accounts.applying.standing import place_of, standing_of
from accounts.applying.tasks import TITLES, signed_version, tasks_of
from accounts.http import SignedInRequest
from accounts.models import ApplicationKind, HcpApplication, Role, User, Workplace
from forum.access_log import shows_no_posts
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions.hcp_access import ask_to_revoke, restore_access, revoke, suspend_access
from moderation.actions.hcps import (
    SUBJECT,
    decide_workplace,
    record_check,
    refuse,
    send_application,
    send_back,
)
from moderation.hcp_forms import YES, CheckForm, MeasureForm, QuestionForm, RefuseForm, RestoreForm
from moderation.models import HcpMeasure, MeasureKind
from moderation.professionals import (
    LIST_SIZE,
    applications_for,
    due_renewals,
    pending_ends,
    professionals_for,
    tried,
    waiting_applications,
)

CHANGED = _("This changed while you were looking. Please read it again, then decide.")


@access(Access.ACCOUNT)
@shows_no_posts
@require_POST
def apply_send(request: SignedInRequest) -> HttpResponse:
    """The applicant hands it in; what is still open is named."""
    if request.viewer.role != Role.HCP:
        raise Http404
    application = place_of(request.user).application
    if application is None or application.pk is None:
        messages.info(request, _("There is nothing to send yet."))
        return redirect("accounts:application")
    try:
        sent = send_application(application=application)
    except Unfinished as missing:
        names = ", ".join(str(TITLES[task]) for task in missing.tasks)
        messages.warning(request, _("Not sent yet. Still open: %(names)s.") % {"names": names})
    except NotNow:
        pass
    else:
        if sent.kind == ApplicationKind.SIGNATURE:
            messages.success(request, _("Thank you. You can go on."))
        else:
            messages.success(request, _("Sent. Two admins look at it now."))
    return redirect("accounts:application")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def listing(request: SignedInRequest) -> HttpResponse:
    """What waits, what is on hold, whose year ends."""
    now = timezone.now()
    everybody = professionals_for(request.viewer).select_related("user")
    context = {
        "applications": waiting_applications(request.viewer),
        "measures": pending_ends(request.viewer),
        "renewals": due_renewals(request.viewer, at=now),
        "professionals": everybody.order_by("user__pseudonym")[:LIST_SIZE],
        "now": now,
    }
    return render(request, "moderation/professionals.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Read one application and act on it (POST ``do``). The reading is in the audit log."""
    found = get_object_or_404(
        applications_for(request.viewer).select_related("user"), public_id=public_id
    )
    do = request.POST.get("do", "")
    sent = {"round": found.round, "looked_up_on": timezone.localdate()}
    forms: dict[str, Form] = {
        "check": CheckForm(request.POST if do == "check" else None, initial=sent),
        "question": QuestionForm(request.POST if do == "question" else None, initial=sent),
        "refuse": RefuseForm(request.POST if do == "refuse" else None, initial=sent),
    }
    form = forms.get(do)
    if request.method == "POST":
        try:
            if form is None and _decide_place(request, found):
                return redirect("moderation:hcp_application", found.public_id)
            if form is not None and form.is_valid():
                _act(request, found, do, form)
                return redirect("moderation:professionals")
        except NotVisible:
            raise Http404 from None
        except StaleVersion:
            messages.warning(request, CHANGED)
            return redirect("moderation:hcp_application", found.public_id)
        except Refused as refusal:
            if form is None:
                raise
            form.add_error(None, str(refusal.message))
    audit.record(
        actor=request.user,
        verb="read_hcp_application",
        subject_kind=SUBJECT,
        subject_public_id=found.public_id,
    )
    signed = signed_version(found)
    context = {
        "application": found,
        "tasks": tasks_of(found),
        "signed": signed[0] if signed else None,
        "signed_at": signed[1] if signed else None,
        "tried": tried(found) if found.kind == ApplicationKind.FIRST else [],
        "checks": found.checks.select_related("admin"),
        "mine": found.checks.filter(round=found.round, admin=request.user).exists(),
        "proposed": found.proposed.select_related("workplace"),
        "places": Workplace.objects.order_by("name")[:200],
        "forms": forms,
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "moderation/hcp_application.html", context, status=status)


def _act(request: SignedInRequest, found: HcpApplication, do: str, form: Form) -> None:
    """Do what the form says. Raises what the actions raise."""
    data = form.cleaned_data
    if do == "question":
        send_back(application=found, admin=request.user, **data)
        messages.success(request, _("Sent back with your question."))
    elif do == "refuse":
        refuse(application=found, admin=request.user, **data)
        messages.success(request, _("Refused. The applicant is told."))
    else:
        matches = data.pop("matches") == YES
        second = record_check(application=found, admin=request.user, matches=matches, **data)
        done = _("That was the second yes. The account works for a year.")
        messages.success(request, done if second else _("Your check is kept."))


def _decide_place(request: SignedInRequest, found: HcpApplication) -> bool:
    """Decide on a workplace that was named; False where the POST names none."""
    public_id = request.POST.get("place", "")[:20]
    proposed = found.proposed.filter(public_id=public_id, decided_at=None).first()
    same_as = None
    if same := request.POST.get("same_as", "")[:20]:
        same_as = get_object_or_404(Workplace, public_id=same)
    do = request.POST.get("do")
    if proposed is None or do not in ("accept", "leave_out"):
        return False
    decide_workplace(proposed=proposed, admin=request.user, accept=do == "accept", same_as=same_as)
    return True


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def professional(request: SignedInRequest, public_id: str) -> HttpResponse:
    """One professional: what they rest on, and cutting them off, or giving access back."""
    profile = get_object_or_404(
        professionals_for(request.viewer).select_related(
            "user", "verified_by_first", "verified_by_second"
        ),
        user__public_id=public_id,
    )
    hcp, do = profile.user, request.POST.get("do", "")
    forms: dict[str, Form] = {
        "cut": MeasureForm(request.POST if do == "cut" else None),
        "restore": RestoreForm(request.POST if do == "restore" else None),
    }
    form = forms.get(do)
    standing = HcpMeasure.objects.filter(hcp=hcp, ended_at=None)
    if request.method == "POST":
        try:
            if do == "agree":
                revoke(measure=get_object_or_404(standing), admin=request.user)
                messages.success(request, _("The role has ended. They are told."))
                return redirect("moderation:professional", public_id)
            if form is not None and form.is_valid():
                _cut_or_restore(request, hcp, do, form)
                return redirect("moderation:professional", public_id)
        except NotVisible:
            raise Http404 from None
        except StaleVersion:
            messages.warning(request, CHANGED)
            return redirect("moderation:professional", public_id)
        except Refused as refusal:
            messages.warning(request, str(refusal.message))
            return redirect("moderation:professional", public_id)
    audit.record(
        actor=request.user,
        verb="read_hcp",
        subject_kind="account",
        subject_public_id=hcp.public_id,
    )
    context = {
        "profile": profile,
        "standing": standing_of(profile, at=timezone.now()),
        "workplaces": profile.workplaces.order_by("name"),
        "measures": HcpMeasure.objects.filter(hcp=hcp).select_related(
            "admin", "approved_by", "ended_by", "clause"
        ),
        "open": standing.first(),
        "applications": applications_for(request.viewer).filter(user=hcp)[:20],
        "forms": forms,
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "moderation/professional.html", context, status=status)


def _cut_or_restore(request: SignedInRequest, hcp: User, do: str, form: Form) -> None:
    """Raises what the actions raise."""
    data = form.cleaned_data
    if do == "restore":
        restore_access(hcp=hcp, admin=request.user, reason=data["reason"])
        messages.success(request, _("The access is given back. They are told."))
        return
    cut = ask_to_revoke if data.pop("kind") == MeasureKind.REVOKE else suspend_access
    cut(hcp=hcp, admin=request.user, **data)
    messages.success(request, _("They are cut off from now on, and told."))
