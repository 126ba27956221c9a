"""No count below five can be worked out from what is published, alone or from two periods."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.suppression import (
    FEWEST,
    Grid,
    Mark,
    Shown,
    another_answer,
    suppressed,
    with_totals,
)
from moderation.suppression import share as share_of

FEW, HIDDEN = Mark.FEW, Mark.HIDDEN
# Many small counts, zeros and fives: there it is hard.
COUNT = st.one_of(st.integers(0, 6), st.integers(0, 40), st.just(0), st.just(4))


@st.composite
def tables(draw: st.DrawFn, rows: int = 0, columns: int = 0) -> list[list[int]]:
    """Categories by outcomes, without totals."""
    rows, columns = rows or draw(st.integers(1, 6)), columns or draw(st.integers(1, 5))
    return [[draw(COUNT) for _ in range(columns)] for _ in range(rows)]


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]]]:
    """The same table of two periods that follow each other."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return draw(tables(rows, columns)), draw(tables(rows, columns))


def reads_as(grid: Grid, shown: list[list[Shown]]) -> bool:
    """Whether this could be the table behind what is shown. By sums alone, no clever paths."""
    inner = [row[:-1] for row in grid[:-1]]
    if with_totals(inner) != grid:
        return False
    for counts, marks in zip(grid, shown, strict=True):
        for count, mark in zip(counts, marks, strict=True):
            if mark == FEW:
                fits = 0 <= count < FEWEST
            elif mark == HIDDEN:
                fits = count >= FEWEST
            else:
                fits = count == mark
            if not fits:
                return False
    return True


def left_out(shown: list[list[Shown]]) -> list[tuple[int, int]]:
    """The places of all that is not shown."""
    return [
        (r, c)
        for r, row in enumerate(shown)
        for c, cell in enumerate(row)
        if isinstance(cell, Mark)
    ]


@given(tables())
@example([[3]])
@example([[4, 4]])
@example([[0, 7], [9, 12]])
@example([[0, 5]])
@example([[3, 10, 10], [10, 10, 10], [10, 10, 10]])
@settings(max_examples=150, deadline=None)
def test_each_count_that_is_left_out_has_a_second_answer(counts):
    grid, shown = with_totals(counts), suppressed(counts)
    assert shown is not None
    assert reads_as(grid, shown)
    for row, column in left_out(shown):
        other = another_answer(grid, shown, (row, column))
        assert other is not None
        assert reads_as(other, shown)
        assert other[row][column] != grid[row][column]


@given(tables())
@settings(max_examples=80, deadline=None)
def test_who_knows_the_zeros_cannot_work_out_the_small_ones(counts):
    grid, shown = with_totals(counts), suppressed(counts)
    assert shown is not None
    for row, column in left_out(shown):
        if shown[row][column] is HIDDEN or not grid[row][column]:
            continue
        other = another_answer(grid, shown, (row, column), zeros_known=True)
        assert other is not None
        assert reads_as(other, shown)
        assert other[row][column] != grid[row][column]
        zeros = [(r, c) for r, cells in enumerate(grid) for c, cell in enumerate(cells) if not cell]
        assert all(other[r][c] == 0 for r, c in zeros)


@given(tables())
@settings(max_examples=80, deadline=None)
def test_no_count_below_five_is_ever_shown(counts):
    shown = suppressed(counts)
    assert shown is not None
    numbers = [cell for row in shown for cell in row if not isinstance(cell, Mark)]
    assert all(number >= FEWEST for number in numbers)


@given(neighbours())
@settings(max_examples=80, deadline=None)
def test_two_periods_side_by_side_tell_no_more_than_each_alone(pair):
    """Periods share nothing and there are no sums over both: so what differs in one fits both."""
    grids = [with_totals(counts) for counts in pair]
    published = [suppressed(counts) for counts in pair]
    for number, shown in enumerate(published):
        assert shown is not None
        for row, column in left_out(shown):
            both = list(grids)
            other = another_answer(grids[number], shown, (row, column))
            assert other is not None
            both[number] = other
            assert all(
                reads_as(grid, table or []) for grid, table in zip(both, published, strict=True)
            )
            gone = [one[row][column] - two[row][column] for one, two in (grids, both)]
            assert gone[0] != gone[1], "the difference of the periods would be known"


def test_a_sum_over_both_periods_would_tell_which_is_why_there_is_none():
    first, second = [[7, 9]], [[4, 9]]
    both = [[11, 18]]
    shown = [suppressed(first), suppressed(second), suppressed(both)]
    assert shown[0] == [[7, 9, 16], [7, 9, 16]]
    assert shown[1]
    assert shown[1][0][0] is FEW
    assert shown[2] == [[11, 18, 29], [11, 18, 29]]
    assert both[0][0] - first[0][0] == second[0][0]


def test_small_counts_alone_are_not_enough():
    """What the second step is for: here the row gives the small count away."""
    grid = with_totals([[3, 10], [10, 10]])
    only_small: list[list[Shown]] = [[FEW if n < FEWEST else n for n in row] for row in grid]
    assert another_answer(grid, only_small, (0, 0)) is None
    shown = suppressed([[3, 10], [10, 10]])
    assert shown is not None
    assert shown[0][0] is FEW
    assert len(left_out(shown)) >= 4


@given(tables(2, 2).filter(lambda counts: sum(map(sum, counts)) <= 24))
@settings(max_examples=40, deadline=None)
def test_another_answer_is_found_exactly_where_there_is_one(counts):
    """Against all tables there are: nothing is called safe that is not, and the other way round."""
    grid = with_totals(counts)
    shown: list[list[Shown]] = [[FEW if n < FEWEST else n for n in row] for row in grid]
    fitting = [
        table
        for a, b, c, d in product(range(21), repeat=4)
        if (a < FEWEST or a == shown[0][0])
        and (b < FEWEST or b == shown[0][1])
        and (c < FEWEST or c == shown[1][0])
        and (d < FEWEST or d == shown[1][1])
        and reads_as(table := with_totals([[a, b], [c, d]]), shown)
    ]
    for row, column in left_out(shown):
        values = {table[row][column] for table in fitting}
        found = another_answer(grid, shown, (row, column))
        assert (found is not None) == (len(values) > 1)


@pytest.mark.parametrize(
    "counts, share",
    [((5, 15), 0.25), ((FEW, 15), None), ((20, FEW), None), ((20, HIDDEN), None), ((0, 0), None)],
)
def test_a_share_is_told_only_where_all_its_counts_are(counts, share):
    assert share_of(*counts) == share


def test_a_table_without_cells_is_not_published():
    assert suppressed([]) is None
    assert suppressed([[]]) is None
