"""Words of profiles that were reported: one report waits, one member's words were taken down."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Document, DocumentKind, User
from config.demo.seed.chance import public_id
from config.demo.seed.texts import DATA
from forum.models import Notice, NoticeKind, Profile, ShownTo
from moderation.actions.case_decisions import decide_case
from moderation.actions.cases import open_case
from moderation.actions.profile_words import take_words_down
from moderation.actions.reporting import file_report
from moderation.models import Category, Outcome, Report, ReportMail
from moderation.profile_words import digest_of

DAY = timedelta(days=1)


def add_profile_words(*, now: datetime, people: dict[str, User]) -> int:
    """Add what is missing; returns how many reports. After the profiles."""
    rows = tomllib.loads((DATA / "profile_words.toml").read_text(encoding="utf-8"))
    added = 0
    for name, row in rows.items():
        key = public_id(0, "profile words", name)
        if Report.objects.filter(submission_key=key).exists():
            continue
        about, at = people[row["about"]], now - row["days_ago"] * DAY
        if "says" in row:
            Profile.objects.create(
                user=about, about=row["says"], about_for=ShownTo.PEERS, changed_at=at - DAY
            )
        report = file_report(
            category=Category(row["category"]),
            submission_key=key,
            reporter=people[row["reporter"]],
            about=about,
            profile=[about.profile.about],
            words=row["words"],
            at=at,
        )
        if "message" in row:
            _take_down(report, row, people["admin_two"], at + DAY)
        ReportMail.objects.filter(report=report).update(mail_due_at=None)
        added += 1
    kinds = (NoticeKind.SANCTION, NoticeKind.DECISION, NoticeKind.REPORT)
    Notice.objects.filter(kind__in=kinds).update(mail_due_at=None)
    return added


def _take_down(report: Report, row: dict[str, Any], admin: User, at: datetime) -> None:
    """An admin opens the case, takes the words down and answers both sides."""
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    clause = rules.clauses.get(anchor=row["clause"]) if rules else None
    case = open_case(report=report, admin=admin, at=at)
    take_words_down(
        case=case,
        admin=admin,
        clause=clause,
        message=row["message"],
        seen=digest_of(row["says"]),
        key=public_id(0, "profile words taken", row["about"]),
        at=at,
    )
    case.refresh_from_db()
    decide_case(
        case=case,
        admin=admin,
        version=case.version,
        outcome=Outcome.ACTION_TAKEN,
        answers={report.number: row["answer"]},
        clause=clause,
        person_message=row["person_message"],
        at=at,
    )
