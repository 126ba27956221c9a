"""What the page of a case shows: reports, people, evidence, questions, measures, notes."""

from dataclasses import dataclass

from accounts.models import User
from accounts.viewer import Viewer
from forum.models import Picture, Post
from moderation.conflicts import parts_of
from moderation.leaks import OtherSide
from moderation.models import (
    AccountRequest,
    Case,
    CaseDecision,
    CaseEvidence,
    CaseNote,
    CaseParty,
    ConflictDeclaration,
    InterimMeasure,
    ProfileEvidence,
    Proposal,
    Referral,
    Report,
    Sanction,
)
from moderation.pictures import pictures_in_case
from moderation.profile_words import words_in_case

POSTS_OF_PERSON = 25


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a case. ``role``: why, as a code of the templates."""

    user: User
    role: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """All that the page shows."""

    reports: list[Report]
    parts: list[Case]
    people: list[Person]
    evidence: list[CaseEvidence]
    pictures: list[Picture]
    questions: list[AccountRequest]
    measures: list[InterimMeasure]
    referrals: list[Referral]
    notes: list[CaseNote]
    decisions: list[CaseDecision]
    proposals: list[Proposal]
    sanctions: list[Sanction]
    ties: list[ConflictDeclaration]
    taken_down: list[ProfileEvidence]
    has_words: bool  # the person says something about themselves that can be taken down

    @property
    def unread(self) -> list[Report]:
        """Reports with words of the reporter that nobody of the desk has seen."""
        return [
            report
            for report in self.reports
            if any(not one.from_desk and one.read_at is None for one in report.messages.all())
        ]

    @property
    def waiting(self) -> CaseDecision | None:
        """The decision that waits for a second admin."""
        return next(
            (one for one in self.decisions if not one.applied_at and not one.refused_at), None
        )


def case_page(case: Case) -> CasePage:
    """The page of a case with all that is merged into it. A fixed number of queries."""
    parts = list(parts_of(case).order_by("opened_at", "pk"))
    group = [part.pk for part in parts]
    reports = (
        Report.objects.filter(case__in=group)
        .select_related("post__thread__board", "post__author", "revision", "reporter", "case")
        .select_related("about", "clause", "complaint_about")
        .prefetch_related("messages__admin", "evidence__revision__post__author")
        .prefetch_related("profile_evidence")
    )
    return CasePage(
        reports=list(reports.order_by("created_at", "pk")),
        parts=[part for part in parts if part.pk != case.pk],
        people=people_in(case),
        evidence=list(
            CaseEvidence.objects.filter(case__in=group).select_related(
                "post__thread__board", "post__author", "revision", "added_by"
            )
        ),
        pictures=pictures_in_case(case),
        questions=list(
            AccountRequest.objects.filter(case__in=group).select_related("asked", "asked_by")
        ),
        measures=list(
            InterimMeasure.objects.filter(case__in=group).select_related(
                "user", "post__thread", "taken_by", "lifted_by"
            )
        ),
        referrals=list(Referral.objects.filter(case__in=group).select_related("answered_by")),
        notes=list(CaseNote.objects.filter(case__in=group).select_related("author")),
        decisions=list(
            CaseDecision.objects.filter(case__in=group).select_related(
                "decided_by", "approved_by", "refused_by", "clause"
            )
        ),
        proposals=list(Proposal.objects.filter(case__in=group).select_related("about")),
        sanctions=list(Sanction.objects.filter(case__in=group).select_related("user")),
        ties=list(
            ConflictDeclaration.objects.filter(case__in=group)
            .exclude(tie="")
            .select_related("admin")
        ),
        taken_down=list(
            ProfileEvidence.objects.filter(sanction__case__in=group).select_related("person")
        ),
        has_words=words_in_case(case) is not None,
    )


def people_in(case: Case) -> list[Person]:
    """Reporters, people concerned and witnesses, each once, by role."""
    group = parts_of(case)
    people: dict[int, Person] = {}
    for part in group.select_related("about"):
        if part.about is not None:
            people.setdefault(part.about.pk, Person(part.about, "concerned"))
    for party in CaseParty.objects.filter(case__in=group).select_related("user"):
        people.setdefault(party.user.pk, Person(party.user, party.role))
    reports = Report.objects.filter(case__in=group, reporter__isnull=False)
    for report in reports.select_related("reporter").order_by("created_at", "pk"):
        if report.reporter is not None:
            people.setdefault(report.reporter.pk, Person(report.reporter, "reporter"))
    return list(people.values())


def others_in(case: Case) -> list[User]:
    """People who can be asked or measured: all but reporters."""
    return [person.user for person in people_in(case) if person.role != "reporter"]


def posts_by(viewer: Viewer, person: User) -> list[Post]:
    """The newest posts of a person that an admin may handle. Reading them is logged by the view."""
    posts = Post.objects.handleable_by(viewer).filter(author=person)
    return list(
        posts.select_related("thread__board").order_by("-created_at", "-pk")[:POSTS_OF_PERSON]
    )


def side_of_reporters(case: Case, *, but: Report | None = None) -> OtherSide:
    """What tells of reporters: names, addresses, numbers, words. ``but``: without this one."""
    reports = Report.objects.filter(case__in=parts_of(case)).select_related("reporter")
    names: set[str] = set()
    texts: list[str] = []
    for report in reports:
        if but is not None and report.pk == but.pk:
            continue
        names |= {report.number, report.contact}
        if report.reporter is not None and (but is None or report.reporter_id != but.reporter_id):
            names |= {report.reporter.pseudonym, report.reporter.email}
        texts.append(report.words)
        own = report.messages.filter(from_desk=False)
        texts += own.values_list("text", flat=True)
    return OtherSide(names=frozenset(names - {""}), texts=tuple(texts))


def side_of_person(case: Case) -> OtherSide:
    """What tells of the person it is about: their name, and the account that they gave."""
    names: set[str] = set()
    for person in others_in(case):
        names |= {person.pseudonym, person.email}
    texts = AccountRequest.objects.filter(case__in=parts_of(case)).values_list("answer", flat=True)
    return OtherSide(names=frozenset(names), texts=tuple(texts))


def both(*sides: OtherSide) -> OtherSide:
    """All that several sides must not meet."""
    names = frozenset(name for side in sides for name in side.names)
    return OtherSide(names=names, texts=tuple(text for side in sides for text in side.texts))
