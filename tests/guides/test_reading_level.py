"""Every text of 100 words or more reads at grade 6 or below, with sentences of 20 words at most."""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from guides.helplines_now import countries
from tests.readability import (
    LONG_TEXT_WORDS,
    MAX_GRADE,
    MAX_WORDS_IN_SENTENCE,
    main_text,
    measure,
    sentences_of,
    syllables,
    words_of,
)

TEXTS = Path(settings.BASE_DIR) / "accounts" / "texts"
PAGES = ["help_now", "offline", "how_it_works", "look_inside", "stay_safe", "judge", "privacy"]
PAGES += ["accessibility"]
DOCUMENTS = sorted(path.name for path in TEXTS.glob("*.en.toml"))
NOTICES = ["notice_teen.en.toml", "notice_older.en.toml"]

# Procedure 3 of the safety requirements, clause by clause.
CLAUSES = {"member_rules.en.toml": 15, "hcp_code.en.toml": 24}


def document(name: str) -> dict:
    """A rules file as data."""
    return tomllib.loads((TEXTS / name).read_text(encoding="utf-8"))


def words_to_read(data: dict) -> str:
    """What a reader reads of a document: all but the sources."""
    clauses = [
        text for clause in data.get("clause", []) for text in (clause["line"], clause["why"])
    ]
    modules = [words_of_module(module) for module in data.get("module", [])]
    return "\n".join([data["title"], data["intro"], *clauses, *modules])


def words_of_module(module: dict) -> str:
    """All words of a part of a notice: its text, its question, and what follows each answer."""
    answers = [text for answer in module["answer"] for text in (answer["text"], answer["reply"])]
    text = module["text"].replace("*", "")
    return "\n".join([module["title"], text, module["question"], *answers])


def assert_easy(text: str) -> None:
    reading = measure(text)
    assert reading.words >= LONG_TEXT_WORDS
    assert reading.grade <= MAX_GRADE
    assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest


@pytest.mark.parametrize("name", PAGES)
def test_every_guide_is_easy_to_read(client, name):
    assert_easy(main_text(client.get(reverse(f"guides:{name}")).content.decode()))


@pytest.mark.parametrize("name", PAGES)
def test_a_guide_is_easy_to_read_also_without_its_lists_and_headings(client, name):
    # Many short list items bring the average down; the running text has to hold up by itself.
    text = main_text(client.get(reverse(f"guides:{name}")).content.decode())
    running = [sentence for sentence in sentences_of(text) if sentence[-1] in ".?!”"]
    assert_easy("\n".join(running))


@pytest.mark.parametrize("code", [country.code for country in countries()])
def test_the_help_page_is_easy_to_read_in_every_country(client, code):
    page = client.get(reverse("guides:help_now"), {"country": code})
    assert_easy(main_text(page.content.decode()))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_rules_and_code_and_notices_are_easy_to_read(name):
    assert_easy(words_to_read(document(name)))


@pytest.mark.parametrize("name", NOTICES)
def test_each_part_of_a_notice_is_easy_to_read_also_without_its_lists(name):
    for module in document(name)["module"]:
        words = words_of_module(module)
        assert_easy(words)
        running = [sentence for sentence in sentences_of(words) if sentence[-1] in ".?!”"]
        assert_easy("\n".join(running))


@pytest.mark.parametrize("name,fewest", CLAUSES.items())
def test_every_clause_has_a_line_a_reason_and_a_source(name, fewest):
    data = document(name)
    clauses = data["clause"]
    anchors = [clause["anchor"] for clause in clauses]
    assert data["language"] == "en"
    assert f"{data['kind']}.en.toml" == name
    assert len(set(anchors)) == len(anchors) >= fewest
    for clause in clauses:
        assert set(clause) == {"anchor", "line", "why", "source"}
        assert all(text.strip() == text and text for text in clause.values())
        assert 1 <= len(sentences_of(clause["why"])) <= 3


# The measure itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word,expected",
    [
        ("sugar", 2),
        ("open", 2),
        ("diabetes", 4),
        ("insulin", 3),
        ("asked", 1),
        ("wanted", 2),
        ("makes", 1),
        ("emergency", 4),
        ("table", 2),
        ("being", 2),
        ("the", 1),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word, expected):
    assert syllables(word) == expected


def test_hard_texts_fail_the_measure():
    reading = measure(
        "Notwithstanding the aforementioned provisions, participating organisations shall "
        "immediately communicate individualised recommendations regarding insulin administration."
    )
    assert reading.grade > 18


def test_the_formula_gives_the_grade_worked_out_by_hand():
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 - 15.59
    assert measure("The cat sat on the mat.").grade == pytest.approx(-1.45)


def test_a_sentence_ends_at_a_stop_and_at_the_end_of_a_block():
    html = "<main><p>One two. Three\nfour?</p><ul><li>five six</li><li>7</li></ul></main>"
    assert sentences_of(main_text(html)) == ["One two.", "Three four?", "five six"]


def test_menus_and_controls_are_not_read_as_text():
    html = "<nav>Menu</nav><main>Text.<select><option>No</option></select><cite>S</cite></main>"
    assert main_text(html) == "Text."


def test_numbers_are_no_words_and_a_name_is_one():
    assert words_of("Call Diabetes UK on 0345 123.") == ["Call", "Name", "on"]
