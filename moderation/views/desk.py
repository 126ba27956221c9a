"""The admins' desk: reports, cases, decisions."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.actions.state import IllegalMove
from forum.errors import NotVisible, StaleVersion
from moderation import audit
from moderation.actions.decide import AlreadyDecided, ClaimedByOther
from moderation.actions.reports import decide_case, mark_report_looked_at, open_case
from moderation.alerts import alert_note
from moderation.forms import CaseForm
from moderation.models import CaseStatus, DecisionKind, Outcome
from moderation.queries import cases_for, desk_list, open_reports_for

CHANGED = _("This changed while you were looking. Please read it again, then decide.")


@access(Access.ADMIN)
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """Reports that wait, most urgent first."""
    now = timezone.now()
    context = {
        "reports": desk_list(request.viewer)[:100],
        "now": now,
        "alert_note": alert_note(request.viewer, at=now),
    }
    return render(request, "moderation/desk.html", context)


@access(Access.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest, number: str) -> HttpResponse:
    """Read one report; POST opens its case. The reading is in the audit log."""
    found = get_object_or_404(
        open_reports_for(request.viewer).select_related("post__thread__board", "revision", "case"),
        number=number,
    )
    if request.method == "POST":
        try:
            return redirect(
                "moderation:case", open_case(report=found, admin=request.user).public_id
            )
        except NotVisible:
            raise Http404 from None
    mark_report_looked_at(report=found)
    audit.record(
        actor=request.user,
        verb="read_report",
        subject_kind="report",
        subject_public_id=found.number,
    )
    return render(request, "moderation/desk_report.html", {"report": found})


@access(Access.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Work on a case and decide it."""
    found = get_object_or_404(
        cases_for(request.viewer).select_related("about", "handler", "clause"), public_id=public_id
    )
    form = CaseForm(request.POST or None, initial={"version": found.version, "post_decision": ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            decide_case(
                case=found,
                admin=request.user,
                version=data["version"],
                outcome=Outcome(data["outcome"]),
                reporter_message=data["reporter_message"],
                note=data["note"],
                clause=data["clause"],
                post_decision=DecisionKind(data["post_decision"])
                if data["post_decision"]
                else None,
                author_message=data["author_message"],
            )
            return redirect("moderation:case", found.public_id)
        except NotVisible:
            raise Http404 from None
        except ClaimedByOther as taken:
            words = _("%(name)s is looking at this post. Try again in five minutes.")
            form.add_error(None, words % {"name": taken.claim.moderator.pseudonym})
        except (StaleVersion, AlreadyDecided, IllegalMove):
            form.add_error(None, CHANGED)
    audit.record(
        actor=request.user,
        verb="read_case",
        subject_kind="case",
        subject_public_id=found.public_id,
    )
    reports = found.reports.select_related("post__thread__board", "revision", "reporter")
    context = {
        "case": found,
        "reports": reports.order_by("created_at"),
        "form": form if found.status == CaseStatus.OPEN else None,
    }
    return render(request, "moderation/case.html", context)
