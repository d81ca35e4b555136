"""The packages that an app depends on itself, by name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dockyard.build.detect.python.frameworks import FRAMEWORKS

_OF_EXTRAS = {
    ("fastapi", "standard"): "uvicorn", ("fastapi", "all"): "uvicorn", ("litestar", "standard"): "uvicorn",
    ("litestar", "full"): "uvicorn", ("connexion", "uvicorn"): "uvicorn", ("channels", "daphne"): "daphne",
    ("psycopg", "c"): "psycopg-c",
}  # fmt: skip
"""What an extra is known to bring."""
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?(?P<rest>.*)")


@dataclass(frozen=True)
class Dependencies:
    """Packages by their normalized names, each with the requirement as it is written."""

    lines: Mapping[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.lines

    def first(self, names: Iterable[str]) -> str | None:
        """The first of these packages that is among them."""
        return next((name for name in names if name in self.lines), None)


def dependencies_of(requirements: Iterable[str]) -> Dependencies:
    """Those that requirements name, and those that they are known to bring."""
    found: dict[str, str] = {}
    for line in requirements:
        egg = re.search(r"#egg=([\w.-]+)", line)
        match = _REQUIREMENT.match(f"{egg[1]} @ {line}" if egg else line.strip())
        if not match or match["rest"].startswith("+") or ("://" in line and "@" not in match["rest"]):
            continue
        name = normalized(match["name"])
        found[name] = line
        for extra in (match["extras"] or "").split(","):
            if brought := _OF_EXTRAS.get((name, extra.strip().lower())):
                found.setdefault(brought, line)
    for framework in FRAMEWORKS.values():
        if listed := found.get(framework.package or framework.name):
            found = {**dict.fromkeys(framework.brings, listed), **found}
    return Dependencies(found)


def normalized(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()
