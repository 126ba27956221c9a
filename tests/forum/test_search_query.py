"""What was typed into the search box is understood, whatever it is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.query import MOST_TERMS, Query, Term, parse

pytestmark = pytest.mark.one_database


def test_words_phrases_and_words_left_out_are_told_apart() -> None:
    assert parse('Pump "school trip" -cat').terms == (
        Term("pump"),
        Term("school trip", is_phrase=True),
        Term("cat", without=True),
    )


def test_words_that_hang_together_are_sought_side_by_side() -> None:
    assert parse("t1-diabetes").terms == (Term("t1 diabetes", is_phrase=True),)


@pytest.mark.parametrize(
    "typed, field, value",
    [
        ("board:sport", "board", "sport"),
        ('board:"Going out"', "board", "going out"),
        ("tag:Driving", "tag", "driving"),
        ("by:@Kim", "by", "kim"),
        ("before:2026-03-01", "before", date(2026, 3, 1)),
        ("after:2026-03-01", "after", date(2026, 3, 1)),
        ("has:answer", "has_answer", True),
        ("has:Poll", "has_poll", True),
        ("is:unanswered", "unanswered", True),
        ("in:title", "title_only", True),
    ],
)
def test_a_filter_is_understood(typed: str, field: str, value: object) -> None:
    query = parse(f"night {typed}")
    assert getattr(query, field) == value
    assert query.terms == (Term("night"),)
    assert not query.problems


@pytest.mark.parametrize("typed", ["before:soon", "after:2026-13-01", "has:cats", "is:x", "in:y"])
def test_a_filter_that_makes_no_sense_is_named_and_left_out(typed: str) -> None:
    query = parse(f"night {typed}")
    assert len(query.problems) == 1
    assert query.terms == (Term("night"),)


def test_an_unknown_filter_is_just_words() -> None:
    assert parse("ratio:1").terms == (Term("ratio 1", is_phrase=True),)


@pytest.mark.parametrize("typed", ["", "   ", '""', "- - -", "!!!", "in:title", "-cat"])
def test_a_query_that_asks_for_nothing_is_empty(typed: str) -> None:
    assert parse(typed).is_empty


def test_a_filter_alone_asks_for_something() -> None:
    assert not parse("is:unanswered").is_empty
    assert not parse("has:poll").is_empty


@given(st.text(max_size=400))
def test_no_text_breaks_it(typed: str) -> None:
    query = parse(typed)
    assert isinstance(query, Query)
    assert len(query.terms) <= MOST_TERMS
    for term in query.terms:
        assert term.text.strip()
        assert '"' not in term.text
