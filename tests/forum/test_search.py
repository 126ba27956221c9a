"""Search finds what somebody may see, on both databases, and tells nothing of the rest."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import HcpChoice, HiddenHcp, User
from accounts.viewer import viewer_of
from forum.actions.edit import edit_post
from forum.models import (
    Audience,
    Board,
    HcpAccess,
    Post,
    SearchEntry,
    SearchWord,
    Status,
    Surface,
    Thread,
)
from forum.search import Order, parse, search
from forum.search.index import gather_words, gather_words_anew
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    publish_reply,
    publish_thread,
)


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("sport-and-moving")


@pytest.fixture
def author(board: Board) -> User:
    return make_member("author")


@pytest.fixture
def reader(board: Board) -> User:
    return make_member("reader")


def found(person: User, typed: str, **options: object) -> list[str]:
    """Texts of the posts that a search finds, in order."""
    page = search(viewer_of(person), parse(typed), typed=typed, **options)
    return [hit.post.text for hit in page.hits]


def test_words_are_found_in_any_ending_newest_first(board, author, reader):
    publish_thread(author, board, title="Running", text="I ran with my pump.")
    thread = publish_thread(author, board, title="Swimming", text="No pumps in water.")
    publish_reply(author, thread, text="Mine pumped on, no trouble.")
    publish_reply(author, thread, text="Something else.")
    assert found(reader, "pump") == [
        "Mine pumped on, no trouble.",
        "No pumps in water.",
        "I ran with my pump.",
    ]


def test_all_words_must_be_there_and_those_left_out_must_not(board, author, reader):
    publish_thread(author, board, title="One", text="My pump beeps at night.")
    publish_thread(author, board, title="Two", text="My pump beeps at school.")
    publish_thread(author, board, title="Three", text="My pen never beeps.")
    assert found(reader, "pump beeps") == ["My pump beeps at school.", "My pump beeps at night."]
    assert found(reader, "beeps -school") == ["My pen never beeps.", "My pump beeps at night."]


def test_a_phrase_is_found_only_in_its_order(board, author, reader):
    publish_thread(author, board, title="One", text="The school trip was fine.")
    publish_thread(author, board, title="Two", text="The trip to school was long.")
    assert found(reader, '"school trip"') == ["The school trip was fine."]


def test_titles_are_searched_and_can_be_searched_alone(board, author, reader):
    publish_thread(author, board, title="Football", text="Who plays?")
    publish_thread(author, board, title="Who plays?", text="I love football.")
    assert len(found(reader, "football")) == 2
    assert found(reader, "football in:title") == ["Who plays?"]


def test_filters_narrow_what_is_found(board, author, reader):
    other = make_board("work")
    old = publish_thread(author, board, title="Old", text="A night shift.")
    Post.objects.filter(thread=old).update(published_at=timezone.now() - timedelta(days=40))
    publish_thread(reader, other, title="New", text="Another night shift.")
    day = (timezone.localdate() - timedelta(days=10)).isoformat()
    assert found(reader, "night board:work") == ["Another night shift."]
    assert found(reader, 'night board:"sport and moving"') == ["A night shift."]
    assert found(reader, "night by:AUTHOR") == ["A night shift."]
    assert found(reader, f"night after:{day}") == ["Another night shift."]
    assert found(reader, f"night before:{day}") == ["A night shift."]
    assert found(reader, f"before:{day}") == ["A night shift."]


def test_answered_and_unanswered_count_only_replies_of_others_that_one_sees(board, author, reader):
    nurse = make_hcp("nurse")
    quiet = publish_thread(author, board, title="Quiet", text="Question of quiet.")
    publish_reply(author, quiet, text="I add something myself.")
    loud = publish_thread(author, board, title="Loud", text="Question of loud.")
    publish_reply(reader, loud, text="An answer.", audience=Audience.PEERS)
    assert found(reader, "question is:unanswered") == ["Question of quiet."]
    assert found(reader, "question has:answer") == ["Question of loud."]
    assert found(nurse, "question has:answer") == []
    assert len(found(nurse, "question is:unanswered")) == 2


def test_the_best_match_can_come_first(board, author, reader):
    publish_thread(author, board, title="Ketones", text="Ketones, ketones and ketones.")
    publish_thread(author, board, title="Other", text="A long text. " * 20 + "Ketones once.")
    assert found(reader, "ketones")[0].startswith("A long text.")
    assert found(reader, "ketones", order=Order.BEST)[0].startswith("Ketones, ketones")


# What one may not see --------------------------------------------------------------------------


def test_professionals_find_nothing_for_peers_and_not_that_it_is_there(board, reader):
    nurse = make_hcp("nurse")
    private = make_member("private", choice=HcpChoice.NONE)
    publish_thread(private, board, title="Secret zebra", text="A zebra for peers.")
    assert found(reader, "zebra") == ["A zebra for peers."]
    page = search(viewer_of(nurse), parse("zebra"), typed="zebra")
    assert (page.hits, page.has_more, page.suggestion) == ([], False, "")


def test_a_page_is_full_however_much_one_may_not_see(board, author, reader):
    nurse = make_hcp("nurse")
    private = make_member("private", choice=HcpChoice.NONE)
    thread = publish_thread(author, board, title="Zebras", text="Zebra 0.")
    for number in range(1, 25):
        publish_reply(author, thread, text=f"Zebra {number}.")
        for _ in range(4):
            publish_reply(private, thread, text="A zebra for peers.")
    for _ in range(30):
        publish_reply(private, thread, text="A zebra for peers.")
    page = search(viewer_of(nurse), parse("zebra"))
    assert [hit.post.text for hit in page.hits] == [f"Zebra {n}." for n in range(24, 4, -1)]
    assert page.has_more
    after = page.hits[-1].post.public_id
    rest = search(viewer_of(nurse), parse("zebra"), after=after)
    assert [hit.post.text for hit in rest.hits] == [f"Zebra {n}." for n in range(4, -1, -1)]
    assert not rest.has_more


def test_going_on_below_a_post_that_one_may_not_see_gives_nothing(board, author, reader):
    nurse = make_hcp("nurse")
    publish_thread(author, board, title="Zebras", text="An open zebra.")
    private = make_member("private", choice=HcpChoice.NONE)
    hidden = publish_thread(private, board, title="Mine", text="My zebra.").posts.get()
    assert found(nurse, "zebra", after=hidden.public_id) == []
    assert found(nurse, "zebra", after="2" * 14) == []


@pytest.mark.parametrize("state", [Status.HELD, Status.HIDDEN, Status.REMOVED, Status.WITHDRAWN])
def test_what_is_not_published_is_found_by_nobody(state, board, author, reader):
    post = publish_thread(author, board, title="Gone", text="A zebra of mine.").posts.get()
    in_state(post, state)
    assert found(reader, "zebra") == []
    assert found(author, "zebra") == []


def test_a_changed_text_is_found_by_its_new_words_alone(board, author, reader):
    from_now = make_member("seasoned")
    thread = publish_thread(from_now, board, title="Pets", text="I have a zebra.")
    post = thread.posts.get()
    edit_post(post=post, author=from_now, version=post.version, text="I have a giraffe.")
    Post.objects.filter(pk=post.pk, status=Status.HELD).update(status=Status.PUBLISHED)
    Thread.objects.filter(pk=thread.pk).update(status=Status.PUBLISHED)
    assert found(reader, "zebra") == []
    assert found(reader, "giraffe") == ["I have a giraffe."]


def test_a_suggestion_is_made_only_of_words_that_one_would_find(board, author, reader):
    nurse = make_hcp("nurse")
    private = make_member("private", choice=HcpChoice.NONE)
    publish_thread(private, board, title="Mine", text="Gastroparesis is no fun.")
    gather_words()
    assert SearchWord.objects.filter(word="gastroparesis").exists()
    typed = "gastropareesis"
    assert search(viewer_of(reader), parse(typed), typed=typed).suggestion == "gastroparesis"
    assert search(viewer_of(nurse), parse(typed), typed=typed).suggestion == ""


def test_no_other_spelling_is_suggested_for_a_word_that_one_finds_elsewhere(board, author, reader):
    thread = publish_thread(author, board, title="One", text="Sensors fall off.")
    publish_thread(author, board, title="Two", text="Sensory things.")
    publish_reply(reader, thread, text="Tape helps.")
    gather_words()
    typed = "sensors has:poll"
    nothing = search(viewer_of(reader), parse(typed), typed=typed)
    assert nothing.hits == []
    assert nothing.suggestion == ""


def test_words_of_texts_that_are_gone_are_forgotten(board, author):
    post = publish_thread(author, board, title="One", text="Xylophones everywhere.").posts.get()
    gather_words()
    SearchEntry.objects.filter(pk=post.pk).delete()
    gather_words_anew()
    gather_words()
    assert not SearchWord.objects.filter(word="xylophones").exists()


def test_an_entry_that_is_wrong_is_noticed_and_made_anew(board, author, reader):
    post = publish_thread(author, board, title="One", text="A zebra.").posts.get()
    call_command("check_search")
    SearchEntry.objects.filter(pk=post.pk).update(body="A giraffe.")
    assert found(reader, "zebra") == []
    with pytest.raises(CommandError):
        call_command("check_search")
    call_command("check_search", "--repair")
    assert found(reader, "zebra") == ["A zebra."]
    assert fresh(post).text == "A zebra."


NASTY = [
    '"',
    "a AND",
    "NEAR(",
    "title:",
    "*",
    "a* b^2",
    "-",
    "('",
    "a & !b",
    "<->",
    "\\",
    "%s",
    "ß",
]


@pytest.mark.parametrize("typed", NASTY)
def test_signs_of_the_databases_own_languages_do_nothing(typed, board, author, reader):
    publish_thread(author, board, title="One", text="A zebra.")
    found(reader, f"{typed} zebra")
    found(reader, f'"{typed}"')
    found(reader, typed)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=60))
def test_no_query_breaks_the_database(typed, board, reader):
    found(reader, typed)


# The page --------------------------------------------------------------------------------------


@pytest.fixture
def client(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def test_the_page_marks_the_words_and_escapes_the_rest(board, author, client):
    publish_thread(author, board, title="Tags <b>", text="A `<script>` zebra & zebras.")
    page = client.get(reverse("forum:search"), {"q": "zebra"}).content.decode()
    assert "<mark>zebra</mark> &amp; <mark>zebras</mark>" in page
    assert "<script>" not in page.replace("<script src=", "")
    assert "Tags &lt;b&gt;" in page


def test_the_number_of_queries_does_not_grow_with_what_is_found(board, author, client):
    thread = publish_thread(author, board, title="Few", text="A zebra.")
    address = reverse("forum:search")
    counts = []
    for replies in (1, 18):
        for number in range(replies):
            publish_reply(author, thread, text=f"Zebra {number}.")
        client.get(address, {"q": "zebra"})
        with CaptureQueriesContext(connection) as captured:
            client.get(address, {"q": "zebra"})
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 10


def test_what_a_professional_finds_is_written_down_for_the_author(board, author):
    nurse = make_hcp("nurse")
    thread = publish_thread(author, board, title="Zebras", text="A zebra.")
    browser = Client()
    browser.force_login(nurse)
    assert browser.get(reverse("forum:search"), {"q": "zebra"}).status_code == 200
    seen = HcpAccess.objects.get(author=author)
    assert (seen.surface, seen.post) == (Surface.SEARCH, thread.posts.get())


def test_hiding_from_a_professional_works_in_search(board, author):
    nurse = make_hcp("nurse")
    publish_thread(author, board, title="Zebras", text="A zebra.")
    assert found(nurse, "zebra") == ["A zebra."]
    HiddenHcp.objects.create(member=author, hcp=nurse)
    assert found(nurse, "zebra") == []
