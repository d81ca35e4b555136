"""Package managers: which one an app is installed by, and in which version."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dockyard.build.detect.app import App
from dockyard.build.detect.javascript.package import FILE, Package
from dockyard.build.detect.javascript.ranges import allows
from dockyard.build.detect.javascript.workspace import PNPM_FILE
from dockyard.build.detect.settings import yaml_of
from dockyard.build.detect.versions import pinned

LOCKS = {
    "pnpm": ("pnpm-lock.yaml",), "bun": ("bun.lock", "bun.lockb"), "yarn": ("yarn.lock",),
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
}  # fmt: skip
"""Manager to its lock files, in the order in which they count where there are several."""
_SETTINGS = {"pnpm": (PNPM_FILE, ".pnpmfile.cjs"), "bun": ("bunfig.toml",), "yarn": (".yarnrc.yml", ".yarnrc")}
"""What tells the manager where no lock does."""
_RELEASES = {
    "pnpm": ("10.34.9", "11.28.11", "12.21.0", "9.15.9", "8.15.9", "7.33.7", "6.35.1"),
    "yarn": ("1.22.22", "4.18.1", "3.8.7", "2.4.2"),
    "bun": ("1.3.14", "1.4.5", "1.2.23", "1.1.45", "1.0.36"),
}
"""Releases that are installed where the app does not name one exactly, the usual one first."""
_PNPM_LOCKS = (("5.3", "6.35.1"), ("5", "7.33.7"), ("6", "8.15.9"), ("", "10.34.9"))
"""The beginning of a lock's `lockfileVersion`, and the release that reads it."""
_YARN_LOCKS = ((4, "2.4.2"), (7, "3.8.7"))
"""The `version` of a Berry lock up to which a release writes it."""


@dataclass(frozen=True)
class Manager:
    """A package manager: `npm`, `yarn`, `pnpm`, `bun`, or `none` where there is nothing to install."""

    name: str
    version: str | None = None
    """Exactly; None for npm, which comes with Node.js."""
    source: str | None = None
    """The file that tells which one it is."""
    locks: tuple[str, ...] = field(default=())
    """Its lock files that are there; without one two builds may differ."""

    @property
    def berry(self) -> bool:
        """Yarn 2 and later, which have little in common with Yarn 1."""
        return self.name == "yarn" and not (self.version or "1").startswith(("1.", "0."))


def manager_of(app: App, root: Package, warnings: list[str]) -> Manager:
    """The manager of an app."""
    there = {name: tuple(filter(app.has, locks)) for name, locks in LOCKS.items()}
    locked = [name for name, locks in there.items() if locks]
    name, written, source = _named(root)
    if name not in LOCKS or (locked and name not in locked):
        named = name
        name, written, source = locked[0] if locked else _by_settings(app, root), None, there[locked[0]][0] if locked else None
        if named and locked:
            warnings.append(f"{FILE} names {named}, and its lock file is not there: took {name}, as {source} is")
        if len(locked) > 1:
            warnings.append(f"{' and '.join(there[lock][0] for lock in locked)}: took {name}; remove those that are not kept")
    if not locked and not name and not _installs(root):
        return Manager("none")
    name = name or "npm"
    if not there[name] and _installs(root):
        warnings.append(f"no lock file: two builds may differ; run {name} install, and keep the lock file that it writes")
    version = None if name == "npm" else _version(app, root, name, written)
    return Manager(name, version, source or (there[name] or (None,))[0], there[name])


def _installs(root: Package) -> bool:
    return bool(root.dependencies or root.dev_dependencies or root.manifest.content.get("workspaces"))


def _named(root: Package) -> tuple[str | None, str | None, str | None]:
    """Name and version in package.json, and its key. https://nodejs.org/api/packages.html#packagemanager"""
    if match := re.match(r"\s*([a-z]+)(?:@v?([\w.^~-]+))?", root.said("packageManager") or ""):
        return match[1], match[2], f"{FILE} packageManager"
    if name := root.said("devEngines", "packageManager", "name"):
        return name, root.said("devEngines", "packageManager", "version"), f"{FILE} devEngines.packageManager"
    for owner in ("volta", "engines"):
        for name in ("pnpm", "bun", "yarn"):
            if version := root.said(owner, name):
                return name, version, f"{FILE} {owner}.{name}"
    return None, None, None


def _by_settings(app: App, root: Package) -> str | None:
    named = next((name for name, files in _SETTINGS.items() if app.has(*files)), None)
    return named or ("bun" if _is_for_bun(root) else None)


def uses_bun(app: App, root: Package) -> bool:
    """Whether Bun runs the app's source."""
    if (named := _named(root)[0]) == "bun" or app.has(*LOCKS["bun"], *_SETTINGS["bun"]):
        return True
    return not named and not any(app.has(*locks) for locks in LOCKS.values()) and _by_settings(app, root) == "bun"


def _is_for_bun(root: Package) -> bool:
    """Whether it is written for Bun, by its types or by what its scripts run."""
    typed = {"@types/bun", "bun-types"} & set(root.all_dependencies)
    return bool(typed) or any(re.match(r"(?:\w+=\S*\s+)*bunx?\s", script) for script in root.scripts.values())


def _version(app: App, root: Package, name: str, written: str | None) -> str:
    """An exact version. What the lock or Yarn's checked-in release says comes before a range."""
    candidates = [written, *_tool_versions(app, name), *(root.said(key, name) for key in ("volta", "engines"))]
    exact = next((version for version in candidates if version and re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version)), None)
    releases = _RELEASES[name]
    if name == "yarn":
        return exact if exact and _has_lock_of(app, exact) else _yarn(app) or _in_range(candidates, releases) or releases[0]
    if exact:
        return exact
    ranged = _in_range(candidates, releases)
    return ranged or (_pnpm(app) if name == "pnpm" else None) or releases[0]


def _tool_versions(app: App, name: str) -> Iterator[str]:
    if found := pinned(app, name):
        yield found[0]
    if name == "bun" and app.has(".bun-version"):
        yield app.source(".bun-version").strip()


def _in_range(written: list[str | None], releases: tuple[str, ...]) -> str | None:
    return next((release for text in written if text for release in releases if allows(text, release)), None)


def _pnpm(app: App) -> str | None:
    if not app.has("pnpm-lock.yaml"):
        return None
    match = re.search(r"^lockfileVersion:\s*['\"]?([\d.]+)", app.source("pnpm-lock.yaml"), re.MULTILINE)
    return next(release for start, release in _PNPM_LOCKS if (match[1] if match else "").startswith(start))


def _yarn(app: App) -> str | None:
    """By the release that is checked in (yarnPath), else by the form of the lock; None where neither tells."""
    path = str(yaml_of(app, ".yarnrc.yml").get("yarnPath", "")) if app.has(".yarnrc.yml") else ""
    if match := re.search(r"yarn-(\d+\.\d+\.\d+)", path):
        return match[1]
    if (form := _lock_form(app)) is not None:
        return next((release for last, release in _YARN_LOCKS if form <= last), _RELEASES["yarn"][1]) if form else "1.22.22"
    return _RELEASES["yarn"][1] if app.has(".yarnrc.yml") else None


def _has_lock_of(app: App, version: str) -> bool:
    """Whether Yarn in this version reads the lock that is there: 1 and the later ones do not read each other's for good."""
    form = _lock_form(app)
    return form is None or bool(form) is not version.startswith(("0.", "1."))


def _lock_form(app: App) -> int | None:
    """`version` of the metadata in a lock of Berry; 0 for a lock of Yarn 1."""
    if not app.has("yarn.lock"):
        return None
    match = re.search(r"^__metadata:\s*\n\s+version:\s*(\d+)", app.source("yarn.lock"), re.MULTILINE)
    return int(match[1]) if match else 0
