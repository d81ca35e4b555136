"""Apps that are a shell script."""

import re

from dockyard.build.detect.app import App, Start, sources
from dockyard.build.detect.detection import Detection
from dockyard.errors import BuildError

VERSION = "trixie"
"""Release of Debian that it runs on."""

_ENTRY_FILES = ("start.sh", "run.sh", "main.sh", "entrypoint.sh", "app.sh", "server.sh")
LOOKED_FOR = ", ".join(_ENTRY_FILES)
_OTHERS = (
    "package.json", "deno.json", "deno.jsonc", "requirements.txt", "pyproject.toml", "setup.py", "Pipfile", "manage.py",
    "main.py", "app.py",
    "server.py", "go.mod", "go.work", "main.go", "pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "project.clj",
    "deps.edn",
    "global.json", "Gemfile", "config.ru", "composer.json", "index.php", "public/index.php", "Cargo.toml", "mix.exs",
    "gleam.toml",
    "pubspec.yaml", "Package.swift", "shard.yml", "stack.yaml", "package.yaml", "cabal.project", "build.zig", "CMakeLists.txt",
    "meson.build", "index.html", "public/index.html", "Staticfile",
)  # fmt: skip


def marks(app: App) -> tuple[str, ...]:
    """Scripts that make it such an app, where it is none of another language: those have scripts, too."""
    if app.has(*_OTHERS) or next(app.files("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", "*.cabal"), None):
        return ()
    return tuple(filter(app.has, _ENTRY_FILES))


def find(app: App) -> Detection:
    """A shell script. What it starts is told of SIGTERM by the template."""
    version, version_file = (app.wishes.version, "service.yaml") if app.wishes.version else (VERSION, None)
    start, start_file = app.said_start() or _start(app)
    return Detection(
        language="shell", version=version, package_manager="none", start=start, images={"base": f"debian:{version}-slim"},
        port=app.port,
        sources=sources(version=version_file, start=start_file),
    )  # fmt: skip


def _start(app: App) -> Start:
    name = app.has(*_ENTRY_FILES) or next(app.files("*.sh"), None)
    if name is None:
        raise BuildError(
            f"no start command found in {app.folder} (looked for Procfile and {LOOKED_FOR})",
            hint="name the script start.sh, or set image.build.start in service.yaml",
        )
    match = re.match(r"#!.*?\b(bash|zsh|dash|sh)\b", app.source(name))
    shell = "bash" if not match or match[1] in ("bash", "zsh") else "sh"
    return (shell, name), name
