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
_SASS = {4: 14, 5: 14, 6: 16, 7: 16, 8: 18, 9: 20}
"""Major release of node-sass, and the newest Node.js with long support of each: https://github.com/sass/node-sass#node-version-support-policy"""
_NEWEST = ("*", "lts", "lts/*", "--lts", "node", "latest", "current", "stable", "system", "default")


def node_version(app: App, package: Package, warnings: list[str]) -> tuple[str, str | None]:
    """The version as a tag of its image has it, and the file with its key; None where the app does not say."""
    newest = _newest(package)
    for written, file in _written(app, package):
        if version := _tag(written, newest):
            return version, file
        warnings.append(f'{file}: "{written}" is no version of Node.js: took {VERSION}')
    return (str(newest), f"{package.path} node-sass") if newest else (VERSION, None)


def _newest(package: Package) -> int | None:
    """The newest that node-sass can be built for, as each release of it is for some; None where there is no such limit."""
    found = intervals(str(package.all_dependencies.get("node-sass", "")))
    return _SASS.get(found[0][0][0]) if found else None


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


def _tag(written: str, newest: int | None) -> str | None:
    word = written.strip().lower()
    if word in _NEWEST:
        return str(newest or VERSION)
    if name := re.fullmatch(r"(?:lts[/-])?([a-z]+)", word):
        return _LTS.get(name[1])
    if exact := re.fullmatch(r"[v=]*(\d+(?:\.\d+){0,2})", word):
        return exact[1]
    preferred = [major for major in _PREFERRED if newest is None or major <= newest]
    return newest_major(word, preferred) if intervals(word) else None
