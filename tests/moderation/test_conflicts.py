"""Nobody judges what they are too close to: each conflict, on each way to a judgement.

One table: conflicts down, ways across. On each way the same world without a conflict goes through
(so that a refusal means something); with it nothing is shown, done or written. The ways named
``sql`` go past all code: there the database itself refuses. Conflicts in cases: test_cases.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    Block,
    CutOff,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
    Workplace,
)
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused
from forum.models import Audience, Board, Post, Status
from forum.states import Severity
from moderation.actions import appeals, breakglass
from moderation.actions.bulk import Came, decide_spam
from moderation.actions.decide import decide
from moderation.actions.proposals import approve, decide_or_propose
from moderation.actions.sanctions import sanction
from moderation.actions.second_reviews import take_look
from moderation.models import (
    Appeal,
    AppealStatus,
    BreakGlass,
    Category,
    Decision,
    DecisionKind,
    Proposal,
    Report,
    Risk,
    Sanction,
    SanctionKind,
    SecondReview,
    WhySecond,
)
from moderation.queue import tickets_for
from tests.factories import (
    FIRST_LOOK,
    any_clause,
    decided,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
    submit_reply,
)

pytestmark = pytest.mark.django_db

# What the database says when it refuses for a conflict, and not for another reason.
RULES = ("conflict: ", "appeal_by_somebody_else", "appeal_by_no_hcp_about_hcps")
REASON = "She wrote that she will not wake up tomorrow."


@dataclass(slots=True)
class World:
    """A reply that waits for a look, its author, who started the thread, and one reviewer."""

    reviewer: User
    author: User
    host: User
    post: Post
    workplace: Workplace
    thing: Any = None


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def build(board: Board) -> Callable[[Role], World]:
    def make(role: Role) -> World:
        place = Workplace.objects.create(name="Harbour Clinic")
        host, author = make_member("host"), make_member("author")
        thread = publish_thread(host, board, title="Sport", text="Who runs?")
        post = submit_reply(author, thread, text="I am new here, and I run.")
        if role == Role.HCP:
            reviewer = make_hcp("reviewer", workplaces=[place])
        else:
            reviewer = make_staff("reviewer", role)
        return World(reviewer, author, host, fresh(post), place)

    return make


# Conflicts -------------------------------------------------------------------------------------


def own_post(world: World) -> None:
    Post.objects.filter(pk=world.post.pk).update(author=world.reviewer)


def own_report(world: World) -> None:
    now = timezone.now()
    Report.objects.create(
        reporter=world.reviewer,
        about=world.author,
        category=Category.SPAM,
        severity=Severity.S3,
        post=world.post,
        submission_key="k1",
        created_at=now,
        due_at=now,
    )


def author_blocked_reviewer(world: World) -> None:
    Block.objects.create(blocker=world.author, blocked=world.reviewer)


def reviewer_blocked_author(world: World) -> None:
    Block.objects.create(blocker=world.reviewer, blocked=world.author)


def host_blocked_reviewer(world: World) -> None:
    """Who started the thread: its posts cannot be read without them."""
    Block.objects.create(blocker=world.host, blocked=world.reviewer)


def author_hides_from_hcp(world: World) -> None:
    HiddenHcp.objects.create(member=world.author, hcp=world.reviewer)


def host_hides_from_hcp(world: World) -> None:
    HiddenHcp.objects.create(member=world.host, hcp=world.reviewer)


def author_hides_from_workplace(world: World) -> None:
    HiddenWorkplace.objects.create(member=world.author, workplace=world.workplace)


def recused(world: World) -> None:
    Recusal.objects.create(hcp=world.reviewer, member=world.author)


def author_reported_hcp(world: World) -> None:
    CutOff.objects.create(hcp=world.reviewer, member=world.author)


def colleague(world: World) -> None:
    User.objects.filter(pk=world.author.pk).update(role=Role.HCP)


def peers_only(world: World) -> None:
    Post.objects.filter(pk=world.post.pk).update(audience=Audience.PEERS)


def own_decision(world: World) -> None:
    """The reviewer is who decided first."""
    world.reviewer = User.objects.get(pseudonym=FIRST_LOOK)


def none(world: World) -> None:
    """No conflict: the control."""


ANYBODYS = (
    own_post,
    own_report,
    author_blocked_reviewer,
    reviewer_blocked_author,
    host_blocked_reviewer,
)
OF_HCPS = (
    author_hides_from_hcp,
    host_hides_from_hcp,
    author_hides_from_workplace,
    recused,
    author_reported_hcp,
    colleague,
    peers_only,
)


# Ways to a judgement: what must be there before, and whether somebody gets through ---------------


def nothing(world: World) -> None:
    pass


def listed(world: World) -> bool:
    return tickets_for(viewer_of(world.reviewer)).filter(pk=world.post.pk).exists()


def item(world: World, **data: object) -> bool:
    client = Client()
    client.force_login(world.reviewer)
    address = reverse("moderation:item", args=[world.post.public_id])
    answer = client.post(address, data) if data else client.get(address)
    assert answer.status_code in (200, 302, 404)
    return answer.status_code != 404


def posted(world: World) -> bool:
    item(world, kind="publish", version=world.post.version)
    return Decision.objects.filter(post=world.post).exists()


def goes_through(act: Callable[..., Any], **arguments: Any) -> bool:
    try:
        act(**arguments)
    except (NotVisible, Refused):
        return False
    return True


def decides(world: World) -> bool:
    return goes_through(
        decide,
        post=world.post,
        moderator=world.reviewer,
        kind=DecisionKind.PUBLISH,
        version=world.post.version,
    )


def decides_with_others(world: World) -> bool:
    [result] = decide_spam(
        items=[(world.post.public_id, world.post.version)],
        moderator=world.reviewer,
        kind=DecisionKind.HIDE,
        clause=any_clause(),
        message="This is spam.",
    )
    return result.came != Came.GONE


def sql_insert(row: Model) -> bool:
    """Write a row past the ORM's actions, as somebody with a database shell would."""
    fields = row._meta.local_concrete_fields
    kept = [(field, field.pre_save(row, True)) for field in fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field, _ in kept)
    marks = ", ".join(["%s"] * len(kept))
    values = [field.get_db_prep_save(value, connection) for field, value in kept]
    return _sql(f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({marks})", values)  # noqa: S608


def sql_update(row: Model, **values: Any) -> bool:
    changes = {row._meta.get_field(name): value for name, value in values.items()}
    columns = ", ".join(f'"{field.column}" = %s' for field in changes)
    prepared = [field.get_db_prep_save(value, connection) for field, value in changes.items()]
    return _sql(f"UPDATE {row._meta.db_table} SET {columns} WHERE id = {row.pk}", prepared)  # noqa: S608


def _sql(statement: str, values: list[Any]) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as refusal:
        if not any(rule in str(refusal) for rule in RULES):
            raise
        return False
    return True


def sql_decision(world: World) -> bool:
    return sql_insert(
        Decision(
            post=world.post,
            author=world.author,
            moderator=world.reviewer,
            kind=DecisionKind.PUBLISH,
            post_version=world.post.version,
            status_before=Status.HELD,
            status_after=Status.PUBLISHED,
            decided_at=timezone.now(),
        )
    )


def sql_proposal(world: World) -> bool:
    return sql_insert(proposal_of(world, world.reviewer))


def proposal_of(world: World, by: User) -> Proposal:
    now = timezone.now()
    return Proposal(
        reason=WhySecond.SHADOW,
        about=world.author,
        post=world.post,
        post_version=world.post.version,
        decision_kind=DecisionKind.PUBLISH,
        proposed_by=by,
        proposed_at=now,
        expires_at=now + timedelta(days=7),
    )


def a_proposal(world: World) -> None:
    """Of a professional who still learns."""
    world.thing = decide_or_propose(
        post=world.post,
        moderator=make_hcp("learner", in_shadow=True),
        kind=DecisionKind.PUBLISH,
        version=world.post.version,
    )


def confirms(world: World) -> bool:
    return goes_through(approve, proposal=world.thing, person=world.reviewer)


def sql_refuses(world: World) -> bool:
    now = timezone.now()
    return sql_update(world.thing, status="refused", closed_by=world.reviewer.pk, closed_at=now)


def an_appeal(world: World) -> None:
    decided(world.post, DecisionKind.HIDE)
    later = timezone.now() + timedelta(minutes=2)
    decision = Decision.objects.get(post=world.post)
    world.thing = appeals.appeal(user=world.author, decision=decision, words="Why?", at=later)


def decides_appeal(world: World) -> bool:
    return goes_through(
        appeals.decide_appeal,
        appeal=world.thing,
        person=world.reviewer,
        outcome=AppealStatus.UPHELD,
        answer="We looked again.",
    )


def sql_appeal(world: World) -> bool:
    return sql_update(
        world.thing,
        status=AppealStatus.UPHELD,
        decided_by=world.reviewer.pk,
        decided_at=timezone.now(),
        answer="No.",
    )


def a_second_review(world: World) -> None:
    decided(world.post, DecisionKind.PUBLISH)
    decision = Decision.objects.get(post=world.post)
    world.thing = SecondReview.objects.create(
        decision=decision,
        first_moderator=decision.moderator,
        author=world.author,
        asked_at=timezone.now(),
    )


def looks_again(world: World) -> bool:
    return goes_through(
        take_look,
        post=world.post,
        reviewer=world.reviewer,
        kind=DecisionKind.PUBLISH,
        version=fresh(world.post).version,
    )


def sql_look(world: World) -> bool:
    now = timezone.now()
    return sql_update(world.thing, reviewer=world.reviewer.pk, kind="publish", done_at=now)


def warns(world: World) -> bool:
    return goes_through(
        sanction,
        user=world.author,
        moderator=world.reviewer,
        kind=SanctionKind.WARNING,
        clause=any_clause(),
        message="Please be kind.",
        key="k1",
        post=world.post,
    )


def sql_warning(world: World) -> bool:
    return sql_insert(
        Sanction(
            user=world.author,
            kind=SanctionKind.WARNING,
            clause=any_clause(),
            message="Please be kind.",
            starts_at=timezone.now(),
            decided_by=world.reviewer,
            post=world.post,
            submission_key="k1",
        )
    )


def for_peers(world: World) -> None:
    """Else a professional reads it anyway, and nothing is there to break."""
    peers_only(world)
    world.thing = make_hcp("helper")


def asks_to_break_glass(world: World) -> bool:
    return goes_through(
        breakglass.ask,
        post=world.post,
        hcp=world.thing,
        admin=world.reviewer,
        risk=Risk.LIFE,
        reason=REASON,
    )


def a_request_to_break_glass(world: World) -> None:
    for_peers(world)
    world.thing = breakglass.ask(
        post=world.post,
        hcp=world.thing,
        admin=make_staff("other-admin", Role.ADMIN),
        risk=Risk.LIFE,
        reason=REASON,
    )


def breaks_glass(world: World) -> bool:
    return goes_through(breakglass.approve, exception=world.thing, admin=world.reviewer)


def sql_glass(world: World) -> bool:
    return sql_update(world.thing, approved_by=world.reviewer.pk, approved_at=timezone.now())


Way = tuple[Callable[[World], None], Callable[[World], bool]]
FOR_REVIEWERS: dict[str, Way] = {
    "the list": (nothing, listed),
    "the page": (nothing, item),
    "sending the page": (nothing, posted),
    "deciding": (nothing, decides),
    "deciding on several": (nothing, decides_with_others),
    "sql: a decision": (nothing, sql_decision),
    "sql: a proposal": (nothing, sql_proposal),
    "confirming": (a_proposal, confirms),
    "sql: refusing": (a_proposal, sql_refuses),
    "an appeal": (an_appeal, decides_appeal),
    "sql: an appeal": (an_appeal, sql_appeal),
    "a second review": (a_second_review, looks_again),
    "sql: a second review": (a_second_review, sql_look),
}
FOR_MODERATORS: dict[str, Way] = {
    "a warning": (nothing, warns),
    "sql: a warning": (nothing, sql_warning),
}
FOR_ADMINS: dict[str, Way] = {
    "asking to break the glass": (for_peers, asks_to_break_glass),
    "breaking the glass": (a_request_to_break_glass, breaks_glass),
    "sql: breaking the glass": (a_request_to_break_glass, sql_glass),
}
WAYS = FOR_REVIEWERS | FOR_MODERATORS | FOR_ADMINS
LOOKING_AGAIN = [way for way, (before, _) in WAYS.items() if before in (an_appeal, a_second_review)]
# Who reported a post may ask for help with it; another admin approves.
FINE = {(own_report, "asking to break the glass")}

OF_ROLE = {
    Role.MODERATOR: [*FOR_REVIEWERS, *FOR_MODERATORS],
    Role.ADMIN: [*FOR_REVIEWERS, *FOR_MODERATORS, *FOR_ADMINS],
    Role.HCP: [*FOR_REVIEWERS],
}
TABLE = [
    *((Role.MODERATOR, *pair) for pair in product(ANYBODYS, OF_ROLE[Role.MODERATOR])),
    *((Role.ADMIN, *pair) for pair in product(ANYBODYS, FOR_ADMINS) if pair not in FINE),
    *((Role.HCP, *pair) for pair in product(OF_HCPS, OF_ROLE[Role.HCP])),
    *((Role.MODERATOR, own_decision, way) for way in LOOKING_AGAIN),
]
CONTROLS = [(role, way) for role, ways in OF_ROLE.items() for way in ways]
JUDGEMENTS = (Decision, Proposal, Appeal, SecondReview, Sanction, BreakGlass)


def judgements() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in JUDGEMENTS]


def name(part: object) -> str:
    return part if isinstance(part, str) else getattr(part, "__name__", str(part))


@pytest.mark.parametrize("role, conflict, way", TABLE, ids=name)
def test_who_is_in_conflict_gets_nowhere_and_nothing_is_written(build, role, conflict, way):
    world = build(role)
    before, act = WAYS[way]
    before(world)
    conflict(world)
    as_it_was = judgements()
    assert act(world) is False
    assert judgements() == as_it_was


@pytest.mark.parametrize("role, way", CONTROLS, ids=name)
def test_who_is_not_in_conflict_gets_through(build, role, way):
    world = build(role)
    before, act = WAYS[way]
    before(world)
    none(world)
    assert act(world) is True


def test_who_wrote_is_looked_up_and_not_taken_from_the_row(build):
    """A decision that names another author does not get past the rules."""
    world = build(Role.HCP)
    recused(world)
    world.author = make_member("somebody-else")
    assert sql_decision(world) is False


def test_a_second_review_cannot_name_another_first_reviewer(build):
    world = build(Role.MODERATOR)
    a_second_review(world)
    assert sql_update(world.thing, first_moderator=world.reviewer.pk) is False
    assert sql_update(world.thing, author=world.host.pk) is False


def test_somebody_in_conflict_can_still_take_back_what_they_proposed(build):
    world = build(Role.HCP)
    a_proposal(world)
    learner = world.thing.proposed_by
    Recusal.objects.create(hcp=learner, member=world.author)
    now = timezone.now()
    taken_back = {"status": "taken_back", "closed_by": learner.pk, "closed_at": now}
    assert sql_update(world.thing, **taken_back) is True
