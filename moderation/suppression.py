"""Small counts are not shown, nor anything from which one could be worked out. Pure functions.

A table is published with its totals. Counts below five become FEW; then as many others become
HIDDEN as it takes to leave more than one answer for each FEW. Who reads the table knows that FEW is
0 to 4 and HIDDEN is 5 or more; that is reckoned with.

Why it is exact. With a minus before totals of rows and of columns (plus before the grand total),
each row and each column of the table sums to zero. So two tables that agree in all that is shown
differ by steps of one along closed ways through suppressed cells, from row to column and back, as
in a flow: a cell can be something else if and only if such a way leads through it on which each
cell has room for its step (Ford LR, Fulkerson DR, Flows in Networks, 1962; for tables: Gusfield D,
SIAM J Comput 1988;17:552-571). Looking for the way is looking for the shortest path.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

FEWEST = 5


class Mark(StrEnum):
    """What stands in place of a count."""

    FEW = "few"  # below five
    HIDDEN = "hidden"  # five or more, kept back so that nothing can be worked out


Shown = int | Mark
Grid = list[list[int]]
Place = tuple[int, int]
# A cell and its step, +1 or -1.
Step = tuple[Place, int]
# A row (0) or a column (1), and its number.
Node = tuple[int, int]


def with_totals(counts: Sequence[Sequence[int]]) -> Grid:
    """The table with a last column and a last row of totals. All rows are equally long."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def suppressed(counts: Sequence[Sequence[int]]) -> list[list[Shown]] | None:
    """The table with totals as it may be published; None where nothing of it may be.

    No count that is left out can be worked out from the rest, not even the positive ones by
    somebody who knows which counts are zero.
    """
    if not counts or not counts[0]:
        return None
    grid = with_totals(counts)
    marks = {place: Mark.FEW for place in _places(grid) if _at(grid, place) < FEWEST}
    for place in sorted(marks):
        way = _way(grid, _price(grid, marks), place, zeros_known=_at(grid, place) > 0)
        if way is None:
            return None
        for other, _step in way:
            marks.setdefault(other, Mark.HIDDEN)
    shown: list[list[Shown]] = [
        [marks.get((r, c), count) for c, count in enumerate(row)] for r, row in enumerate(grid)
    ]
    # Holds by construction. Asked again, since what is published cannot be taken back.
    return None if any(another_answer(grid, shown, place) is None for place in marks) else shown


def another_answer(
    grid: Grid, shown: Sequence[Sequence[Shown]], place: Place, *, zeros_known: bool = False
) -> Grid | None:
    """A second table (with totals) that agrees in all that is shown, but not at this place.

    None: there is none, so whoever reads the table can work the place out. ``zeros_known``: for a
    reader who knows where zeros are.
    """

    def price(cell: Place) -> int | None:
        return None if isinstance(shown[cell[0]][cell[1]], int) else 0

    way = _way(grid, price, place, zeros_known=zeros_known)
    if way is None:
        return None
    other = [list(row) for row in grid]
    for (row, column), step in way:
        other[row][column] += step
    return other


def share(part: Shown, *rest: Shown) -> float | None:
    """The share of a part, from 0 to 1; None unless all counts that it is made of are shown."""
    counts = [count for count in (part, *rest) if not isinstance(count, Mark)]
    if len(counts) <= len(rest) or not sum(counts):
        return None
    return counts[0] / sum(counts)


def _places(grid: Grid) -> Iterator[Place]:
    return ((r, c) for r, row in enumerate(grid) for c in range(len(row)))


def _at(grid: Grid, place: Place) -> int:
    return grid[place[0]][place[1]]


def _price(grid: Grid, marks: dict[Place, Mark]) -> Callable[[Place], int | None]:
    """What it costs to leave a cell out: its count, so that large numbers and totals stay."""
    return lambda place: 0 if place in marks else _at(grid, place)


def _sign(grid: Grid, place: Place) -> int:
    """Minus for totals of one row or one column."""
    return -1 if (place[0] == len(grid) - 1) != (place[1] == len(grid[0]) - 1) else 1


def _has_room(count: int, step: int, *, zeros_known: bool) -> bool:
    """Whether a count can go one up or down and still read the same."""
    if count >= FEWEST:
        return count + step >= FEWEST
    if zeros_known:
        return count > 0 and 1 <= count + step < FEWEST
    return 0 <= count + step < FEWEST


def _way(
    grid: Grid, price: Callable[[Place], int | None], place: Place, *, zeros_known: bool
) -> list[Step] | None:
    """The cheapest closed way through a place, in either direction; None where there is none."""
    row, column = (0, place[0]), (1, place[1])
    ways = []
    for first, start, end in ((1, column, row), (-1, row, column)):
        step = first * _sign(grid, place)
        if _has_room(_at(grid, place), step, zeros_known=zeros_known):
            back = _cheapest(grid, price, place, start, end, zeros_known=zeros_known)
            if back is not None:
                ways.append((back[0], [(place, step), *back[1]]))
    return min(ways)[1] if ways else None


def _cheapest(
    grid: Grid,
    price: Callable[[Place], int | None],
    without: Place,
    start: Node,
    end: Node,
    *,
    zeros_known: bool,
) -> tuple[tuple[int, int], list[Step]] | None:
    """The cheapest path between a row and a column that leaves one cell out (Dijkstra)."""
    best: dict[Node, tuple[int, int]] = {start: (0, 0)}
    came: dict[Node, tuple[Node, Step]] = {}
    heap = [((0, 0), start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if cost > best[node]:
            continue
        if node == end:
            return cost, _steps(came, start, end)
        side, number = node
        for other in range(len(grid[0]) if side == 0 else len(grid)):
            place = (number, other) if side == 0 else (other, number)
            of_place = price(place)
            if place == without or of_place is None:
                continue
            step = _sign(grid, place) * (1 if side == 0 else -1)
            if not _has_room(_at(grid, place), step, zeros_known=zeros_known):
                continue
            following, reached = (cost[0] + of_place, cost[1] + 1), (1 - side, other)
            if reached not in best or following < best[reached]:
                best[reached] = following
                came[reached] = (node, (place, step))
                heapq.heappush(heap, (following, reached))
    return None


def _steps(came: dict[Node, tuple[Node, Step]], start: Node, end: Node) -> list[Step]:
    steps, node = [], end
    while node != start:
        node, step = came[node]
        steps.append(step)
    return steps
