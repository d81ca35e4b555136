"""Which Node.js an app wants."""

import re
from collections.abc import Iterator

from dockyard.build.detect.app import App
from dockyard.build.detect.javascript.package import Package
from dockyard.build.detect.javascript.ranges import intervals, newest_major
from dockyard.build.detect.versions import pinned

VERSION = "24"
"""Where the app does not say which: the active long-term release."""
_PREFERRED = (24, 22, 20, 18, 16, 14, 12, 10, 26, 25, 23, 21, 19, 17, 15, 13)
"""Long-term releases first, the active one before all. https://nodejs.org/en/about/previous-releases"""
_LTS = {
    "krypton": "24", "jod": "22", "iron": "20", "hydrogen": "18", "gallium": "16", "fermium": "14", "erbium": "12",
    "dubnium": "10", "carbon": "8", "boron": "6", "argon": "4",
}  # fmt: skip
_NEWEST = ("*", "lts", "lts/*", "--lts", "node", "latest", "current", "stable", "system", "default")


def node_version(app: App, package: Package, warnings: list[str]) -> tuple[str, str | None]:
    """The version as a tag of its image has it, and the file with its key; None where the app does not say."""
    for written, file in _written(app, package):
        if version := _tag(written):
            return version, file
        warnings.append(f'{file}: "{written}" is no version of Node.js: took {VERSION}')
    return VERSION, None


def _written(app: App, package: Package) -> Iterator[tuple[str, str]]:
    if app.wishes.version:
        yield app.wishes.version, "service.yaml"
    for folder in dict.fromkeys((package.folder, "")):
        for name in (".nvmrc", ".node-version"):
            file = f"{folder}/{name}".lstrip("/")
            if app.has(file) and (text := re.sub(r"#.*", "", app.source(file)).strip()):
                yield text.split()[0], file
    for owner in dict.fromkeys((package, package.root)):
        for keys in (("engines", "node"), ("volta", "node")):
            if written := owner.said(*keys):
                yield written, f"{owner.path} {'.'.join(keys)}"
        if owner.said("devEngines", "runtime", "name") == "node" and (written := owner.said("devEngines", "runtime", "version")):
            yield written, f"{owner.path} devEngines.runtime"
    if found := pinned(app, "node", "nodejs"):
        yield found


def _tag(written: str) -> str | None:
    word = written.strip().lower()
    if word in _NEWEST:
        return VERSION
    if name := re.fullmatch(r"(?:lts[/-])?([a-z]+)", word):
        return _LTS.get(name[1])
    if exact := re.fullmatch(r"[v=]*(\d+(?:\.\d+){0,2})", word):
        return exact[1]
    return newest_major(word, _PREFERRED) if intervals(word) else None
