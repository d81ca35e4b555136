"""The browser of who sits here."""

import os
import sys
import webbrowser


def show(address: str) -> bool:
    """Whether a browser shows it; not where there is no desktop, as on a server."""
    has_desktop = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return has_desktop and webbrowser.open(address)
