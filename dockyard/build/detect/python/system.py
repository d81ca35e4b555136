"""Debian packages that Python packages need: to be built from source, and to run.

Most packages have wheels, which need neither, and the bases are slim: only what is known to need something gets it, and what
is for building stays in the build stage. Names are those of Debian 12 and 13 alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dockyard.build.detect.python.dependencies import Dependencies

_COMPILER = ("gcc", "libc6-dev")
_POSTGRES = ((*_COMPILER, "libpq-dev"), ("libpq5",))
_MYSQL = ((*_COMPILER, "default-libmysqlclient-dev", "pkg-config"), ("libmariadb3",))
_CAIRO = ((*_COMPILER, "libcairo2-dev", "pkg-config"), ("libcairo2",))
_XMLSEC = ((*_COMPILER, "libxmlsec1-dev", "pkg-config"), ("libxmlsec1-openssl",))

_NEEDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "psycopg2": _POSTGRES, "psycopg-c": _POSTGRES, "psycopg": ((), ("libpq5",)), "mysqlclient": _MYSQL, "pycairo": _CAIRO,
    "xmlsec": _XMLSEC, "python3-saml": _XMLSEC, "uwsgi": (_COMPILER, ()), "pyodbc": ((), ("unixodbc",)), "pygraphviz":
    ((*_COMPILER, "libgraphviz-dev"), ("graphviz",)), "graphviz": ((), ("graphviz",)), "pydub": ((), ("ffmpeg",)),
    "ffmpeg-python": ((), ("ffmpeg",)), "openai-whisper": ((), ("ffmpeg",)), "pdf2image": ((), ("poppler-utils",)),
    "pytesseract": ((), ("tesseract-ocr",)), "python-magic": ((), ("libmagic1",)),
    "opencv-python": ((), ("libgl1", "libglib2.0-0")),
    "weasyprint": ((), ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")), "lightgbm": ((), ("libgomp1",)),
    "cairosvg": ((), ("libcairo2",)),
}  # fmt: skip
"""Package to what building it needs, and what running it needs."""


@dataclass(frozen=True)
class System:
    """Debian packages of the two stages, sorted."""

    build: tuple[str, ...]
    run: tuple[str, ...]


def system_of(dependencies: Dependencies, *, git: bool, gis: bool) -> System:
    """What these need; `git` where a lock has something from a repository, `gis` for GeoDjango, which loads GDAL."""
    needed = [_NEEDS[name] for name in _NEEDS if name in dependencies and not _has_own(dependencies.lines[name])]
    build = [package for building, _ in needed for package in building]
    run = [package for _, running in needed for package in running]
    if git or any("git+" in line for line in dependencies.lines.values()):
        build.append("git")
    return System(_sorted(build), _sorted([*run, *(("gdal-bin",) if gis else ())]))


def _has_own(line: str) -> bool:
    """Whether psycopg is asked for with the libraries in it."""
    return "[" in line and "binary" in line


def _sorted(packages: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(packages)))
