"""A diagram as SVG: boxes in columns, each as near as it can be to what leads to it."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from dockyard.operate.diagram import Arrow, Box, Diagram

WIDTH, HEIGHT, BESIDE, BELOW, MARGIN, HEAD = 230, 84, 130, 28, 32, 56
"""Pixels: of a box, between columns and between rows, around all, and of the title."""
_LETTERS = 24
"""That a line of a box has room for."""
_ORANGE, _PURPLE, _PINK, _GREEN, _BLUE, _GREY = "#ED7100", "#8C4FFF", "#E7157B", "#7AA116", "#C925D1", "#5A6B86"
_FONTS = "Helvetica, Arial, Liberation Sans, DejaVu Sans, Noto Sans, sans-serif"
"""Those of most machines, by their names: what makes a PNG does not ask the system which one `sans-serif` is."""
_SERVICE = "M10 15l10-5 10 5v11l-10 5-10-5zM10 15l10 5 10-5M20 20v11"
_ICONS: Mapping[str, tuple[str, str]] = {
    "clients": (_GREY, "M20 10a5 5 0 1 1 0 10a5 5 0 1 1 0-10M10 31c0-12 20-12 20 0"),
    "balancer": (_PURPLE, "M12 17a3 3 0 1 1 0 6a3 3 0 1 1 0-6M15 20h8M23 12v16M23 12h5M23 20h5M23 28h5"),
    "web": (_ORANGE, _SERVICE),
    "backend": (_ORANGE, _SERVICE),
    "worker": (_ORANGE, _SERVICE),
    "task": (_ORANGE, _SERVICE),
    "job": (_ORANGE, "M20 9a11 11 0 1 1 0 22a11 11 0 1 1 0-22M20 14v6l5 4"),
    "table": (_BLUE, "M10 11h20v18h-20zM10 17h20M10 23h20M17 11v18"),
    "database": (_BLUE, "M10 13c0-5 20-5 20 0v14c0 5-20 5-20 0zM10 13c0 5 20 5 20 0"),
    "bucket": (_GREEN, "M9 12c0-4 22-4 22 0l-3 17c0 3-16 3-16 0zM9 12c0 4 22 4 22 0"),
    "queue": (_PINK, "M9 15h22v10h-22zM15 15v10M20 15v10M25 15v10"),
    "topic": (_PINK, "M10 17v6h4l9 6v-18l-9 6zM27 15c3 3 3 7 0 10"),
}
"""Colour, as AWS has it for the group of services, and lines in a square of 40."""
_ROW, _COLUMN = HEIGHT + BELOW, WIDTH + BESIDE
_ENDS = 14
"""Pixels between two arrows at one side of a box."""
Point = tuple[float, float]


def svg(diagram: Diagram) -> str:
    """The picture."""
    columns = _ordered(diagram)
    places = _places(columns)
    width = max(2 * MARGIN + len(columns) * _COLUMN - BESIDE, 480)
    height = max((y for _, y in places.values()), default=HEAD) + HEIGHT + MARGIN
    drawn = [
        *(_arrow(arrow, *ends) for arrow, ends in _ends(diagram.arrows, places)),
        *(_box(box, *places[box.id]) for column in columns for box in column),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
            f'font-family="{_FONTS}" font-size="13">',
            f'<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{_GREY}"/></marker></defs>',
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<text x="{MARGIN}" y="44" font-size="18" font-weight="bold" fill="#16191f">{escape(diagram.title)}</text>',
            *drawn,
            "</svg>\n",
        ]
    )


def _places(columns: Sequence[Sequence[Box]]) -> dict[str, Point]:
    """Where each box is: columns in the middle; those between others half a row aside, so that arrows pass by."""
    tallest = max((len(column) for column in columns), default=1)
    found: dict[str, Point] = {}
    for number, column in enumerate(columns):
        aside = 2 < number < len(columns) - 1 and (tallest - len(column)) % 2 == 0
        top = HEAD + MARGIN + ((tallest - len(column)) / 2 + aside / 2) * _ROW
        found |= {box.id: (MARGIN + number * _COLUMN, top + row * _ROW) for row, box in enumerate(column)}
    return found


def _ordered(diagram: Diagram) -> list[list[Box]]:
    """Each column by the middle of what is joined to its boxes on the left: so fewer arrows cross."""
    heights: dict[str, float] = {}
    columns: list[list[Box]] = []
    for column in diagram.columns:
        joined = {box.id: [heights[other] for other in _beside(box.id, diagram.arrows) if other in heights] for box in column}
        order = sorted(column, key=lambda box: (sum(joined[box.id]) / len(joined[box.id]) if joined[box.id] else 0, box.id))
        heights |= {box.id: row - len(order) / 2 for row, box in enumerate(order)}
        columns.append(order)
    return columns


def _beside(id: str, arrows: Sequence[Arrow]) -> Iterator[str]:
    for arrow in arrows:
        if id in (arrow.source, arrow.target):
            yield arrow.target if arrow.source == id else arrow.source


def _ends(arrows: Sequence[Arrow], places: Mapping[str, Point]) -> Iterator[tuple[Arrow, tuple[Point, Point]]]:
    """Each arrow with where it begins and ends: at the sides that face each other, and none where another does."""
    drawn = [arrow for arrow in arrows if {arrow.source, arrow.target} <= places.keys()]
    at: dict[tuple[str, bool], list[tuple[float, int, bool]]] = {}
    for number, arrow in enumerate(drawn):
        for here, other, begins in ((arrow.source, arrow.target, True), (arrow.target, arrow.source, False)):
            at.setdefault((here, places[here][0] <= places[other][0]), []).append((places[other][1], number, begins))
    found: dict[tuple[int, bool], Point] = {}
    for (id, right), ends in at.items():
        x, y = places[id]
        for place, (_, number, begins) in enumerate(sorted(ends)):
            aside = min(_ENDS, (HEIGHT - _ENDS) / len(ends)) * (place - (len(ends) - 1) / 2)
            found[number, begins] = (x + (WIDTH if right else 0), y + HEIGHT / 2 + aside)
    return ((arrow, (found[number, True], found[number, False])) for number, arrow in enumerate(drawn))


def _arrow(arrow: Arrow, begin: Point, end: Point) -> str:
    (x1, y1), (x2, y2) = begin, end
    swing = BESIDE / 2 if x1 <= x2 else -BESIDE / 2
    back = swing if x1 == x2 else -swing
    path = f"M{x1:g} {y1:g}C{x1 + swing:g} {y1:g} {x2 + back:g} {y2:g} {x2:g} {y2:g}"
    told = f"<title>{escape(arrow.label)}</title>" if arrow.label else ""
    return f'<path d="{path}" fill="none" stroke="{_GREY}" stroke-width="1.5" marker-end="url(#end)">{told}</path>'


def _box(box: Box, x: float, y: float) -> str:
    colour, lines = _ICONS[box.icon]
    edge, thick = ("#d5dbdb", 1.5) if box.is_good else ("#d13212", 2.5)
    strokes = 'fill="none" stroke="#fff" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round"'
    texts = [
        f'<text x="64" y="{row}" fill="#414d5c" font-size="12">{escape(_short(line, _LETTERS))}</text>'
        for row, line in zip((44, 60, 76), box.lines, strict=False)
    ]
    return "".join(
        [
            f'<g transform="translate({x:g} {y:g})"><title>{escape(box.title)}</title>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff" stroke="{edge}" stroke-width="{thick}"/>',
            f'<rect x="12" y="22" width="40" height="40" rx="6" fill="{colour}"/>',
            f'<path transform="translate(12 22)" d="{lines}" {strokes}/>',
            f'<text x="64" y="26" font-weight="bold" fill="#16191f">{escape(_short(box.title, _LETTERS - 2))}</text>',
            *texts,
            "</g>",
        ]
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
