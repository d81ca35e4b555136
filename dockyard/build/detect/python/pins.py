"""The versions of what Dockyard itself brings into a build: package managers, and servers where an app has none.

Each with the oldest Python that it runs on, the newest first.
"""

import re
from collections.abc import Mapping

_PINS: Mapping[str, tuple[tuple[tuple[int, int], str], ...]] = {
    "uv": (((3, 8), "0.13.9"),),
    "poetry": (((3, 10), "2.5.1"), ((3, 9), "2.2.1"), ((3, 8), "1.8.5")),
    "pdm": (((3, 10), "2.29.4"), ((3, 9), "2.26.9"), ((3, 8), "2.20.1")),
    "pipenv": (((3, 10), "2026.10.3"), ((3, 9), "2025.0.4"), ((3, 8), "2024.4.1"), ((3, 7), "2023.10.3")),
    "gunicorn": (((3, 10), "27.0.1"), ((3, 7), "26.2.0")),
    "uvicorn": (((3, 7), "0.54.0"),),
}

_BESIDE = {"pdm": " 'hishel<2'"}
"""What else must be said, as the newest of all that a release needs may not fit it: PDM 2.29 does not run with hishel 2."""
PINNED = frozenset(_PINS)
"""What can be brought."""


def pin(package: str, python: str) -> str:
    """`package==version`, as a shell takes it, for this Python; for one that is older than all that are listed, the oldest."""
    match = re.match(r"(\d+)\.(\d+)", python)
    running = (int(match[1]), int(match[2])) if match else (3, 99)
    pins = _PINS[package]
    return f"{package}=={next((version for oldest, version in pins if running >= oldest), pins[-1][1])}{_BESIDE.get(package, '')}"
