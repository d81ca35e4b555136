"""A diagram as PNG."""

from pathlib import Path

import pytest

from dockyard.errors import PrerequisiteError
from dockyard.operate.diagram import CLIENTS, Box, Diagram
from dockyard.operate.drawing import _FONTS, svg
from dockyard.operate.png import png

PICTURE = svg(Diagram("shop in dev", [[Box(CLIENTS, "clients", "Clients")]]))
FONTS = [Path(folder) for folder in ("/usr/share/fonts", "/System/Library/Fonts") if Path(folder).is_dir()]


@pytest.mark.skipif(not any(folder.rglob("*.tt[fc]") for folder in FONTS), reason="this machine has no fonts")
def test_it_is_the_same_picture_twice_as_large():
    made = png(PICTURE)
    assert (made[:8], [int.from_bytes(made[at : at + 4]) for at in (16, 20)]) == (b"\x89PNG\r\n\x1a\n", [2 * 480, 2 * 218])


def test_where_there_is_no_font_none_without_text_is_made():
    with pytest.raises(PrerequisiteError, match="this machine has no font for the text of a PNG"):
        png(PICTURE.replace(_FONTS, "A Font That Is Not There"))
