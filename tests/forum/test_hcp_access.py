"""Every post of a member that a professional is shown is written down, and its author told."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.models import HcpChoice, Role, User
from accounts.viewer import viewer_of
from forum.access_log import shows_no_posts
from forum.actions.relations import block, hide_from_hcp
from forum.middleware import AccessLogMiddleware, NotWrittenDown
from forum.models import Audience, HcpAccess, Post, Status, Surface
from forum.models.access import REASON_MAX
from moderation.models import Report
from tests.crawl import LONG_WALK, SHORT_WALK, crawl, everything_in
from tests.factories import (
    in_state,
    make_hcp,
    make_member,
    publish_reply,
    publish_thread,
    submit_reply,
)
from tests.facts import PERSONAS, By, Item, World
from tests.routes import every_address
from tests.world import build_world

SeasonedMaker = Callable[..., User]


# A word of the world, or the place of a post on a page.
SIGN = re.compile(r'zq[a-z]{10}|id="p-[^"]+"')
NOT_FOR_THEM = ("/desk/", "/account/")
# A notice shows a name alone, an exception a passage that may hold no word of the world, and
# pictures come with their description alone.
WITHOUT_ITS_WORDS = ("/notices/", "/break-glass/", "/pictures/", "/queue/pictures/")


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


def by_member(item: Item) -> bool:
    if item.facts.by == By.PERSONA:
        return PERSONAS[item.facts.author].role == "member"
    return item.facts.by != By.HCP


def words_of_members(world: World) -> dict[str, int]:
    """Each word of a member's text -> the post that it belongs to. Names are no words of a post."""
    fields = ("text", "excerpt", "title", "content_note")
    return {
        word: item.post.pk
        for item in world.items
        if by_member(item)
        for field, word in item.words.items()
        if field in fields
    }


def places_of_members(world: World) -> dict[str, int]:
    """Each place of a member's post on a thread page -> the post."""
    posts = Post.objects.filter(author__role=Role.MEMBER).exclude(status=Status.REMOVED)
    rows = posts.values_list("public_id", "pk")
    return {f'id="p-{public_id}"': pk for public_id, pk in rows}


def pages_for(world: World, name: str) -> Iterator[tuple[str, set[int], set[int]]]:
    """Address, posts that it shows, posts that were written down, on a walk as ``name``."""
    client = Client()
    client.force_login(world.person(name))
    owners = {**words_of_members(world), **places_of_members(world)}
    HcpAccess.objects.all().delete()
    every = every_address(world, viewer_of(world.person(name)))
    addresses = [a for a in every if not a.startswith(NOT_FOR_THEM)]
    for address, response in crawl(client, addresses, most_links=60):
        signs = SIGN.findall(everything_in(response))
        shown = {owners[sign] for sign in signs if sign in owners}
        recorded = set(HcpAccess.objects.values_list("post_id", flat=True))
        HcpAccess.objects.all().delete()
        yield address, shown, recorded


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("hcp_nurse", marks=SHORT_WALK),
        pytest.param("hcp_hidden_from", marks=LONG_WALK),
        pytest.param("hcp_recused", marks=LONG_WALK),
        pytest.param("hcp_reported", marks=LONG_WALK),
    ],
)
def test_no_page_shows_a_professional_a_post_that_is_not_written_down(
    name: str, world: World, undone: None
) -> None:
    missing, too_much, seen = [], [], set()
    with_words = set(words_of_members(world).values())
    for address, shown, recorded in pages_for(world, name):
        seen |= shown
        missing += [(address, pk) for pk in shown - recorded]
        if not address.startswith(WITHOUT_ITS_WORDS):
            too_much += [(address, pk) for pk in (recorded & with_words) - shown]
    assert missing == []
    assert too_much == []
    assert len(seen) > 20


@pytest.mark.parametrize("name", ["peer_open", "moderator", "admin_one"])
def test_nothing_is_written_down_about_readers_who_are_no_professionals(
    name: str, world: World, undone: None
) -> None:
    client = Client()
    client.force_login(world.person(name))
    addresses = [a for a in every_address(world) if a.startswith(("/t/", "/boards/", "/queue/"))]
    HcpAccess.objects.all().delete()
    for address in addresses[:40]:
        client.get(address)
    assert not HcpAccess.objects.exists()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(nurse: User, address: str):
    return signed_in(nurse).get(address)


def thread_of(post: Post) -> str:
    return reverse("forum:thread", args=[post.thread.public_id])


def rows(post: Post) -> list[str]:
    return sorted(HcpAccess.objects.filter(post=post).values_list("surface", flat=True))


def test_a_quoted_post_was_shown_as_well(thread, guest, host, nurse):
    source = publish_reply(guest, thread, text="I play on Mondays.")
    for number in range(20):
        publish_reply(host, thread, text=f"Reply {number}.")
    publish_reply(host, thread, text="Mondays!", quote=source)
    read(nurse, thread_of(source) + "?page=2")
    assert rows(source) == [Surface.THREAD]
    # The title stands on every page of a thread.
    assert rows(thread.posts.get(is_opening=True)) == [Surface.THREAD]


def test_a_tombstone_shows_nothing_of_its_author(thread, guest, nurse):
    post = in_state(publish_reply(guest, thread, text="I play."), Status.REMOVED)
    read(nurse, thread_of(post))
    assert rows(post) == []


def test_lists_of_boards_and_threads_show_titles(thread, board, nurse):
    opening = thread.posts.get()
    read(nurse, reverse("forum:boards"))
    assert rows(opening) == [Surface.BOARD]
    HcpAccess.objects.all().delete()
    read(nurse, reverse("forum:board", args=[board.slug]))
    assert rows(opening) == [Surface.BOARD]


def test_the_review_of_a_post_shows_it_with_what_stands_before_and_what_it_quotes(
    thread, guest, host, nurse
):
    publish_reply(guest, thread, text="First.")
    before = publish_reply(host, thread, text="Before.")
    newcomer = make_member("newcomer")
    held = submit_reply(newcomer, thread, text="New here.", quote=thread.posts.get(is_opening=True))
    read(nurse, reverse("moderation:item", args=[held.public_id]))
    assert rows(held) == rows(before) == [Surface.QUEUE]
    assert rows(thread.posts.get(is_opening=True)) == [Surface.QUEUE]


def test_the_list_of_the_queue_holds_no_words_and_leaves_no_entry(thread, nurse):
    held = submit_reply(make_member("newcomer"), thread, text="New here.")
    answer = read(nurse, reverse("moderation:queue"))
    assert held.public_id in answer.content.decode()
    assert rows(held) == []


def test_reading_twice_on_a_day_is_one_entry_and_on_another_day_a_second(thread, nurse):
    opening = thread.posts.get()
    read(nurse, thread_of(opening))
    first = HcpAccess.objects.get(post=opening)
    read(nurse, thread_of(opening))
    assert HcpAccess.objects.get(post=opening).first_at == first.first_at
    HcpAccess.objects.update(day=first.day - timedelta(days=1))
    read(nurse, thread_of(opening))
    assert HcpAccess.objects.filter(post=opening).count() == 2


def test_texts_of_professionals_and_staff_are_not_written_down(thread, host, moderator, nurse):
    for author in (make_hcp("doctor"), moderator):
        publish_reply(author, thread, text="In general, snacks help.")
    read(nurse, thread_of(thread.posts.get(is_opening=True)))
    assert set(HcpAccess.objects.values_list("author", flat=True)) == {host.pk}


# It fails closed ---------------------------------------------------------------------------------


def test_where_it_cannot_be_written_down_nothing_is_shown(thread, nurse, monkeypatch):
    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(HcpAccess.objects, "bulk_create", broken)
    client = Client(raise_request_exception=False)
    client.force_login(nurse)
    answer = client.get(thread_of(thread.posts.get()))
    assert answer.status_code == 500
    assert "football" not in answer.content.decode().lower()


def forgetful(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a member's words")


def answer_of(view: Callable, user: User, *, module: str = "forum.views.new"):
    view.__module__ = module
    request = RequestFactory().get("/somewhere/")
    request.viewer = viewer_of(user)
    request.resolver_match = ResolverMatch(view, (), {})
    return AccessLogMiddleware(view)(request)


@pytest.mark.parametrize("module", ["forum.views.new", "moderation.views.new", "config.views"])
def test_a_view_that_forgets_to_write_down_is_not_sent_to_professionals(module, nurse):
    with pytest.raises(NotWrittenDown):
        answer_of(forgetful, nurse, module=module)


def test_it_is_sent_to_others_and_where_it_says_that_it_shows_nothing(nurse, moderator):
    assert answer_of(forgetful, moderator).status_code == 200
    harmless = shows_no_posts(lambda request: HttpResponse("hello"))
    assert answer_of(harmless, nurse).status_code == 200


# What it costs -----------------------------------------------------------------------------------


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    caches["cards"].clear()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def long_thread(thread, guest, host, nurse):
    """Twenty posts: quotes, answers of professionals, and everybody kept from somebody."""
    source = publish_reply(guest, thread, text="I play on Mondays.")
    for number in range(8):
        publish_reply(host, thread, text=f"Mondays! {number}", quote=source)
        publish_reply(nurse, thread, text=f"In general, snacks help. {number}")
    publish_reply(guest, thread, text="Thanks.", audience=Audience.PEERS)
    return thread


def test_a_thread_page_costs_a_member_twelve_queries_at_most(long_thread, seasoned):
    assert queries_of(signed_in(seasoned("reader")), thread_of(long_thread.posts.first())) <= 12


def test_writing_down_costs_professionals_one_query_a_page(long_thread, board, nurse, monkeypatch):
    client = signed_in(make_hcp("doctor"))
    addresses = [
        thread_of(long_thread.posts.first()),
        reverse("forum:board", args=[board.slug]),
        reverse("forum:boards"),
        reverse("forum:notices"),
    ]
    logged = [queries_of(client, address) for address in addresses]
    assert logged[0] <= 16
    monkeypatch.setattr(HcpAccess.objects, "bulk_create", lambda *args, **kwargs: [])
    without = [queries_of(client, address) for address in addresses]
    assert [more - less for more, less in zip(logged, without, strict=True)] == [1, 1, 1, 0]


# What the member sees of it ----------------------------------------------------------------------

SEEN = reverse("forum:seen")


def page(user: User, address: str = SEEN) -> str:
    return signed_in(user).get(address).content.decode()


def test_the_member_sees_who_with_which_profession_where_and_why(thread, host, nurse):
    read(nurse, thread_of(thread.posts.get()))
    seen = page(host)
    for words in ("nurse", "Diabetes nurse", "Football", "School", "Read in its thread"):
        assert words in seen
    assert reverse("forum:post", args=[thread.posts.get().public_id]) in seen


def test_nobody_sees_the_list_of_another(thread, host, guest, nurse, moderator):
    publish_reply(guest, thread, text="I do.")
    read(nurse, thread_of(thread.posts.first()))
    other = make_member("other")
    assert "Nobody so far" in page(other)
    assert "Your reply in" in page(guest)
    assert "Your reply in" not in page(host)
    for somebody in (moderator, nurse):
        assert signed_in(somebody).get(SEEN).status_code == 404


def test_a_post_that_the_member_cannot_open_any_more_is_listed_without_its_title(
    thread, host, guest, nurse
):
    publish_reply(guest, thread, text="I do.")
    read(nurse, thread_of(thread.posts.first()))
    block(blocker=host, blocked=guest)
    seen = page(guest)
    assert "A post that you cannot open any more" in seen
    assert "Football" not in seen


def test_days_are_paged_without_losing_or_doubling_one(thread, host, nurse):
    opening = thread.posts.get()
    today = timezone.localdate()
    expected = [today - timedelta(days=back) for back in range(0, 40, 2)]
    HcpAccess.objects.bulk_create(
        HcpAccess(
            hcp=nurse,
            post=opening,
            author=host,
            surface=Surface.THREAD,
            day=day,
            first_at=timezone.now(),
        )
        for day in expected
    )
    client, found, query = signed_in(host), [], ""
    while True:
        context = client.get(SEEN + query).context
        found += [each.day for each in context["days"]]
        if context["last_day"] is None:
            break
        query = f"?before={context['last_day']:%Y-%m-%d}"
    assert found == expected


@pytest.mark.parametrize("before", ["yesterday", "2026-13-40", "%00", "0"])
def test_a_day_that_is_none_gives_the_newest_days(before, thread, host, nurse):
    read(nurse, thread_of(thread.posts.get()))
    assert "Football" in page(host, f"{SEEN}?before={before}")


def test_ask_about_this_opens_a_report_that_says_what_it_is_about(thread, host, nurse):
    read(nurse, thread_of(thread.posts.get()))
    row = HcpAccess.objects.get(post=thread.posts.get())
    address = f"{reverse('moderation:report')}?about={row.public_id}"
    assert address in page(host)
    client = signed_in(host)
    key = client.get(address).context["form"]["key"].value()
    client.post(address, {"key": key, "category": "other", "send": "1"})
    words = Report.objects.get(reporter=host).words
    for part in ("nurse", "Diabetes nurse", "Football", row.public_id):
        assert part in words


def test_one_cannot_ask_about_what_was_seen_of_another(thread, guest, nurse):
    read(nurse, thread_of(thread.posts.get()))
    row = HcpAccess.objects.get(post=thread.posts.get())
    address = f"{reverse('moderation:report')}?about={row.public_id}"
    for client in (signed_in(guest), signed_in(nurse), Client()):
        key = client.get(address).context["form"]["key"].value()
        client.post(address, {"key": key, "category": "other", "send": "1"})
    assert set(Report.objects.values_list("words", flat=True)) == {""}


# What the professional sees of it ----------------------------------------------------------------

OPENED = reverse("forum:opened")


def test_professionals_see_what_they_opened_without_words_or_names(thread, host, nurse):
    read(nurse, thread_of(thread.posts.get()))
    before = HcpAccess.objects.count()
    opened = page(nurse, OPENED)
    assert reverse("forum:post", args=[thread.posts.get().public_id]) in opened
    assert "Football" not in opened
    assert host.pseudonym not in opened
    assert HcpAccess.objects.count() == before


def test_what_was_taken_back_leaves_no_trace_in_their_list(thread, host, nurse):
    read(nurse, thread_of(thread.posts.get()))
    hide_from_hcp(member=host, hcp=nurse)
    assert "Nothing so far" in page(nurse, OPENED)


def test_members_have_no_list_of_what_they_opened(host):
    assert signed_in(host).get(OPENED).status_code == 404


def test_a_day_is_a_day_of_the_sites_calendar(thread, nurse, settings, monkeypatch):
    settings.TIME_ZONE = "Europe/London"
    late = timezone.datetime(2026, 7, 1, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    monkeypatch.setattr("forum.access_log.timezone.now", lambda: late)
    read(nurse, thread_of(thread.posts.get()))
    assert HcpAccess.objects.get(post=thread.posts.get()).day == date(2026, 7, 2)


def test_reasons_have_room(db):
    assert HcpAccess._meta.get_field("reason").max_length == REASON_MAX >= 200


# Told before they write --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "choice, options, words",
    [
        (HcpChoice.ON_REQUEST, {}, "only where they ask"),
        (HcpChoice.OPEN, {"no_advice": True}, "asked for no advice"),
    ],
)
def test_a_professional_is_told_before_writing_that_no_reply_is_wanted(
    choice, options, words, seasoned, board, nurse
):
    author = seasoned("quiet", choice=choice)
    thread = publish_thread(author, board, title="Tired", text="So tired.", **options)
    clause = "respect-the-choice"
    for address in (
        reverse("forum:thread", args=[thread.public_id]),
        reverse("forum:reply", args=[thread.public_id]),
    ):
        text = page(nurse, address)
        assert words in text
        assert f"#{clause}" in text
        assert "<textarea" not in text
    assert "<textarea" in page(author, reverse("forum:thread", args=[thread.public_id]))


def test_where_the_thread_asks_a_professional_they_can_write(seasoned, board, nurse):
    author = seasoned("asking", choice=HcpChoice.ON_REQUEST)
    thread = publish_thread(author, board, title="Pumps", text="Which one?", asks_professional=True)
    assert "<textarea" in page(nurse, reverse("forum:thread", args=[thread.public_id]))
