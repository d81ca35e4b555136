"""What uv.lock installs, with all that each package needs itself."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from dockyard.build.detect.app import App
from dockyard.build.detect.manifest import parsed_manifest
from dockyard.errors import BuildError

FILE = "uv.lock"


def is_locked(app: App, package: str) -> bool:
    """Whether `uv sync --no-dev` installs this package; not where there is no such lock, or it is damaged: uv says so."""
    if not app.has(FILE) or f'"{package}"' not in app.source(FILE):
        return False
    listed: Any = None
    with suppress(BuildError):
        listed = parsed_manifest(app.folder / FILE, app.text(FILE), "TOML").content.get("package")
    packages = {str(one.get("name")): one for one in _tables(listed)}
    inside = {
        name: source.get("virtual", source.get("editable"))
        for name, one in packages.items()
        if isinstance(source := one.get("source"), dict)
    }
    left = [(name, "") for name, path in inside.items() if path == "."] or [(name, "") for name, path in inside.items() if path]
    seen: set[tuple[str, str]] = set()
    while left:
        name, extra = left.pop()
        if name in packages and (name, extra) not in seen:
            seen.add((name, extra))
            left += _needed(packages[name], extra)
    return any(name == package for name, _ in seen)


def _needed(package: Mapping[str, Any], extra: str) -> Iterator[tuple[str, str]]:
    """Name and extra of what a package needs; once without an extra, too."""
    optional = package.get("optional-dependencies")
    listed = (optional.get(extra) if isinstance(optional, dict) else None) if extra else package.get("dependencies")
    for one in _tables(listed):
        extras = one.get("extra")
        for wanted in ("", *(extras if isinstance(extras, list) else ())):
            yield str(one.get("name")), str(wanted)


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
