"""Where the boxes of a diagram are, and the ways of its arrows: past the boxes, with few crossings.

An arrow that passes columns has a lane in each of them. Lanes and boxes of a column are in the order of what they are joined to.
It is the method of Sugiyama: https://en.wikipedia.org/wiki/Layered_graph_drawing
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dockyard.operate.diagram import Arrow, Diagram

WIDTH, HEIGHT, BESIDE, MARGIN, HEAD = 250, 98, 100, 32, 56
"""Pixels: of a box, between columns, around all, and of the title."""
BELOW, BETWEEN = 28, 14
"""Pixels between two boxes of a column, and beside a lane."""
_SWEEPS = 12
_ENDS = 14
"""Pixels between two arrows at one side of a box."""

Point = tuple[float, float]
_Item = str | tuple[int, int]
"""A box by its id, or a lane by the numbers of its arrow and its column."""
_Columns = list[list[_Item]]


@dataclass(frozen=True)
class Layout:
    """Of one diagram, in pixels."""

    boxes: Mapping[str, Point]
    """Id to the upper left corner."""
    arrows: Sequence[tuple[Arrow, Sequence[Point]]]
    """Each with where it begins, passes and ends; from one point to the next a column's width, or what is between two."""
    width: float
    height: float


def layout(diagram: Diagram) -> Layout:
    """Of all boxes, and of the arrows between two of them."""
    column_of = {box.id: number for number, column in enumerate(diagram.columns) for box in column}
    arrows = [arrow for arrow in diagram.arrows if {arrow.source, arrow.target} <= column_of.keys()]
    ways = [_way(number, arrow, column_of) for number, arrow in enumerate(arrows)]
    columns = _ordered(_columns(diagram, ways, column_of), ways)
    tops = _tops(columns, ways)
    lefts = {item: MARGIN + number * (WIDTH + BESIDE) for number, column in enumerate(columns) for item in column}
    upper = min(tops.values(), default=0.0) - HEAD - MARGIN
    places = {item: (lefts[item], top - upper) for item, top in tops.items()}
    boxes = {item: place for item, place in places.items() if isinstance(item, str)}
    ends = _ends(ways, places)
    drawn = [
        (arrow, _points(number, way, arrow, places, ends)) for number, (arrow, way) in enumerate(zip(arrows, ways, strict=True))
    ]
    width = 2 * MARGIN + len(columns) * (WIDTH + BESIDE) - BESIDE
    return Layout(boxes, drawn, width, max((y for _, y in boxes.values()), default=HEAD) + HEIGHT + MARGIN)


def _way(number: int, arrow: Arrow, column_of: Mapping[str, int]) -> list[_Item]:
    """What an arrow leads past, from left to right: its box there, a lane in each column between, its box here."""
    left, right = sorted((arrow.source, arrow.target), key=lambda id: column_of[id])
    return [left, *((number, column) for column in range(column_of[left] + 1, column_of[right])), right]


def _columns(diagram: Diagram, ways: Sequence[list[_Item]], column_of: Mapping[str, int]) -> _Columns:
    columns: _Columns = [[box.id for box in column] for column in diagram.columns]
    for way in ways:
        for item in way:
            if isinstance(item, tuple):
                columns[item[1]].append(item)
    return columns


def _ordered(columns: _Columns, ways: Sequence[list[_Item]]) -> _Columns:
    """Each column by the middle of what its items are joined to in the one before, then the one behind, and so on; the best."""
    before, behind = _joined(ways)
    best, least = columns, _crossings(columns, ways)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        numbers = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
        columns = list(columns)
        for number in numbers:
            other = _rows(columns[number - 1 if forward else number + 1])
            columns[number] = _by_middle(columns[number], other, before if forward else behind)
        if (found := _crossings(columns, ways)) < least:
            best, least = columns, found
    return best


def _joined(ways: Sequence[list[_Item]]) -> tuple[dict[_Item, list[_Item]], dict[_Item, list[_Item]]]:
    """Item to those that it is joined to on its left, and on its right."""
    before: dict[_Item, list[_Item]] = {}
    behind: dict[_Item, list[_Item]] = {}
    for way in ways:
        for left, right in pairwise(way):
            before.setdefault(right, []).append(left)
            behind.setdefault(left, []).append(right)
    return before, behind


def _rows(column: list[_Item]) -> dict[_Item, float]:
    return {item: (row + 0.5) / len(column) for row, item in enumerate(column)}


def _by_middle(column: list[_Item], other: Mapping[_Item, float], joined: Mapping[_Item, list[_Item]]) -> list[_Item]:
    own = _rows(column)

    def middle(item: _Item) -> float:
        found = [other[one] for one in joined.get(item, ()) if one in other]
        return sum(found) / len(found) if found else own[item]

    return sorted(column, key=middle)


def _crossings(columns: _Columns, ways: Sequence[list[_Item]]) -> int:
    rows = {item: row for column in columns for row, item in enumerate(column)}
    number_of = {item: number for number, column in enumerate(columns) for item in column}
    steps = [(number_of[left], rows[left], rows[right]) for way in ways for left, right in pairwise(way)]
    return sum(
        one[0] == other[0] and (one[1] - other[1]) * (one[2] - other[2]) < 0
        for place, one in enumerate(steps)
        for other in steps[:place]
    )  # fmt: skip


def _tops(columns: _Columns, ways: Sequence[list[_Item]]) -> dict[_Item, float]:
    """The upper edge of each item: near to what it is joined to, in the order of its column, and with room between."""
    tops: dict[_Item, float] = {}
    for column in columns:
        tops |= _stacked(column, dict.fromkeys(column, 0.0))
    before, behind = _joined(ways)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        joined = before if forward else behind
        for column in columns if forward else reversed(columns):
            wanted = {}
            for item in column:
                middles = [tops[one] + _height(one) / 2 for one in joined.get(item, ())]
                wanted[item] = sum(middles) / len(middles) - _height(item) / 2 if middles else tops[item]
            tops |= _stacked(column, wanted)
    return tops


def _stacked(column: list[_Item], wanted: Mapping[_Item, float]) -> dict[_Item, float]:
    """Each where it is wanted, or below what is above it; then all of them so that they are too high as much as too low."""
    tops: dict[_Item, float] = {}
    least = float("-inf")
    for item, following in zip(column, [*column[1:], None], strict=True):
        tops[item] = max(wanted[item], least)
        gap = BELOW if isinstance(item, str) and isinstance(following, str) else BETWEEN
        least = tops[item] + _height(item) + gap
    aside = sum(tops[item] - wanted[item] for item in column) / len(column) if column else 0.0
    return {item: top - aside for item, top in tops.items()}


def _height(item: _Item) -> float:
    return HEIGHT if isinstance(item, str) else 0


def _ends(ways: Sequence[list[_Item]], places: Mapping[_Item, Point]) -> dict[tuple[int, str], Point]:
    """Number of an arrow and id of a box to where it meets that box: no two arrows in one place."""
    at: dict[tuple[str, bool], list[tuple[float, int]]] = {}
    for number, way in enumerate(ways):
        for box, other, right in ((way[0], way[1], True), (way[-1], way[-2], places[way[0]][0] == places[way[-1]][0])):
            if isinstance(box, str):
                at.setdefault((box, right), []).append((places[other][1] + _height(other) / 2, number))
    found = {}
    for (box, right), ends in at.items():
        x, y = places[box]
        for place, (_, number) in enumerate(sorted(ends)):
            aside = min(_ENDS, (HEIGHT - _ENDS) / len(ends)) * (place - (len(ends) - 1) / 2)
            found[number, box] = (x + (WIDTH if right else 0), y + HEIGHT / 2 + aside)
    return found


def _points(
    number: int, way: list[_Item], arrow: Arrow, places: Mapping[_Item, Point], ends: Mapping[tuple[int, str], Point]
) -> list[Point]:
    lanes = [places[item] for item in way if isinstance(item, tuple)]
    points = [
        ends[number, str(way[0])],
        *(point for x, y in lanes for point in ((x, y), (x + WIDTH, y))),
        ends[number, str(way[-1])],
    ]
    return points if arrow.source == way[0] else points[::-1]
