"""What tests of the desk share: reports, addresses, the two steps of deciding."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Clause, Document, DocumentKind, User
from accounts.viewer import viewer_of
from forum.models import Post
from moderation.actions.case_decisions import decide_case, reports_to_answer
from moderation.actions.case_evidence import answer_referral, open_referrals
from moderation.actions.reporting import file_report
from moderation.desk import Filters, desk_page
from moderation.models import Case, CaseDecision, Category, Outcome, ReferralAnswer, Report

DESK = reverse("moderation:desk")
NOT_HERE = 404
THANKS = "Thank you. We read it and acted."


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def text_of(response: HttpResponse) -> str:
    """The page as text."""
    return response.content.decode()


def report_on(
    post: Post | None,
    reporter: User | None,
    *,
    category: Category = Category.DANGEROUS_ADVICE,
    words: str = "This worries me.",
    contact: str = "",
) -> Report:
    """A report, as it comes in."""
    return file_report(
        category=category,
        submission_key=new_public_id(),
        reporter=reporter,
        post=post,
        words=words,
        contact=contact,
    )


def desk_address(report: Report) -> str:
    """The page of a report before its case."""
    return reverse("moderation:desk_report", args=[report.number])


def at(case: Case, name: str = "case", *more: str) -> str:
    """A page of a case."""
    return reverse(f"moderation:{name}", args=[case.public_id, *more])


def decision(case: Case, **fields: object) -> dict[str, object]:
    """What the form of a decision sends, with a word to each reporter and posts left alone."""
    numbers = Report.objects.filter(case=case) | Report.objects.filter(case__merged_into=case)
    values: dict[str, object] = {
        "version": case.version,
        "outcome": Outcome.NOTHING_FOUND.value,
        "clause": "",
        "person_message": "",
        "note": "",
        **{f"answer-{report.number}": THANKS for report in numbers},
    }
    for report in numbers.filter(post__isnull=False).select_related("post"):
        if report.post is not None:
            key = report.post.public_id
            values |= {f"post-{key}": "", f"words-{key}": "", f"version-{key}": report.post.version}
    return {**values, **fields}


def decide_on_page(client: Client, case: Case, **fields: object) -> HttpResponse:
    """Look at the decision, then send it; the answer to the second step, or to a refused first."""
    data = decision(case, **fields)
    shown = client.post(at(case, "case_decide"), {**data, "do": "preview"})
    seen = re.search(r'name="seen" value="(\w+)"', text_of(shown))
    if seen is None:
        return shown
    return client.post(at(case, "case_decide"), {**data, "do": "send", "seen": seen[1]})


def code_clause(anchor: str = "") -> Clause:
    """A clause of the code for professionals."""
    code = Document.objects.current(DocumentKind.HCP_CODE)
    assert code is not None
    return code.clauses.get(anchor=anchor) if anchor else code.clauses.all()[0]


def settle(case: Case, admin: User, *, message: str = THANKS, **changes: Any) -> CaseDecision:
    """Decide a case with one word to each reporter; without changes, that nothing was found."""
    case = Case.objects.get(pk=case.pk)
    answer_checklist(case, admin)
    values = {
        "version": case.version,
        "outcome": Outcome.NOTHING_FOUND,
        "answers": dict.fromkeys(reports_to_answer(case).values_list("number", flat=True), message),
    }
    return decide_case(case=case, admin=admin, **{**values, **changes})


def answer_checklist(case: Case, admin: User) -> None:
    """Say of each line that it is not needed, as far as there is one."""
    for kind in open_referrals(case):
        answer_referral(
            case=case,
            admin=admin,
            kind=kind,
            answer=ReferralAnswer.NOT_NEEDED,
            words="Nothing that they would act on.",
        )


def keys_on_desk(admin: User, **filters: Any) -> list[str]:
    """Numbers of reports and ids of cases on an admin's desk, in order."""
    page = desk_page(viewer_of(admin), Filters(**filters), at=timezone.now())
    return [m.row.public_id if isinstance(m.row, Case) else m.row.number for m in page.matters]
