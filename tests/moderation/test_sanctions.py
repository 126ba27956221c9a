"""Warning, silencing, suspending: who may, what follows, and that it ends by itself."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.ids import new_public_id
from accounts.models import Block, Role, User
from accounts.viewer import viewer_of
from forum.errors import NotVisible, Refused
from forum.models import Notice, NoticeKind, Post, Status
from forum.models.board import HoldPolicy
from moderation.actions.cases import open_case
from moderation.actions.decide import decide
from moderation.actions.proposals import approve
from moderation.actions.reporting import file_report
from moderation.actions.sanctions import lift, sanction, sweep
from moderation.models import (
    AuditEvent,
    Category,
    Claim,
    DecisionKind,
    Proposal,
    Sanction,
    SanctionKind,
)
from moderation.queue import claim
from moderation.sanctions import wrong_accounts
from tests.factories import (
    any_clause,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
    submit_thread,
)
from tests.routes import ROUTES, Access

pytestmark = pytest.mark.usefixtures("texts")

WORDS = {"title": "Today", "text": "It was a quiet day."}
MESSAGE = "You wrote unkind words to three people."
DAY = timedelta(days=1)
NOT_HERE, UNPROCESSABLE = 404, 422


@pytest.fixture
def member(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def post(member: User) -> Post:
    return publish_thread(member, make_board("feelings"), **WORDS).posts.get()


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("calm", Role.MODERATOR)


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def second(db: None) -> User:
    return make_staff("grace", Role.ADMIN)


def act(user: User, by: User, kind: SanctionKind, days: int | None, **more: object):
    values: dict = {"clause": any_clause(), "message": MESSAGE, "key": new_public_id()}
    return sanction(user=user, moderator=by, kind=kind, days=days, **{**values, **more})


def silenced(user: User, by: User, days: int = 3, **more: object) -> Sanction:
    made = act(user, by, SanctionKind.SILENCE, days, **more)
    assert isinstance(made, Sanction)
    return made


def suspended(user: User, first: User, second: User, days: int = 7) -> Sanction:
    proposal = act(user, first, SanctionKind.SUSPENSION, days)
    assert isinstance(proposal, Proposal)
    assert approve(proposal=proposal, person=second)
    return Sanction.objects.get(proposal=proposal)


def again(row):
    return type(row).objects.get(pk=row.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_for(post: Post) -> str:
    return reverse("moderation:act_on_author", args=[post.public_id])


def nothing_was_done(user: User) -> None:
    assert not Sanction.objects.exists()
    assert again(user).silenced_until is None
    assert not Notice.objects.filter(recipient=user, kind=NoticeKind.SANCTION).exists()


# The page ----------------------------------------------------------------------------------------


def test_the_page_names_the_author_only_under_a_post_that_can_be_read(
    member: User, moderator: User, post: Post
) -> None:
    page = signed_in(moderator).get(page_for(post)).content.decode()
    assert f"Act on {member.pseudonym}" in page
    board = make_board("chat")
    held = submit_thread(member, board, title="Well", text="Your numbers are bad, you are lazy.")
    assert held.status == Status.HELD
    page = signed_in(moderator).get(page_for(held)).content.decode()
    assert "Act on the author of this post" in page
    assert member.pseudonym not in page


# What each does ----------------------------------------------------------------------------------


def test_a_warning_tells_and_takes_nothing(member: User, moderator: User, post: Post) -> None:
    made = act(member, moderator, SanctionKind.WARNING, None, post=post)
    assert (made.until, made.ends_at) == (None, None)
    assert viewer_of(again(member)).may_write
    notice = Notice.objects.get(recipient=member, kind=NoticeKind.SANCTION)
    assert any_clause().line in notice.message
    assert MESSAGE in notice.message
    assert moderator.pseudonym not in notice.message


def test_a_silenced_member_reads_and_does_not_post(
    member: User, moderator: User, post: Post
) -> None:
    at = timezone.now()
    made = silenced(member, moderator, 3, post=post, at=at)
    user = again(member)
    assert user.silenced_until == made.until == at + 3 * DAY
    assert (viewer_of(user).may_read, viewer_of(user).may_write) == (True, False)
    assert viewer_of(user, at=at + 3 * DAY).may_write


def test_the_longest_silence_counts(member: User, admin: User, moderator: User, post: Post) -> None:
    at = timezone.now()
    silenced(member, admin, 14, at=at)
    silenced(member, moderator, 1, post=post, at=at)
    assert again(member).silenced_until == at + 14 * DAY


def test_the_audit_entry_carries_no_words(member: User, moderator: User, post: Post) -> None:
    made = silenced(member, moderator, 3, post=post)
    event = AuditEvent.objects.get(subject_public_id=made.public_id)
    assert (event.actor, event.verb) == (moderator, "sanctioned")
    assert event.data["user"] == member.public_id
    assert MESSAGE not in str(event.data)


def test_the_same_submission_again_changes_nothing(
    member: User, moderator: User, post: Post
) -> None:
    first = silenced(member, moderator, 3, post=post, key="k" * 14)
    assert silenced(member, moderator, 3, post=post, key="k" * 14) == first
    assert Sanction.objects.count() == 1


# Who may -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [14, 30, 365, 4, 0, -1])
def test_a_moderator_silences_for_a_week_at_most(
    days: int, member: User, moderator: User, post: Post
) -> None:
    with pytest.raises(Refused):
        silenced(member, moderator, days, post=post)
    nothing_was_done(member)


def test_a_moderator_suspends_nobody(member: User, moderator: User, post: Post) -> None:
    with pytest.raises(NotVisible):
        act(member, moderator, SanctionKind.SUSPENSION, 1, post=post)
    assert not Proposal.objects.exists()


def test_a_moderator_comes_to_a_person_by_a_post_of_theirs_only(
    member: User, moderator: User
) -> None:
    other = publish_thread(make_member("robin"), make_board("other"), **WORDS).posts.get()
    for post in (None, other):
        with pytest.raises(NotVisible):
            silenced(member, moderator, 3, post=post)
    nothing_was_done(member)


@pytest.mark.parametrize("who", ["member", "nurse", "blocked", "suspended"])
def test_others_sanction_nobody(who: str, member: User, post: Post) -> None:
    person = {
        "member": lambda: make_member("robin"),
        "nurse": lambda: make_hcp("nurse"),
        "blocked": lambda: make_staff("apart", Role.MODERATOR),
        "suspended": lambda: make_staff(
            "paused", Role.MODERATOR, suspended_until=timezone.now() + DAY
        ),
    }[who]()
    if who == "blocked":
        Block.objects.create(blocker=member, blocked=person)
    with pytest.raises(NotVisible):
        silenced(member, person, 3, post=post)
    assert signed_in(person).get(page_for(post)).status_code == NOT_HERE
    assert signed_in(person).post(page_for(post), {"kind": "silence"}).status_code == NOT_HERE
    nothing_was_done(member)


def test_nobody_sanctions_themselves(admin: User) -> None:
    with pytest.raises(NotVisible):
        silenced(admin, admin, 3)


def test_against_the_team_even_a_warning_takes_a_second_admin(
    moderator: User, admin: User, second: User
) -> None:
    proposal = act(moderator, admin, SanctionKind.WARNING, None)
    assert isinstance(proposal, Proposal)
    assert not Sanction.objects.exists()
    assert approve(proposal=proposal, person=second)
    assert Sanction.objects.get().user == moderator


@pytest.mark.parametrize("lacking", [{"clause": None}, {"message": " "}])
def test_rule_and_message_are_needed(
    lacking: dict, member: User, moderator: User, post: Post
) -> None:
    with pytest.raises(Refused):
        silenced(member, moderator, 3, post=post, **lacking)
    nothing_was_done(member)


# In the middle of something ---------------------------------------------------------------------


def test_suspended_in_the_middle_of_a_review_loses_the_claim_and_decides_nothing(
    member: User, moderator: User, admin: User, second: User
) -> None:
    held = submit_thread(member, make_board("held", hold_policy=HoldPolicy.ALL), **WORDS)
    claim(post=held, moderator=moderator)
    suspended(moderator, admin, second)
    assert not Claim.objects.exists()
    with pytest.raises(NotVisible):
        decide(
            post=held,
            moderator=again(moderator),
            kind=DecisionKind.PUBLISH,
            version=held.version,
        )
    assert again(held).status == Status.HELD


# The end ----------------------------------------------------------------------------------------


def test_it_ends_by_itself_and_the_sweep_only_tidies_up(
    member: User, moderator: User, post: Post
) -> None:
    made = silenced(member, moderator, 1, post=post)
    end = made.until
    assert end is not None
    assert viewer_of(again(member), at=end).may_write  # before any sweep
    assert sweep(at=end - timedelta(seconds=1)) == 0
    assert sweep(at=end) == 1
    user, row = again(member), again(made)
    assert (user.silenced_until, row.over_at) == (None, end)
    notices = Notice.objects.filter(recipient=member, kind=NoticeKind.SANCTION).count()
    events = AuditEvent.objects.count()
    assert sweep(at=end) == 0
    assert sweep(at=end + DAY) == 0
    assert (again(made).over_at, AuditEvent.objects.count()) == (end, events)
    assert Notice.objects.filter(recipient=member, kind=NoticeKind.SANCTION).count() == notices


def test_the_end_of_one_leaves_the_other(
    member: User, moderator: User, admin: User, post: Post
) -> None:
    at = timezone.now()
    silenced(member, moderator, 1, post=post, at=at)
    silenced(member, admin, 7, at=at)
    sweep(at=at + DAY)
    assert again(member).silenced_until == at + 7 * DAY


def test_an_admin_ends_it_early_once(
    member: User, moderator: User, admin: User, post: Post
) -> None:
    made = silenced(member, moderator, 3, post=post)
    with pytest.raises(Refused):
        lift(sanction=made, admin=admin, why=" ")
    with pytest.raises(NotVisible):
        lift(sanction=made, admin=moderator, why="Enough.")
    assert lift(sanction=made, admin=admin, why="They said sorry.")
    assert not lift(sanction=made, admin=admin, why="Again.")
    assert again(member).silenced_until is None
    row = again(made)
    assert (row.lifted_by, row.lifted_why, row.until) == (admin, "They said sorry.", made.until)
    assert "ended this early" in Notice.objects.filter(recipient=member).latest("pk").message


# What the accounts say --------------------------------------------------------------------------


def test_accounts_say_what_the_rows_say_through_all_of_it(
    member: User, moderator: User, admin: User, second: User, post: Post
) -> None:
    at = timezone.now()
    silenced(member, admin, 7, at=at)
    made = suspended(member, admin, second)
    for moment in (timezone.now(), at + DAY, at + 7 * DAY, at + 8 * DAY):
        assert list(wrong_accounts(moment)) == []
    lift(sanction=made, admin=second, why="A mistake.")
    assert list(wrong_accounts(timezone.now())) == []
    out = StringIO()
    call_command("check_sanctions", stdout=out)
    assert "agree" in out.getvalue()


@pytest.mark.parametrize("field", ["silenced_until", "suspended_until"])
def test_the_check_finds_an_account_that_says_something_else(
    field: str, member: User, moderator: User, post: Post
) -> None:
    silenced(member, moderator, 3, post=post)
    wrong = {"silenced_until": None, "suspended_until": timezone.now() + DAY}[field]
    User.objects.filter(pk=member.pk).update(**{field: wrong})
    (line,) = wrong_accounts(timezone.now())
    assert field in line
    with pytest.raises(CommandError):
        call_command("check_sanctions", stdout=StringIO())


# The database itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values,rule",
    [
        ({"message": "Other words."}, "sanction_facts_stay"),
        ({"until": timezone.now() + 99 * DAY}, "sanction_facts_stay"),
        ({"ends_at": timezone.now() + 99 * DAY}, "sanction_facts_stay"),
        ({"ends_at": timezone.now()}, "sanction_ends_as_decided"),
        ({"lifted_at": timezone.now()}, "sanction_lifted_whole"),
        ({"kind": "suspension"}, "sanction_(facts_stay|suspension_needs_two)"),
    ],
)
def test_facts_stay(values: dict, rule: str, member: User, moderator: User, post: Post) -> None:
    made = silenced(member, moderator, 3, post=post)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Sanction.objects.filter(pk=made.pk).update(**values)
    with pytest.raises(IntegrityError, match="sanction_stays"), transaction.atomic():
        made.delete()


# Pages ------------------------------------------------------------------------------------------


def test_a_moderator_silences_on_the_page(member: User, moderator: User, post: Post) -> None:
    browser = signed_in(moderator)
    page = browser.get(page_for(post)).content.decode()
    assert "Silence" in page
    assert "Suspend" not in page
    assert "30 days" not in page
    data = {"key": new_public_id(), "kind": "silence", "message": MESSAGE}
    answer = browser.post(page_for(post), data)
    assert answer.status_code == UNPROCESSABLE
    assert "Pick the rule" in answer.content.decode()
    assert "Pick for how long" in answer.content.decode()
    answer = browser.post(page_for(post), {**data, "days": "3", "clause": "be-kind"})
    assert answer.status_code == 302
    assert Sanction.objects.get().user == member


def test_an_admin_acts_from_a_case(member: User, admin: User, second: User, post: Post) -> None:
    report = file_report(category=Category.BULLYING, submission_key="k", post=post)
    case = open_case(report=report, admin=admin)
    address = reverse("moderation:act_on_case", args=[case.public_id])
    browser = signed_in(admin)
    assert browser.get(address).status_code == 200
    answer = browser.post(
        address,
        {
            "key": new_public_id(),
            "kind": "suspension",
            "days": "30",
            "clause": "be-kind",
            "message": MESSAGE,
        },
    )
    proposal = Proposal.objects.get()
    assert answer["Location"] == reverse("moderation:proposal", args=[proposal.public_id])
    assert (proposal.case, proposal.days) == (case, 30)


def test_a_suspended_member_reads_why_and_until_when(
    member: User, admin: User, second: User
) -> None:
    made = suspended(member, admin, second)
    browser = signed_in(member)
    answer = browser.get("/boards/")
    assert answer.status_code == NOT_HERE
    assert "Your account is paused" in answer.content.decode()
    page = browser.get(reverse("moderation:own_sanction", args=[made.public_id])).content.decode()
    assert MESSAGE in page
    assert escape(any_clause().line) in page
    assert "Two people of the team" in page
    assert admin.pseudonym not in page
    other = signed_in(make_member("robin"))
    address = reverse("moderation:own_sanction", args=[made.public_id])
    assert other.get(address).status_code == NOT_HERE


def test_a_suspended_member_gets_as_far_as_the_account_and_no_further(
    member: User, admin: User, second: User
) -> None:
    suspended(member, admin, second)
    browser = signed_in(member)
    plain = [route for route in ROUTES if "GET" in route.methods and not route.own_guard]
    for route in plain:
        try:
            address = reverse(route.name)
        except NoReverseMatch:
            continue  # needs something to show
        status = browser.get(address).status_code
        if route.kind in (Access.READER, Access.REVIEWER, Access.ADMIN):
            assert status == NOT_HERE, route.name
    for name in ("accounts:me", "forum:notices", "moderation:own_reports", "moderation:report"):
        assert browser.get(reverse(name)).status_code == 200, name


def test_an_admin_ends_it_on_the_page(
    member: User, moderator: User, admin: User, post: Post
) -> None:
    made = silenced(member, moderator, 3, post=post)
    browser = signed_in(admin)
    assert member.pseudonym in browser.get(reverse("moderation:sanctions")).content.decode()
    address = reverse("moderation:sanction", args=[made.public_id])
    assert "End it early" in browser.get(address).content.decode()
    assert browser.post(address, {"why": ""}).status_code == UNPROCESSABLE
    assert browser.post(address, {"why": "They said sorry."}).status_code == 302
    assert again(member).silenced_until is None
    assert "End it early" not in browser.get(address).content.decode()
