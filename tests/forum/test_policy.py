"""Who waits for a look, and how long a look may take. Pure: no database."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AgeGroup, Role
from forum.models.board import HoldPolicy
from forum.policy import DUE, judge, waits_for_premoderation
from forum.screening import Finding, Kind, Rank
from forum.states import Severity, Status, Track

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def finding(kind: Kind, rank: Rank = Rank.HOLD, severity: int | None = 2) -> Finding:
    return Finding(kind=kind, rank=rank, severity=severity, start=0, end=3, rule=f"{kind}-x")


def verdict(*findings: Finding, role=Role.MEMBER, age=AgeGroup.ADULT, clean=99, policy="rules"):
    return judge(
        findings=findings, hold_policy=policy, role=role, age_group=age, clean_posts=clean, at=NOW
    )


@pytest.mark.parametrize(
    "age, clean, waits",
    [
        (AgeGroup.TEEN, 9, True),
        (AgeGroup.TEEN, 10, False),
        (AgeGroup.OLDER_TEEN, 0, True),
        (AgeGroup.OLDER_TEEN, 9, True),
        (AgeGroup.OLDER_TEEN, 10, False),
        (AgeGroup.ADULT, 0, True),
        (AgeGroup.ADULT, 2, True),
        (AgeGroup.ADULT, 3, False),
        (None, 9, True),
        (None, 10, False),
    ],
)
def test_how_many_clean_posts_an_age_asks_for(age, clean, waits):
    assert waits_for_premoderation(role=Role.MEMBER, age_group=age, clean_posts=clean) == waits
    assert verdict(age=age, clean=clean).status == (Status.HELD if waits else Status.PUBLISHED)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP, Role.ADMIN])
def test_staff_do_not_wait_but_findings_hold_their_posts_too(role):
    assert verdict(role=role, age=None, clean=0, policy="all").status == Status.PUBLISHED
    assert verdict(finding(Kind.ABUSE), role=role, age=None, clean=0).status == Status.HELD


@pytest.mark.parametrize("policy", [HoldPolicy.ALL, "", "no such policy"])
def test_a_board_that_holds_all_or_says_something_unknown_holds(policy):
    assert verdict(policy=policy).status == Status.HELD


@pytest.mark.parametrize("kind", list(Kind))
def test_a_hold_finding_of_any_kind_holds_and_needs_a_look(kind):
    result = verdict(finding(kind))
    assert result.status == Status.HELD
    assert result.ticket is not None


@pytest.mark.parametrize("kind", list(Kind))
def test_who_may_need_help_is_on_the_welfare_track(kind):
    welfare = kind in (Kind.CRISIS, Kind.EMERGENCY, Kind.EATING)
    assert verdict(finding(kind)).ticket.track == (Track.WELFARE if welfare else Track.CONDUCT)


def test_one_welfare_finding_among_others_makes_it_welfare():
    ticket = verdict(finding(Kind.ABUSE), finding(Kind.CRISIS, severity=0)).ticket
    assert (ticket.track, ticket.severity) == (Track.WELFARE, Severity.S0)


def test_a_finding_that_only_informs_is_published_with_a_ticket_if_it_has_a_severity():
    result = verdict(finding(Kind.EMERGENCY, Rank.INFORM, 0))
    assert result.status == Status.PUBLISHED
    assert result.ticket.due_at == NOW + timedelta(minutes=15)
    assert verdict(finding(Kind.PROMO, Rank.INFORM, None)).ticket is None


def test_nothing_found_by_a_seasoned_member_needs_no_look():
    assert verdict().status == Status.PUBLISHED
    assert verdict().ticket is None


def test_a_hold_finding_without_a_severity_gets_a_routine_look():
    assert verdict(finding(Kind.PROMO, severity=None)).ticket.severity == Severity.S3


def test_times_are_those_of_the_safety_page():
    assert {
        Severity.S0: timedelta(minutes=15),
        Severity.S1: timedelta(hours=1),
        Severity.S2: timedelta(hours=4),
        Severity.S3: timedelta(days=1),
    } == DUE


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(Kind),
        st.sampled_from(Rank),
        st.one_of(st.none(), st.integers(0, 3)),
    ),
    max_size=4,
)


@given(
    found=findings,
    role=st.sampled_from(Role),
    age=st.sampled_from([None, *AgeGroup]),
    clean=st.integers(0, 12),
    policy=st.sampled_from(["rules", "all", ""]),
)
def test_what_is_held_always_has_a_ticket_due_in_time(found, role, age, clean, policy):
    result = verdict(*found, role=role, age=age, clean=clean, policy=policy)
    if result.status == Status.HELD:
        assert result.ticket is not None
    if result.ticket:
        assert result.ticket.due_at == NOW + DUE[result.ticket.severity]
        assert result.ticket.severity <= min(
            (f.severity for f in found if f.severity is not None), default=3
        )


@given(found=findings, more=findings, clean=st.integers(0, 12))
def test_more_findings_never_set_a_held_post_free_nor_make_its_look_later(found, more, clean):
    fewer, all_of_them = verdict(*found, clean=clean), verdict(*found, *more, clean=clean)
    assert not (fewer.status == Status.HELD and all_of_them.status == Status.PUBLISHED)
    if fewer.ticket:
        assert all_of_them.ticket.due_at <= fewer.ticket.due_at


def test_every_combination_of_role_and_age_gets_an_answer():
    for role, age, clean in product(Role, [None, *AgeGroup], range(12)):
        assert verdict(role=role, age=age, clean=clean).status in (Status.HELD, Status.PUBLISHED)


LINK = finding(Kind.PROMO, Rank.INFORM, severity=None)


def test_an_unknown_link_by_somebody_new_is_a_reason_to_hold():
    found = verdict(LINK, clean=0)
    assert found.status == Status.HELD
    assert {"promo", "premoderation"} <= {reason["kind"] for reason in found.ticket.reasons}


@pytest.mark.parametrize("role", Role.values)
def test_an_unknown_link_by_others_is_nothing(role):
    assert verdict(LINK, role=role, clean=99).ticket is None
    assert verdict(LINK, role=role, clean=99).status == Status.PUBLISHED


def test_a_throttled_finding_publishes_and_keeps_its_ticket():
    found = verdict(finding(Kind.EATING, Rank.INFORM, severity=1))
    assert found.status == Status.PUBLISHED
    assert (found.ticket.severity, found.ticket.track) == (Severity.S1, Track.WELFARE)
