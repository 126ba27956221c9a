"""Deciding a case: write, look at both messages side by side, send; and the second admin's word."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.http import SignedInRequest
from forum.access_log import shows_no_posts
from forum.actions.state import IllegalMove
from forum.errors import NotVisible, Refused, StaleVersion
from moderation import audit
from moderation.actions.case_decisions import (
    approve_decision,
    decide_case,
    needs_second,
    refuse_decision,
)
from moderation.actions.case_evidence import open_referrals
from moderation.actions.cases import NotDeclared
from moderation.actions.decide import AlreadyDecided, ClaimedByOther, ReasonsMissing
from moderation.actions.interim import posts_of
from moderation.case_decide_form import CaseDecideForm
from moderation.case_reads import both, case_page, side_of_person, side_of_reporters
from moderation.leaks import Leak, find_leaks
from moderation.models import Case, CaseDecision, CaseStatus, Outcome, ReportStatus
from moderation.views.cases import CHANGED, find_case, working

HELD_BY = _("%(name)s is looking at this post. Try again in five minutes.")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it would go out, with what in it tells of somebody else."""

    title: str
    words: str
    leaks: list[Leak]


def messages_of(case: Case, form: CaseDecideForm) -> tuple[list[Message], list[Message]]:
    """What reporters would get, and what the others would get."""
    to_reporters = []
    for report in form.reports:
        others = both(side_of_person(case), side_of_reporters(case, but=report))
        words = form.answers()[report.number]
        to_reporters.append(Message(report.number, words, find_leaks(words, others)))
    reporters = side_of_reporters(case)
    to_others = []
    if words := form.cleaned_data.get("person_message", ""):
        name = case.about.pseudonym if case.about else ""
        to_others.append(Message(name, words, find_leaks(words, reporters)))
    for choice in form.choices():
        if choice.message:
            name = choice.post.byline
            leaks = find_leaks(choice.message, reporters)
            to_others.append(Message(name, choice.message, leaks))
    return to_reporters, to_others


@access(Access.ADMIN)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Write a decision; POST shows it, and a second POST of the same words sends it."""
    found = working(request, public_id)
    if found is None or found.status != CaseStatus.OPEN:
        return redirect("moderation:case", find_case(request, public_id).public_id)
    page = case_page(found)
    form = CaseDecideForm(
        request.POST or None,
        case=found,
        reports=[report for report in page.reports if report.status != ReportStatus.CLOSED],
        posts=posts_of(found),
        initial={"version": found.version, "person_message": ""},
    )
    context: dict = {"case": found, "form": form, "open_referrals": open_referrals(found)}
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            to_reporters, to_others = messages_of(found, form)
            leaks = any(message.leaks for message in [*to_reporters, *to_others])
            data = form.cleaned_data
            same = data["seen"] == form.digest()
            goes_out = same and request.POST.get("do") == "send"
            goes_out = goes_out and (data["confirmed"] or not leaks)
            if goes_out and (answer := _send(request, found, form)):
                return answer
            outcome = Outcome(data["outcome"])
            context |= {
                "previewed": form.digest(),
                "to_reporters": to_reporters,
                "to_others": to_others,
                "leaks": leaks,
                "needs_second": needs_second(found, outcome, form.choices()),
            }
            status = 422 if form.errors else 200
    audit.record(
        actor=request.user,
        verb="read_case",
        subject_kind="case",
        subject_public_id=found.public_id,
    )
    return render(request, "moderation/case_decide.html", context, status=status)


def _send(request: SignedInRequest, found: Case, form: CaseDecideForm) -> HttpResponse | None:
    """Decide; None where it could not be, with the reason on the form."""
    data = form.cleaned_data
    try:
        decide_case(
            case=found,
            admin=request.user,
            version=data["version"],
            outcome=Outcome(data["outcome"]),
            answers=form.answers(),
            note=data["note"],
            clause=data["clause"],
            posts=form.choices(),
            person_message=data.get("person_message", ""),
        )
    except NotVisible:
        raise Http404 from None
    except NotDeclared:
        return redirect("moderation:case", found.public_id)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
    except ClaimedByOther as taken:
        form.add_error(None, HELD_BY % {"name": taken.claim.moderator.pseudonym})
    except (StaleVersion, AlreadyDecided, IllegalMove, ReasonsMissing):
        form.add_error(None, CHANGED)
    else:
        return redirect("moderation:case", found.public_id)
    return None


@access(Access.ADMIN)
@shows_no_posts
@require_POST
def second(request: SignedInRequest, public_id: str) -> HttpResponse:
    """The second admin's yes or no; who decided can take it back."""
    found = working(request, public_id)
    if found is None:
        return redirect("moderation:case", public_id)
    waiting = CaseDecision.objects.filter(case=found, applied_at=None, refused_at=None).first()
    if waiting is None or waiting.public_id != request.POST.get("decision"):
        messages.warning(request, CHANGED)
        return redirect("moderation:case", found.public_id)
    try:
        if request.POST.get("do") == "approve":
            approve_decision(decision=waiting, admin=request.user)
        else:
            refuse_decision(decision=waiting, admin=request.user)
    except NotVisible:
        raise Http404 from None
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
    except ClaimedByOther as taken:
        messages.warning(request, HELD_BY % {"name": taken.claim.moderator.pseudonym})
    except (StaleVersion, AlreadyDecided, IllegalMove, NotDeclared):
        messages.warning(request, CHANGED)
    return redirect("moderation:case", found.public_id)
