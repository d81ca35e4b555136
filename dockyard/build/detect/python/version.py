"""Which Python an app asks for."""

import re
from typing import TYPE_CHECKING

from dockyard.build.detect.app import App
from dockyard.build.detect.python.manifests import Manifests
from dockyard.build.detect.versions import pinned

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

DEFAULT = "3.13"
"""Where the app does not say which, and where what it says allows this one."""
_MINORS = (DEFAULT, "3.15", "3.14", "3.12", "3.11", "3.10", "3.9", "3.8", "3.7", "3.6")
"""Those with an image, in the order in which they are tried."""
_OLDEST_MAINTAINED = (3, 11)
"""https://devguide.python.org/versions/, in November 2026."""

_DJANGO = {
    "6.0": "3.14", "5.2": "3.14", "5.1": "3.13", "5.0": "3.12", "4.2": "3.12", "4.1": "3.11", "4.0": "3.10", "3.2": "3.10",
    "3.1": "3.9", "3.0": "3.9", "2.2": "3.9", "2.1": "3.7", "2.0": "3.7", "1.11": "3.7",
}  # fmt: skip
"""Releases of Django, and the newest Python of each: https://docs.djangoproject.com/en/stable/faq/install/"""


def version_of(app: App, manifests: Manifests) -> tuple[str, str | None]:
    """Version, as a tag of the image has it, and the file that says it; None where none does."""
    if app.wishes.version:
        return app.wishes.version, "service.yaml"
    for text, file in _pins(app, manifests):
        if match := re.fullmatch(r"(?:c?python-?)?(\d+(?:\.\d+){0,2})(?:-dev|\.\*|\.x|t)?", text.strip()):
            return (DEFAULT if match[1] == "3" else match[1]), file
    for specifier, file in manifests.python:
        if version := newest(specifier):
            return version, file
    return DEFAULT, None


def fitting(requirement: str) -> str | None:
    """The newest Python of the Django that a requirement allows; None where the default is no newer."""
    match = re.match(r"django\s*(?:\[[^\]]*\]\s*)?([^;#]*)", requirement, re.IGNORECASE)
    wanted = _specifiers(match[1].strip()) if match and match[1].strip() else None
    if wanted is None:
        return None
    exact = {".".join(part.version.split(".")[:2]) for part in wanted if part.operator in ("==", "===")}
    python = next((_DJANGO[release] for release in _DJANGO if release in exact or wanted.contains(f"{release}.99")), None)
    return python if python and _minor(python) < _minor(DEFAULT) else None


def told_of(version: str) -> tuple[str, ...]:
    """What a user should know of that version."""
    if not re.match(r"\d+\.\d+", version) or (found := _minor(version)) >= _OLDEST_MAINTAINED:
        return ()
    minor = ".".join(map(str, found))
    if minor.startswith("2"):
        return (f"Python {minor} ended in 2020: it has no venv, so the generated Dockerfile cannot build it; move to Python 3",)
    return (f"Python {minor} gets no security fixes any more",)


def _minor(version: str) -> tuple[int, ...]:
    """Its first two numbers."""
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def newest(specifier: str) -> str | None:
    """The version to take for a specifier: the default if it fits, else the newest that does; None where none does.

    Poetry's `^` and `~` count as well. https://python-poetry.org/docs/dependency-specification/
    """
    alternatives = [part.strip() for part in specifier.split("||")]
    exact = [match[1] for part in alternatives if (match := re.fullmatch(r"={0,3}\s*(\d+\.\d+(?:\.\d+)?)", part))]
    if exact:
        return exact[0]
    sets = [found for part in alternatives if (found := _specifiers(part)) is not None]
    for minor in _MINORS:
        if any(found.contains(minor) or found.contains(f"{minor}.99") for found in sets):
            return minor
    return None


def _specifiers(text: str) -> "SpecifierSet | None":
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # it takes time to import, and few apps say so

    parts = [_plain(part.strip()) for part in re.split(r",|\s+(?=[<>=!~^])", text) if part.strip()]
    try:
        return SpecifierSet(",".join(part for part in parts if part))
    except InvalidSpecifier:
        return None


def _plain(part: str) -> str:
    """Poetry's notation in that of PEP 440."""
    if part == "*":
        return ""
    match = re.fullmatch(r"(\^|~(?!=))\s*(\d+)(?:\.(\d+))?(\.\d+)*", part)
    if not match:
        return f"=={part}" if part[0].isdigit() else part
    lowest = part.lstrip("^~ ")
    if match[1] == "^" or match[3] is None:
        return f">={lowest},<{int(match[2]) + 1}"
    return f">={lowest},<{match[2]}.{int(match[3]) + 1}"


def _pins(app: App, manifests: Manifests) -> list[tuple[str, str]]:
    """What names one version, with the file, in the order in which it counts."""
    found: list[tuple[str, str]] = []
    if app.has(".python-version"):
        lines = [line.partition("#")[0].strip() for line in app.text(".python-version").splitlines()]
        found += [(line, ".python-version") for line in lines if line]
    if app.has("runtime.txt"):
        found.append((app.text("runtime.txt"), "runtime.txt"))
    for key in ("python_full_version", "python_version"):
        if version := manifests.pipfile.text("requires", key):
            found.append((version, f"Pipfile requires.{key}"))
    if shared := pinned(app, "python"):
        found.append(shared)
    if conda := app.has("environment.yml", "environment.yaml"):
        listed = re.findall(r"^\s*-\s*python\s*=+\s*(\d+(?:\.\d+)*)", app.source(conda), re.MULTILINE)
        found += [(version, conda) for version in listed]
    return found
