"""What happens to a text that was just written: published or held, and how soon a human looks.

Pure: all it needs is handed in. Rules: docs/promises.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accounts.models import AgeGroup, Role
from forum.hours import Hours, moment_after
from forum.models.board import HoldPolicy
from forum.screening import Finding, Kind, Rank
from forum.states import Severity, Status, Track

# Time until the first human look, by severity (procedure 4). For S0 and S1 it runs day
# and night, since on-call is alerted; for the others it counts staffed hours.
DUE = {
    Severity.S0: timedelta(minutes=15),
    Severity.S1: timedelta(hours=1),
    Severity.S2: timedelta(hours=4),
    Severity.S3: timedelta(days=1),
}
DAY_AND_NIGHT = (Severity.S0, Severity.S1)
# However the hours are set, nothing is due later than this, or than its own length.
LATEST = timedelta(days=7)
# Every post waits for a look until so many of an author's posts were fine.
CLEAN_POSTS_UNDER_18 = 10
CLEAN_POSTS_NEW = 3
# Somebody may need help: this is not about rules, and never counts as a strike.
WELFARE_KINDS = {Kind.CRISIS, Kind.EMERGENCY, Kind.EATING}

# Hard to read, whatever the track.
HARD_KINDS = {Kind.CRISIS, Kind.EATING, Kind.ABUSE}
HARD_TRACKS = {Track.WELFARE, Track.SAFEGUARDING}

PREMODERATION = "premoderation"
BOARD_HOLDS_ALL = "board_holds_all"
REPORTED = "reported"
SAMPLED = "sampled"
SEEN_DIFFERENTLY = "seen_differently"
EDITED = "edited"
PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that a human looks at a post."""

    severity: Severity
    track: Track
    due_at: datetime
    reasons: list[dict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state a text gets, and its ticket if a human must look."""

    status: Status
    ticket: Ticket | None


def is_hard(ticket: Ticket) -> bool:
    """Whether a look may weigh on the reviewer: danger, eating disorders, abuse.

    Reviewers may leave such tickets to others for a while, and are told when it gets much.
    """
    heavy = ticket.severity <= Severity.S1 and ticket.track in HARD_TRACKS
    return heavy or any(reason.get("kind") in HARD_KINDS for reason in ticket.reasons)


def clean_posts_needed(age_group: AgeGroup | None) -> int:
    """So many posts of a member must have been fine. An unknown age counts as under 18."""
    return CLEAN_POSTS_NEW if age_group == AgeGroup.ADULT else CLEAN_POSTS_UNDER_18


def waits_for_premoderation(*, role: str, age_group: AgeGroup | None, clean_posts: int) -> bool:
    """Whether an author's posts still wait for a look. ``clean_posts``: published, no ticket.

    Staff are not held. An unknown age counts as under 18.
    """
    if role != Role.MEMBER:
        return False
    return clean_posts < clean_posts_needed(age_group)


def due_by(
    severity: Severity, at: datetime, *, hours: Hours | None, within: timedelta | None = None
) -> datetime:
    """When a human must have looked at what came in at ``at``, with these staffed hours.

    Without hours it is due in real time. ``within``: another length than that of the severity.
    """
    length = DUE[severity] if within is None else within
    if severity in DAY_AND_NIGHT or hours is None or not hours.is_set:
        return at + length
    return moment_after(hours, length, at, until=at + max(length, LATEST))


def in_real_time(severity: Severity, at: datetime) -> datetime:
    """When a human must have looked, as if people were there day and night."""
    return due_by(severity, at, hours=None)


def is_unknown_link(finding: Finding) -> bool:
    """Whether a finding is a link to a site that is not on the list of known ones.

    The one thing about promotion that is only marked: no hold and no ticket by itself.
    """
    return finding.kind == Kind.PROMO and finding.severity is None and finding.rank == Rank.INFORM


def weighed(findings: Sequence[Finding], *, waits: bool) -> list[Finding]:
    """The findings as they count for an author. ``waits``: see ``waits_for_premoderation``.

    Unknown links are held (S3) where the author is new, and are nothing where not.
    """
    return [
        replace(finding, rank=Rank.HOLD, severity=int(Severity.S3))
        if is_unknown_link(finding)
        else finding
        for finding in findings
        if waits or not is_unknown_link(finding)
    ]


def judge(
    *,
    findings: Sequence[Finding],
    hold_policy: str,
    role: str,
    age_group: AgeGroup | None,
    clean_posts: int,
    at: datetime,
    due_at: Callable[[Severity, datetime], datetime] = in_real_time,
    sampled: bool = False,
    pictures: int = 0,
) -> Verdict:
    """The verdict on a text: any finding of rank *hold*, a board that holds all, or a new author.

    A post with ``pictures`` waits for a look whoever its author is: no rule can see them.

    In doubt (an unknown hold policy) it is held. ``due_at`` is asked only where a human must look.
    ``sampled``: a member's text that nothing speaks against is published, and gets a look as well.
    """
    waits = waits_for_premoderation(role=role, age_group=age_group, clean_posts=clean_posts)
    findings = weighed(findings, waits=waits)
    reasons = [finding.as_json() for finding in findings if finding.severity is not None]
    severities = [Severity(f.severity) for f in findings if f.severity is not None]
    held = any(finding.rank >= Rank.HOLD for finding in findings)
    if role == Role.MEMBER and hold_policy != HoldPolicy.RULES:
        held = True
        reasons.append({"kind": BOARD_HOLDS_ALL})
        severities.append(Severity.S2)
    if pictures:
        held = True
        reasons.append({"kind": PICTURE})
        severities.append(Severity.S2)
    if waits:
        held = True
        reasons.append({"kind": PREMODERATION})
        severities.append(Severity.S2)
    if held and not severities:
        severities.append(Severity.S3)
    status = Status.HELD if held else Status.PUBLISHED
    if not severities:
        if not sampled or role != Role.MEMBER:
            return Verdict(status, None)
        severities, reasons = [Severity.S3], [{"kind": SAMPLED}]
    severity = min(severities)
    welfare = any(finding.kind in WELFARE_KINDS for finding in findings)
    track = Track.WELFARE if welfare else Track.CONDUCT
    return Verdict(status, Ticket(severity, track, due_at(severity, at), reasons))
