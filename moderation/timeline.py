"""All that happened in a case, in the order in which it happened.

The order and who did what come from the audit log, which nobody can change. Words come from the
rows that were written in the same transaction, at the same moment, by the same person.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from moderation.conflicts import parts_of
from moderation.models import (
    AccountRequest,
    AuditEvent,
    Case,
    CaseNote,
    ConflictDeclaration,
    InterimMeasure,
    NoteKind,
    Referral,
    Report,
)

READS = ("read_case", "read_report", "read_posts_for_case", "case_exported")
VERBS: dict[str, Promise] = {
    "report_received": _("A report came in"),
    "case_opened": _("Case opened"),
    "case_taken": _("Took the case"),
    "case_taken_over": _("Took the case over"),
    "no_tie_declared": _("Said: I have no tie"),
    "tie_declared": _("Declared a tie and passed it on"),
    "party_added": _("Added a person"),
    "note_added": _("Wrote a note"),
    "evidence_added": _("Kept a post as evidence"),
    "account_asked": _("Asked for an account"),
    "account_given": _("Gave their account"),
    "access_cut": _("Cut off access at once"),
    "access_restored": _("Gave access back"),
    "post_hidden_at_once": _("Hid a post at once"),
    "referral_answered": _("Answered the checklist"),
    "case_merged": _("Merged another case into it"),
    "case_separated": _("Took a case out again"),
    "case_decision_proposed": _("Decided; waits for a second admin"),
    "case_decision_approved": _("Approved the decision"),
    "case_decision_refused": _("Refused the decision, or took it back"),
    "case_decided": _("Decided"),
    "case_reopened": _("Opened it again"),
    "case_exported": _("Took a copy of the case"),
    "read_case": _("Read the case"),
    "read_report": _("Looked at the report"),
    "read_posts_for_case": _("Read posts of somebody in it"),
    "report_message": _("Wrote to the reporter"),
    "decide_hide": _("Hid a post"),
    "decide_remove": _("Removed a post"),
    "decide_publish": _("Showed a post to others"),
    "decide_ask_change": _("Asked for a change of a post"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``what``: in words; ``words``: what was written with it."""

    at: datetime
    who: str
    verb: str
    what: Promise | str
    data: dict[str, Any]
    words: str


def timeline_of(case: Case, *, with_reads: bool = False) -> list[Entry]:
    """Everything about a case and what is merged into it, oldest first."""
    ids = list(parts_of(case).values_list("public_id", flat=True))
    numbers = Report.objects.filter(case__in=parts_of(case)).values_list("number", flat=True)
    about = Q(subject_kind="case", subject_public_id__in=ids) | Q(
        subject_kind="report", subject_public_id__in=list(numbers)
    )
    events = AuditEvent.objects.filter(about | Q(data__case__in=ids)).select_related("actor")
    if not with_reads:
        events = events.exclude(verb__in=READS)
    words = _words(case)
    return [
        Entry(
            at=event.at,
            who=event.actor.pseudonym if event.actor else "",
            verb=event.verb,
            what=VERBS.get(event.verb, event.verb.replace("_", " ")),
            data=event.data,
            words=words.get((event.verb, event.at, event.actor_id), ""),
        )
        for event in events.order_by("number")
    ]


def _words(case: Case) -> dict[tuple[str, datetime, int | None], str]:
    """What was written, by verb, moment and person."""
    group = parts_of(case)
    found: dict[tuple[str, datetime, int | None], str] = {}
    for note in CaseNote.objects.filter(case__in=group):
        verb = "case_reopened" if note.kind == NoteKind.REOPENED else "note_added"
        found[verb, note.at, note.author_id] = note.text
    for asked in AccountRequest.objects.filter(case__in=group):
        found["account_asked", asked.asked_at, asked.asked_by_id] = asked.question
        if asked.answered_at:
            found["account_given", asked.answered_at, asked.asked_id] = asked.answer
    for said in ConflictDeclaration.objects.filter(case__in=group).exclude(tie=""):
        text = f"{said.get_tie_display()}. {said.words}".strip()
        found["tie_declared", said.at, said.admin_id] = text
    for measure in InterimMeasure.objects.filter(case__in=group):
        verb = "access_cut" if measure.user_id else "post_hidden_at_once"
        found[verb, measure.taken_at, measure.taken_by_id] = measure.reason
    for row in Referral.objects.filter(case__in=group):
        text = f"{row.get_kind_display()}: {row.get_answer_display()}. {row.words}"
        found["referral_answered", row.answered_at, row.answered_by_id] = text
    return found
