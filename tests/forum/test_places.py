"""Places of a thread page: positions less the gaps that a viewer must not notice. Pure."""

from hypothesis import given
from hypothesis import strategies as st

from forum.queries.threads import Places


@st.composite
def places(draw: st.DrawFn) -> Places:
    """Threads of up to 60 positions, any of them kept back."""
    last = draw(st.integers(0, 60))
    gaps = draw(st.sets(st.integers(1, last))) if last else set()
    return Places(last, sorted(gaps))


def shown(of: Places) -> list[int]:
    """The positions that are shown, the slow and simple way."""
    return [position for position in range(1, of.last_position + 1) if position not in of.gaps]


@given(places())
def test_the_place_at_each_rank_is_the_one_that_counting_gives(of: Places) -> None:
    assert [of.position(rank) for rank in range(1, of.total + 1)] == shown(of)


@given(places())
def test_rank_and_position_are_inverse(of: Places) -> None:
    assert [of.rank(of.position(rank)) for rank in range(1, of.total + 1)] == list(
        range(1, of.total + 1)
    )
    assert [of.position(of.rank(position)) for position in shown(of)] == shown(of)


@given(places())
def test_there_are_as_many_places_as_shown_positions(of: Places) -> None:
    assert of.total == len(shown(of))


@given(places())
def test_a_later_place_is_never_at_an_earlier_position(of: Places) -> None:
    positions = [of.position(rank) for rank in range(1, of.total + 1)]
    assert positions == sorted(set(positions))


def test_without_gaps_place_and_position_are_the_same() -> None:
    of = Places(40, [])
    assert [of.position(n) for n in range(1, 41)] == [of.rank(n) for n in range(1, 41)]
    assert of.total == 40
