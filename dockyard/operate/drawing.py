"""A diagram as SVG."""

import base64
from collections.abc import Sequence
from html import escape
from importlib import resources
from itertools import pairwise

from dockyard.operate.diagram import Arrow, Box, Diagram
from dockyard.operate.layout import BESIDE, HEIGHT, MARGIN, WIDTH, Point, layout

_LETTERS = 27
"""That a line of a box has room for."""
_GREY = "#5A6B86"
_FONTS = "Helvetica, Arial, Liberation Sans, DejaVu Sans, Noto Sans, sans-serif"
"""Those of most machines, by their names: what makes a PNG does not ask the system which one `sans-serif` is."""
_LINES = 4
_ICON, _LINE = 44, 17
"""Pixels."""


def svg(diagram: Diagram) -> str:
    """The picture. AWS's icons are in it whole, each once, as pictures of their own: the names within them are the same."""
    laid = layout(diagram)
    width = max(laid.width, 480)
    boxes = [box for column in diagram.columns for box in column]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{laid.height:g}" '
            f'viewBox="0 0 {width:g} {laid.height:g}" font-family="{_FONTS}" font-size="13">',
            f'<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{_GREY}"/></marker>',
            *(_icon(name) for name in sorted({box.icon for box in boxes if box.icon})),
            "</defs>",
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<text x="{MARGIN}" y="44" font-size="18" font-weight="bold" fill="#16191f">{escape(diagram.title)}</text>',
            *(_arrow(arrow, points) for arrow, points in laid.arrows),
            *(_box(box, *laid.boxes[box.id]) for box in boxes),
            "</svg>\n",
        ]
    )


def _icon(name: str) -> str:
    content = resources.files(__package__).joinpath("icons", f"{name}.svg").read_bytes()
    picture = base64.b64encode(content).decode()
    return f'<image id="{name}" width="{_ICON}" height="{_ICON}" href="data:image/svg+xml;base64,{picture}"/>'


def _arrow(arrow: Arrow, points: Sequence[Point]) -> str:
    begin = points[0]
    path = f"M{begin[0]:g} {begin[1]:g}" + "".join(_step(*one, *other) for one, other in pairwise(points))
    told = f"<title>{escape(arrow.label)}</title>" if arrow.label else ""
    return f'<path d="{path}" fill="none" stroke="{_GREY}" stroke-width="1.5" marker-end="url(#end)">{told}</path>'


def _step(x1: float, y1: float, x2: float, y2: float) -> str:
    """Past a column straight, and between two in a curve; around, where both ends are on the same side."""
    if y1 == y2:
        return f"L{x2:g} {y2:g}"
    swing = BESIDE / 2 if x1 <= x2 else -BESIDE / 2
    back = swing if x1 == x2 else -swing
    return f"C{x1 + swing:g} {y1:g} {x2 + back:g} {y2:g} {x2:g} {y2:g}"


def _box(box: Box, x: float, y: float) -> str:
    edge, thick = ("#d5dbdb", 1.5) if box.is_good else ("#d13212", 2.5)
    lines = box.lines[:_LINES]
    left = 68 if box.icon else 20
    top = (HEIGHT - _LINE * (1 + len(lines))) / 2 + _LINE - 4
    texts = [
        f'<text x="{left}" y="{top + _LINE * row:g}" fill="#414d5c" font-size="12">{escape(_short(line, _LETTERS))}</text>'
        for row, line in enumerate(lines, 1)
    ]
    return "".join(
        [
            f'<g transform="translate({x:g} {y:g})"><title>{escape(box.title)}</title>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff" stroke="{edge}" stroke-width="{thick}"/>',
            f'<use href="#{box.icon}" x="12" y="{(HEIGHT - _ICON) / 2:g}"/>' if box.icon else "",
            f'<text x="{left}" y="{top:g}" font-weight="bold" fill="#16191f">{escape(_short(box.title, _LETTERS - 5))}</text>',
            *texts,
            "</g>",
        ]
    )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
