"""The lesson *How to judge what you read*: no account, no JavaScript, nothing stored."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from accounts.viewer import viewer_of
from forum.cards import cards
from forum.queries.threads import find_thread, thread_page
from guides.lesson import (
    DATA,
    LABELS,
    LessonError,
    Pick,
    current_lesson,
    read_lesson,
)
from tests.factories import make_board, make_hcp, make_member, make_staff, publish_reply
from tests.factories import publish_thread as publish
from tests.readability import (
    MAX_GRADE,
    MAX_WORDS_IN_SENTENCE,
    main_text,
    measure,
)

ADDRESS = reverse("guides:judge")
LESSON = read_lesson(DATA / "lesson.toml")
LAST = len(LESSON.examples)
WAYS_ON = re.compile(r'href="(/how-to-judge/\?sorted=[a-z]*)"')


def page(client: Client, **query: str) -> str:
    answer = client.get(ADDRESS, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_lesson_names_four_steps_and_its_sources(client: Client) -> None:
    words = main_text(page(client))
    for move in LESSON.moves:
        assert move.title in words
    assert len(LESSON.moves) == 4
    assert "Stanford" in page(client)
    assert "SIFT" in page(client)


def test_there_are_eight_examples_of_every_kind_and_for_every_pick() -> None:
    assert LAST == 8
    assert {example.label for example in LESSON.examples} == set(LABELS)
    assert {example.best for example in LESSON.examples} == set(Pick)


def test_one_walks_through_all_of_it_by_links_and_forms_alone(client: Client) -> None:
    address = WAYS_ON.findall(page(client))[0]
    for number, example in enumerate(LESSON.examples, start=1):
        question = client.get(address).content.decode()
        assert f"Example {number} of {LAST}" in question
        assert example.why not in question
        assert re.findall(r'name="pick" value="(.)"', question) == ["t", "c", "l"]
        so_far = address.partition("sorted=")[2]
        answer = page(client, sorted=so_far, pick=example.best.letter, go="1")
        assert "we think so too" in answer
        address = WAYS_ON.findall(answer)[0]
        assert address.endswith(f"sorted={so_far}{example.best.letter}")
    end = client.get(address).content.decode()
    assert f"We saw {LAST} of {LAST} the same way" in end


@pytest.mark.parametrize("number", range(LAST))
@pytest.mark.parametrize("pick", Pick)
def test_every_pick_gets_the_kind_reason(number: int, pick: Pick, client: Client) -> None:
    example = LESSON.examples[number]
    words = main_text(page(client, sorted="t" * number, pick=pick.letter)).replace("&#x27;", "'")
    assert example.why.split(". ")[0] in words
    assert ("we think so too" in words) is (pick == example.best)
    for unkind in ("wrong answer", "incorrect", "false!"):
        assert unkind not in words.lower()


def test_sending_without_a_pick_asks_for_one_and_keeps_the_place(client: Client) -> None:
    words = page(client, sorted="tc", go="1")
    assert "Pick one. There is no harm in a guess." in words
    assert "<title>Error:" in words
    assert "Example 3 of 8" in words


@pytest.mark.parametrize("letters", ["x", "ttttttttt", "T", "../", "t c", "<b>"])
def test_an_address_that_we_did_not_make_leads_to_the_start(letters: str, client: Client) -> None:
    assert "Now you" in page(client, sorted=letters)


def test_nothing_is_stored(client: Client) -> None:
    # And as this test has no database, none is asked either.
    answer = client.get(ADDRESS, {"sorted": "tcl", "pick": "t"})
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.django_db
def test_every_source_label_leads_to_the_lesson(texts: None) -> None:
    author = make_member("wren")
    thread = publish(author, make_board("school"), title="Hello", text="Hello there.")
    publish_reply(make_hcp("teal"), thread, text="In general, ask your team.")
    viewer = viewer_of(make_staff("calm", Role.MODERATOR))
    found = find_thread(viewer, thread.public_id)
    assert found is not None
    shown = thread_page(viewer, found)
    assert shown is not None
    lived, professional = cards(viewer, shown.posts)
    for card, label in ((lived, "Lived experience"), (professional, "General information")):
        assert re.search(rf'href="{ADDRESS}">{label}', card), card


def test_another_language_has_a_file_of_its_own_and_falls_back_to_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = (DATA / "lesson.toml").read_text(encoding="utf-8")
    (tmp_path / "lesson.toml").write_text(english, encoding="utf-8")
    german = english.replace('title = "Stop"', 'title = "Halt"')
    (tmp_path / "lesson.de.toml").write_text(german, encoding="utf-8")
    monkeypatch.setattr("guides.lesson.DATA", tmp_path)
    with translation.override("de"):
        assert current_lesson().moves[0].title == "Halt"
    with translation.override("fr"):
        assert current_lesson().moves[0].title == "Stop"


@pytest.mark.parametrize(
    "good,bad",
    [
        ('best = "check"', 'best = "maybe"'),
        ('label = "lived"', 'label = "gossip"'),
        ("intro =", "introduction ="),
    ],
)
def test_a_broken_file_is_refused(good: str, bad: str, tmp_path: Path) -> None:
    english = (DATA / "lesson.toml").read_text(encoding="utf-8")
    path = tmp_path / "broken.toml"
    path.write_text(english.replace(good, bad), encoding="utf-8")
    with pytest.raises(LessonError):
        read_lesson(path)


# Easy to read -------------------------------------------------------------------------------------


def assert_easy(text: str) -> None:
    reading = measure(text)
    assert reading.grade <= MAX_GRADE, text
    assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest


def test_all_words_of_the_lesson_are_easy_to_read() -> None:
    steps = [text for move in LESSON.moves for text in (f"{move.title}.", *move.text)]
    examples = [text for one in LESSON.examples for text in (one.words, one.why)]
    assert_easy("\n".join([LESSON.intro, *steps, *examples]))


@pytest.mark.parametrize("number", range(LAST))
def test_each_explanation_is_easy_to_read_by_itself(number: int) -> None:
    assert_easy(LESSON.examples[number].why)


@pytest.mark.parametrize("query", [{}, {"sorted": ""}, {"sorted": "", "pick": "t"}])
def test_each_kind_of_page_is_easy_to_read(query: dict[str, str], client: Client) -> None:
    assert_easy(main_text(page(client, **query)))


def test_the_end_is_easy_to_read(client: Client) -> None:
    assert_easy(main_text(page(client, sorted="t" * LAST)))
