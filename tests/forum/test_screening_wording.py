"""How the words of a text together are weighed, and what that finds in posts never seen."""

import importlib.util
from pathlib import Path
from time import thread_time
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.screening import RULEBOOK, Kind
from forum.screening.measure import labelled_posts, measure, unseen_posts
from forum.screening.normalise import normalise
from forum.screening.wording import (
    FEW,
    KINDS,
    Row,
    Weights,
    parts_of,
    read_weights,
    shipped_weights,
    weigh,
    words_of,
)

ROOT = Path(__file__).parents[2]
# What is found of posts that no rule was written for, at least. Raise them when rules get better.
FLOORS = {
    Kind.CRISIS: 0.72,
    Kind.EMERGENCY: 0.93,
    Kind.DOSE: 0.83,
    Kind.CONTACT: 0.86,
    Kind.EATING: 0.8,
    Kind.ABUSE: 0.86,
    Kind.PROMO: 0.7,
}
RARE = 100.0
MOST_ALARMS = 0.065  # of everyday posts, most of which are hard ones


def weights(**rows: float) -> Weights:
    """Weights for crisis alone; every word is equally rare."""
    known: dict[str, Row] = {
        word.replace("_", " "): (RARE**2, (RARE * value,) + (0.0,) * (len(KINDS) - 1))
        for word, value in rows.items()
    }
    return Weights(known, (-1.0,) + (0.0,) * (len(KINDS) - 1))


def forms(text: str) -> list[str]:
    return [word.form for word in words_of(text)]


def test_words_are_brought_into_one_form() -> None:
    assert forms("i don't waaaant to!") == ["i", "dont", "want", "to", "!"]


def test_numbers_are_known_by_their_looks() -> None:
    assert forms("5 10 300 07700 7.2 1:10 14/05") == ["#", "##", "###", "#####", "#.", "#:", "#/"]


def test_a_series_of_readings_says_no_more_than_one() -> None:
    assert forms("5.6 12.4 14.2") == ["#."]


def test_a_text_is_weighed_as_a_whole_whatever_its_length() -> None:
    known = weights(i=0.0, am=0.0, so=0.0, very=0.0, sad=2.0)
    short = weigh("i am sad", known)[Kind.CRISIS].score
    assert short == pytest.approx(2 * RARE / (FEW + 3 * RARE**2) ** 0.5 - 1)
    longer = weigh("i am so very sad", known)[Kind.CRISIS].score
    assert longer == pytest.approx(2 * RARE / (FEW + 5 * RARE**2) ** 0.5 - 1)
    assert weigh("i am sad so i am sad", known)[Kind.CRISIS].score > short


@pytest.mark.parametrize(
    "text",
    ["How are you?", "I was thinking", "Your first post", "It is not there any more", "nobody yet"],
)
def test_a_few_plain_words_are_like_nothing(text: str) -> None:
    assert RULEBOOK.screen(text) == []


def test_pairs_of_neighbours_count_beside_words() -> None:
    known = weights(i=0.0, am=0.0, safe=-1.0, not_safe=3.0)
    near = weigh("i am not safe", known)[Kind.CRISIS].score
    assert near > weigh("not i am safe", known)[Kind.CRISIS].score


def test_parts_of_a_word_count_however_it_is_spelled() -> None:
    known = weights(i=0.0, am=0.0, so=0.0)
    parts = {f"~{part}": row for part, row in weights(hop=1.0, opel=1.0).rows.items()}
    by_parts = Weights(known.rows | parts, known.bias)
    plain = weigh("i am so calm", by_parts)[Kind.CRISIS].score
    for spelling in ("hopeless", "hopeles", "hopelessness"):
        assert weigh(f"i am so {spelling}", by_parts)[Kind.CRISIS].score > plain


def test_numbers_marks_and_very_long_words_have_few_parts() -> None:
    assert parts_of("##.") == ["##."]
    assert parts_of("no") == ["no"]
    assert parts_of("low") == ["low", "~<lo", "~low", "~ow>", "~<low", "~low>"]
    assert len(parts_of("a" + "bc" * 5000)) < 60


@pytest.mark.parametrize("text", ["", "zzz yyy", "sad", "sad, sad! 5.6 sad.", "i am zzz"])
def test_fewer_than_three_known_words_say_nothing(text: str) -> None:
    assert weigh(text, weights(i=1.0, am=1.0, sad=2.0)) == {}


def test_one_passage_of_a_long_text_is_enough() -> None:
    known = weights(cake=-0.01, am=0.0, very=3.0, sad=3.0)
    text = "cake " + "with tea and cake " * 60 + "i am very sad . " + "more cake then " * 60
    passage = weigh(text, known)[Kind.CRISIS]
    assert passage.score > 0
    assert text[passage.start : passage.end].startswith("very sad")


@given(st.text(max_size=400))
def test_the_passage_is_always_inside_the_text(text: str) -> None:
    lower = normalise(text).lower
    for passage in weigh(lower, shipped_weights()).values():
        assert 0 <= passage.start < passage.end <= len(lower)


def test_weights_about_other_kinds_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "wording.tsv"
    file.write_text("feature\trarity\tcrisis\nbias\t0\t-1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="other kinds"):
        read_weights(file)


def test_20_000_characters_are_weighed_quickly() -> None:
    text = " ".join(post.text for post in labelled_posts())[:20_000].lower()
    times = []
    for _ in range(3):
        started = thread_time()
        weigh(text, shipped_weights())
        times.append(thread_time() - started)
    assert min(times) < 0.25


@pytest.fixture(scope="module")
def learning() -> ModuleType:
    """The script that learns the weights."""
    spec = importlib.util.spec_from_file_location(
        "learn_wording", ROOT / "scripts" / "learn_wording.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_weights_are_those_that_the_posts_give(learning: ModuleType) -> None:
    """So that nobody changes posts or forms of words and forgets the weights, or edits weights."""
    counts, kinds = learning.in_pieces(learning.read_posts())
    rarities = learning.rarities_of(counts)
    vectors = learning.vectors_of(counts, rarities)
    learned = learning.learn(vectors, rarities, kinds)
    kept = shipped_weights()
    assert list(rarities) == list(kept.rows)
    for place, kind in enumerate(KINDS):
        bias, pulls = learned[kind]
        assert bias == pytest.approx(kept.bias[place], abs=0.02)
        for (feature, rarity), pull in zip(rarities.items(), pulls, strict=True):
            assert rarity * pull == pytest.approx(kept.rows[feature][1][place], abs=0.1), feature


def test_no_unseen_post_was_learned_from(learning: ModuleType) -> None:
    known = {text for text, _ in learning.read_posts()} | {post.text for post in labelled_posts()}
    assert [post.text for post in unseen_posts() if post.text in known] == []


def test_the_unseen_posts_are_many_and_of_every_kind() -> None:
    posts = unseen_posts()
    assert len(posts) >= 500
    assert sum(not post.kinds for post in posts) >= 250
    assert {kind for post in posts for kind in post.kinds} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_posts_that_no_rule_was_written_for_are_found_as_well(kind: Kind) -> None:
    assert measure(RULEBOOK).unseen[kind].value >= FLOORS[kind]


def test_few_everyday_posts_that_no_rule_was_written_for_raise_anything() -> None:
    assert measure(RULEBOOK).unseen_everyday.value <= MOST_ALARMS
