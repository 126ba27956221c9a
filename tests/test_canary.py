"""Every text of the world has words of its own. Nobody meets one that is not for them.

Each person asks for every address of the site and follows every link. And so that a silent test is
worth something: with any single clause of the rules switched off, the same walk finds a leak.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import token_access
from accounts.documents import publish_texts
from accounts.models import TokenKind, User
from accounts.viewer import GUEST, viewer_of
from forum import visibility
from forum.mail import send_due
from forum.models import Follow, FollowKind, Notice
from forum.models.notice import ABOUT_OTHERS
from forum.queries.notices import notices_for
from tests import truth
from tests.clauses import GROUPS_OF_CLAUSES
from tests.crawl import LONG_WALK, SHORT_WALK, crawl, everything_in
from tests.facts import PERSONAS, Persona, World
from tests.keys import feed_address, forced_key_of, with_key
from tests.routes import BY_NAME, every_address
from tests.world import build_world

# The matrix asks the door on both databases; a walk over all pages is long, and one is enough.
pytestmark = pytest.mark.one_database
QUICK = {"guest", "peer_teen", "hcp_hidden_from"}
# For each clause somebody whom nothing but this clause keeps from something.
WITHOUT: dict[str, str] = {
    "signed_in": "suspended_member",
    "audience": "hcp_nurse",
    "published_or_own": "peer_open",
    "age_group": "peer_teen",
    "hidden_from_this_hcp": "hcp_hidden_from",
    "hidden_from_this_workplace": "hcp_of_hidden_clinic",
    "recused": "hcp_recused",
    "hcp_i_hid_from": "hides_from_hcps",
    "workplace_i_hid_from": "hides_from_clinic",
    "reported_this_hcp": "hcp_reported",
    "hcp_i_reported": "reported_hcps",
    "blocked_by_me": "blocking_member",
    "blocked_me": "blocked_member",
}


def marks_of(name: str) -> tuple[pytest.MarkDecorator, ...]:
    """When this person walks: in every run, or in `make walks`."""
    return SHORT_WALK if name in QUICK else LONG_WALK


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk asks for more in a minute than a key may."""
    monkeypatch.setattr(token_access, "API_LIMITS", ())


def follow_everything(user: User, world: World) -> None:
    """All boards and threads, so that a feed could tell of each."""
    now = timezone.now()
    rows = [Follow(user=user, board=board, created_at=now) for board in world.boards.values()]
    threads = {item.post.thread_id for item in world.items}
    rows += [Follow(user=user, thread_id=thread, created_at=now) for thread in threads]
    for row in rows:
        row.kind = FollowKind.FOLLOW
    Follow.objects.bulk_create(rows, ignore_conflicts=True)


def first_leaks(who: Persona, world: World, *, most: int = 10) -> list[str]:
    """What this person meets on a walk over the site and should not; stops after ``most``."""
    user = world.people[who.name]
    client, addresses = Client(), every_address(world, viewer_of(user) if user else GUEST)
    if user is not None:
        # With a session and a key at once: each opens its own pages. Staff have keys past the rules
        # here, which must open nothing.
        client = with_key(forced_key_of(user, TokenKind.API))
        client.force_login(user)
        addresses += [feed_address(forced_key_of(user, TokenKind.FEED))]
        follow_everything(user, world)
    forbidden = truth.forbidden_words(who, world)
    leaks: list[str] = []
    for address, response in crawl(client, addresses):
        assert response.status_code < 500, address
        text = everything_in(response)
        leaks += [f"{address}: {what}" for word, what in forbidden.items() if word in text]
        if len(leaks) >= most:
            break
    return leaks


@pytest.mark.parametrize(
    "who",
    [pytest.param(who, id=name, marks=marks_of(name)) for name, who in PERSONAS.items()],
)
def test_nobody_meets_a_word_that_is_not_for_them(who: Persona, world: World, undone: None) -> None:
    assert first_leaks(who, world) == []


@pytest.mark.parametrize("name", ["peer_open", "hcp_nurse", "moderator"])
def test_the_same_walk_meets_the_words_that_are(name: str, world: World, undone: None) -> None:
    """So that an empty site would not pass."""
    who = PERSONAS[name]
    client = Client()
    client.force_login(world.person(name))
    missing = truth.allowed_words(who, world)
    assert missing
    addresses = BY_NAME["forum:thread"].addresses(world)
    long = reverse("forum:thread", args=[world.item("host").post.thread.public_id])
    addresses += [f"{long}?page={number}" for number in range(2, 8)]
    for _, response in crawl(client, addresses, most_links=0):
        text = everything_in(response)
        missing = {word for word in missing if word not in text}
    assert missing == set()


def test_mails_tell_nothing_but_that_there_is_something(world: World, undone: None) -> None:
    while Notice.objects.filter(mail_due_at__isnull=False).exists():
        send_due()
    assert len(mail.outbox) > 20
    words = {word for item in world.items for word in item.words.values()}
    words |= set(world.private_words) | set(PERSONAS)
    for message in mail.outbox:
        assert len(message.to) == 1
        sent = message.message().as_string().replace(message.to[0], "")
        assert [word for word in words if word in sent] == []


def test_a_mail_about_a_post_goes_only_to_those_who_may_see_it(world: World, undone: None) -> None:
    Notice.objects.exclude(kind__in=ABOUT_OTHERS).delete()
    while Notice.objects.filter(mail_due_at__isnull=False).exists():
        send_due()
    mails = Counter(address for message in mail.outbox for address in message.to)
    # Suspended since: all that happened to this person is replies.
    assert mails[world.person("suspended_member").email] == 0
    # Of the replies to this professional: not those by somebody who hides, nor peers-only ones.
    who = PERSONAS["hcp_hidden_from"]
    replies = [item for item in world.items if item.thread.author == who.name]
    seen = [item for item in replies if not item.is_opening and truth.sees(who, item)]
    thread = world.item(f"host of {who.name}").post.thread_id
    quoting = [post for post in world.quoting if post.thread_id == thread]
    for_all = [post for post in quoting if post.audience == "community"]
    assert 0 < len(for_all) < len(quoting)
    told = notices_for(viewer_of(world.person(who.name))).filter(kind__in=ABOUT_OTHERS)
    assert told.count() == len(seen) + len(for_all)
    # One mail for each thread and kind until it is read.
    groups = set(told.values_list("kind", "post__thread"))
    assert mails[world.person(who.name).email] == len(groups) > 0


# Would we notice? --------------------------------------------------------------------------------


def test_every_clause_has_somebody_whom_it_alone_keeps_from_something() -> None:
    groups = [getattr(visibility, name) for name in GROUPS_OF_CLAUSES]
    clauses = [clause.__name__ for group in groups for clause in group]
    assert sorted(clauses) == sorted(WITHOUT)


@pytest.mark.parametrize("clause", WITHOUT)
def test_without_any_single_clause_the_walk_finds_a_leak(
    clause: str, switch_off: Callable[[str], None], world: World, undone: None
) -> None:
    switch_off(clause)
    assert first_leaks(PERSONAS[WITHOUT[clause]], world, most=1)
