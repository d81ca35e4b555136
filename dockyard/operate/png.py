"""A picture as PNG, with the fonts of this machine."""

from resvg_py import svg_to_bytes

from dockyard.errors import PrerequisiteError

ZOOM = 2.0
"""Pixels for one of the SVG: screens are as fine as that, and text can be read in a document."""


def png(svg: str) -> bytes:
    """The same picture. Raises PrerequisiteError where this machine has no font for its text, which would be left out."""
    drawn = svg_to_bytes(svg_string=svg, zoom=ZOOM)
    if drawn == svg_to_bytes(svg_string=svg, zoom=ZOOM, skip_system_fonts=True):
        raise PrerequisiteError(
            "this machine has no font for the text of a PNG",
            hint="install one (fonts-dejavu-core, fonts-liberation), or write an SVG: its text is drawn by who looks at it",
        )
    return drawn
