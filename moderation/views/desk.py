"""The admins' desk: what waits, and one report before somebody takes it."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.errors import NotVisible
from moderation import audit
from moderation.actions.cases import mark_report_looked_at, open_case, pass_on
from moderation.alerts import alert_note
from moderation.appeals import waiting_appeals
from moderation.case_forms import FilterForm, TieForm
from moderation.conflicts import admins_now, open_reports_for
from moderation.desk import Filters, desk_page
from moderation.models import Tie
from moderation.professionals import to_check
from moderation.second import FOR_ADMINS, to_confirm
from moderation.staff import to_agree

ASKED = ("q", "status", "severity", "category", "handler", "staff", "overdue")


@access(Access.ADMIN)
@shows_no_posts
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """Reports and cases, most urgent first. Searching and filtering are in the audit log."""
    now = timezone.now()
    asked = {name: request.GET[name] for name in ASKED if request.GET.get(name)}
    admins = [user for user, _ in admins_now(at=now)]
    form = FilterForm(asked or None, admins=admins)
    if asked:
        form.is_valid()
    filters = form.filters() if asked else Filters()
    if asked:
        audit.record(
            actor=request.user,
            verb="desk_searched",
            subject_kind="desk",
            subject_public_id="",
            data=filters.as_codes(),
            at=now,
        )
    page = desk_page(request.viewer, filters, at=now, after=request.GET.get("after", "")[:20])
    more = {**asked, "after": page.next_key} if page.next_key else {}
    context = {
        "matters": page.matters,
        "form": form,
        "asked": bool(asked),
        "later": bool(request.GET.get("after")),
        "alert_note": alert_note(request.viewer, at=now),
        "more": f"{reverse('moderation:desk')}?{urlencode(more)}" if more else "",
        "waits": {
            "proposals": to_confirm(request.viewer, now).filter(reason__in=FOR_ADMINS).count(),
            "appeals": waiting_appeals(request.viewer).count(),
            "applications": to_check(request.viewer).count(),
            "staff": to_agree(request.viewer, at=now).count(),
        },
    }
    return render(request, "moderation/desk.html", context)


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest, number: str) -> HttpResponse:
    """A report before its case: who is in it, and whether this admin has a tie.

    Its words are read in the case, by those who said that they have none.
    """
    found = get_object_or_404(
        open_reports_for(request.viewer).select_related(
            "about", "post", "reporter", "case__merged_into"
        ),
        number=number,
    )
    if found.case is not None:
        return redirect("moderation:case", (found.case.merged_into or found.case).public_id)
    form = TieForm(request.POST if request.POST.get("do") == "pass_on" else None)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "take":
                case = open_case(report=found, admin=request.user)
                return redirect("moderation:case", case.public_id)
            if form.is_valid():
                data = form.cleaned_data
                tie = Tie(data["tie"])
                pass_on(matter=found, admin=request.user, tie=tie, words=data["words"])
                return redirect("moderation:desk")
        except NotVisible:
            raise Http404 from None
    mark_report_looked_at(report=found)
    audit.record(
        actor=request.user,
        verb="read_report",
        subject_kind="report",
        subject_public_id=found.number,
    )
    context = {"report": found, "form": form}
    return render(
        request, "moderation/desk_report.html", context, status=422 if form.is_bound else 200
    )
