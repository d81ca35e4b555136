"""Node.js apps."""

import re

from dockyard.build.detect.app import App, Start, sources, words
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.manifest import Manifest
from dockyard.errors import BuildError

VERSION = "24"
"""Where the app does not say which: the active long-term release."""
LOOKED_FOR = "package.json"


_OTHERS = (
    "go.mod", "go.work", "Gemfile", "composer.json", "index.php", "Cargo.toml", "mix.exs", "pom.xml", "build.gradle",
    "build.gradle.kts",
    "build.sbt", "project.clj", "deps.edn",
)  # fmt: skip


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Node.js app; none beside those of a language whose assets it makes."""
    return ("package.json",) if app.has("package.json") and not app.has(*_OTHERS) else ()


def find(app: App) -> Detection:
    """A Node.js app."""
    package = app.manifest("package.json")
    version, version_file = _version(app, package)
    lock = app.has("package-lock.json")
    if not lock and package.mapping("dependencies"):
        raise BuildError(
            f"{app.folder} has no package-lock.json: without it two builds may differ",
            hint="run: npm install --package-lock-only",
        )
    start, start_file = app.said_start() or _start(app, package)
    return Detection(
        language="node", version=version, package_manager="npm" if lock else "none", start=start,
        images={"base": f"node:{version}-slim"}, port=app.port,
        build=("npm run build",) if "build" in package.mapping("scripts") else (),
        sources=sources(version=version_file, package_manager=lock, start=start_file),
    )  # fmt: skip


def _version(app: App, package: Manifest) -> tuple[str, str | None]:
    if app.wishes.version:
        return app.wishes.version, "service.yaml"
    for name in filter(app.has, (".nvmrc", ".node-version")):
        if match := re.search(r"\d+(\.\d+)*", app.text(name)):
            return match[0], name
    engines = package.content.get("engines")
    wanted = str(engines.get("node", "")) if isinstance(engines, dict) else ""
    if match := re.fullmatch(r"[\^~=v]*(\d+)[\d.x*]*", wanted.strip()):
        return match[1], "package.json engines.node"
    return VERSION, None


def _start(app: App, package: Manifest) -> Start:
    script = package.text("scripts", "start")
    if script is not None:
        command = words(script, f"{package.file}: scripts.start")
        # npm start does not hand SIGTERM on, so a plain command is run as it is
        plain = command[:1] == ("node",) and not set(script) & set("&|;><$`")
        return (command if plain else ("npm", "start")), "package.json scripts.start"
    main = package.text("main")
    for name in (main, "server.js", "index.js", "app.js"):
        if name and app.has(name):
            return ("node", name), "package.json main" if name == main else name
    raise BuildError(f"no start command found in {app.folder}/package.json", hint='add "scripts": {"start": "node server.js"}')
