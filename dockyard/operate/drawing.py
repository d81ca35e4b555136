"""A diagram as SVG: boxes in columns, each as near as it can be to what leads to it."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from dockyard.operate.diagram import Arrow, Box, Diagram

WIDTH, HEIGHT, BESIDE, BELOW, MARGIN, HEAD = 230, 84, 130, 28, 32, 56
"""Pixels: of a box, between columns and between rows, around all, and of the title."""
_LETTERS = 24
"""That a line of a box has room for."""
_ORANGE, _PURPLE, _PINK, _GREEN, _BLUE, _GREY = "#ED7100", "#8C4FFF", "#E7157B", "#7AA116", "#C925D1", "#5A6B86"
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
Places = Mapping[str, tuple[float, float]]


def svg(diagram: Diagram) -> str:
    """The picture."""
    columns = _ordered(diagram)
    tallest = max((len(column) for column in columns), default=1)
    height = HEAD + tallest * (HEIGHT + BELOW) - BELOW + 2 * MARGIN
    width = max(2 * MARGIN + len(columns) * (WIDTH + BESIDE) - BESIDE, 480)
    places = {
        box.id: (MARGIN + number * (WIDTH + BESIDE), HEAD + MARGIN + _top(len(column), tallest) + row * (HEIGHT + BELOW))
        for number, column in enumerate(columns)
        for row, box in enumerate(column)
    }
    drawn = [
        *(_arrow(one, places) for one in diagram.arrows if {one.source, one.target} <= places.keys()),
        *(_box(box, *places[box.id]) for column in columns for box in column),
        *(_label(one, places) for one in diagram.arrows if one.label and {one.source, one.target} <= places.keys()),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="13">',
            f'<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{_GREY}"/></marker></defs>',
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<text x="{MARGIN}" y="44" font-size="18" font-weight="bold" fill="#16191f">{escape(diagram.title)}</text>',
            *drawn,
            "</svg>\n",
        ]
    )


def _top(rows: int, tallest: int) -> float:
    """So that each column is in the middle."""
    return (tallest - rows) * (HEIGHT + BELOW) / 2


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


def _ends(arrow: Arrow, places: Places) -> tuple[float, float, float, float, float]:
    """Where it begins and ends, at the sides that face each other, and how far it swings out."""
    (x1, y1), (x2, y2) = places[arrow.source], places[arrow.target]
    middle = HEIGHT / 2
    if x1 == x2:
        return x1 + WIDTH, y1 + middle, x2 + WIDTH, y2 + middle, BESIDE / 2
    ahead = x1 < x2
    swing = BESIDE / 2 if ahead else -BESIDE / 2
    return x1 + (WIDTH if ahead else 0), y1 + middle, x2 + (0 if ahead else WIDTH), y2 + middle, swing


def _arrow(arrow: Arrow, places: Places) -> str:
    x1, y1, x2, y2, swing = _ends(arrow, places)
    back = swing if x1 == x2 else -swing
    path = f"M{x1:g} {y1:g}C{x1 + swing:g} {y1:g} {x2 + back:g} {y2:g} {x2:g} {y2:g}"
    return f'<path d="{path}" fill="none" stroke="{_GREY}" stroke-width="1.5" marker-end="url(#end)"/>'


def _label(arrow: Arrow, places: Places) -> str:
    """At the arrow's end, where none is beside another."""
    x1, _, x2, y2, _ = _ends(arrow, places)
    anchor = "end" if x1 < x2 else "start"
    x = x2 - 12 if x1 < x2 else x2 + 12
    return (
        f'<text x="{x:g}" y="{y2 - 6:g}" text-anchor="{anchor}" font-size="11" fill="{_GREY}" stroke="#fff" stroke-width="3" '
        f'paint-order="stroke">{escape(_short(arrow.label, 20))}</text>'
    )


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
