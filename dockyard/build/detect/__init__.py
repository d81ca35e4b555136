"""What an app without a Dockerfile is: one module a language, each with `LOOKED_FOR`, `marks` and `find`.

- `LOOKED_FOR`: what it looks for, in words for the user.
- `marks(app)`: the files that make the folder an app of this language; empty where it is none.
- `LEFT_OUT`, where there is one: patterns of what builds on the user's machine leave in the folder.
- `find(app)`: its Detection. Raises BuildError, with what was looked at, where the files do not tell how to run it.
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType

from dockyard.build.detect.app import App, Wishes
from dockyard.build.detect.detection import Detection
from dockyard.build.text import unreadable
from dockyard.errors import BuildError

__all__ = ["App", "Detection", "Wishes", "asked", "detect", "languages", "left_out"]

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "python": (), "node": ("package.json",), "deno": ("deno.*", "*.ts", "*.tsx", "*.js", "*.mjs", "*.jsx", "src"),
    "go": ("go.mod", "go.work", "main.go"), "java": ("pom.xml", "*.gradle", "*.gradle.kts", "Main.java", "App.java", "src"),
    "dotnet": ("*.csproj", "*.fsproj", "*.vbproj", "*.sln", "*.slnx", ".deployment", "global.json", "Directory.Build.props"),
    "ruby": ("Gemfile", "gems.rb", "*.ru", "*.rb"),
    "php": ("composer.json", "artisan", "*.php", "public", "web", "webroot", "www", "htdocs"),
    "rust": ("Cargo.toml",), "elixir": ("mix.exs",), "static": (), "scala": ("build.sbt",),
    "clojure": ("project.clj", "deps.edn"), "dart": ("pubspec.yaml",), "swift": ("Package.swift",), "crystal": ("shard.yml",),
    "haskell": ("stack.yaml", "package.yaml", "cabal.project", "*.cabal"), "zig": ("build.zig",), "gleam": ("gleam.toml",),
    "cpp": ("CMakeLists.txt", "meson.build"), "shell": ("*.sh",),
}  # fmt: skip
"""Languages in the order in which they are told, each with what its apps have one of in their folder, as shell patterns; where
that is empty, anything may be one. To import them all takes as long as a tenth of a build."""
_LAST = "static"
"""What is taken only where there is nothing else: most apps have pages, too."""
_BY_PROJECTS = "dotnet"
"""Its projects are in folders of their own, and need no file beside them that tells so: with no other app below, they are one."""
_TOLD = 3
_SEEN = 10
_LOOKED_AT = 500
"""Folders below one without an app: it may be somebody's home."""
_NOT_OURS = ("node_modules", "vendor", "venv", "target", "dist", "build", "test", "tests", "docs", "examples")
"""Folders below that have no app of the user's own."""


def languages() -> dict[str, ModuleType]:
    """Name to module, in the order in which they are told."""
    return {name: _module(name) for name in _NEEDED}


def asked(app: App) -> list[str]:
    """Languages whose modules are to look at the app; by the names in its folder it is in none of the others."""
    return [name for name, needed in _NEEDED.items() if not needed or app.may_have(*needed)]


def _module(language: str) -> ModuleType:
    return import_module(f"{__name__}.{language}")


def left_out(language: str) -> tuple[str, ...]:
    """Patterns, as in a .dockerignore, of what is no source of an app in that language."""
    patterns: tuple[str, ...] = getattr(_module(language), "LEFT_OUT", ())
    return patterns


def detect(folder: Path, wishes: Wishes | None = None) -> Detection:
    """Look at the files in `folder`. Raises BuildError, with what was looked at, where they do not tell."""
    app = App(folder, wishes or Wishes())
    try:
        found: Detection = _language(app).find(app)
        told = app.not_started()
        return replace(found, warnings=(*found.warnings, told)) if told else found
    except OSError as error:
        raise unreadable(error.filename or folder, error) from error


def _language(app: App) -> ModuleType:
    if app.wishes.language:
        return _module(app.wishes.language)
    candidates = _candidates(app)
    if len(candidates) > 1:
        candidates.pop(_LAST, None)
    if not candidates:
        below = _below(app)
        if {language for _, language in below} == {_BY_PROJECTS}:
            return _module(_BY_PROJECTS)
        raise _unrecognised(app, below)
    if len(candidates) > 1:
        told = "; ".join(f"{name} by {', '.join(marks)}" for name, marks in candidates.items())
        raise BuildError(
            f"two apps seem to be in {app.folder}: {told}",
            hint=f"say which in service.yaml: image: {{build: {{language: {next(iter(candidates))}}}}}",
        )
    return _module(next(iter(candidates)))


def _candidates(app: App) -> dict[str, tuple[str, ...]]:
    """Languages that it may be in, with what says so."""
    return {name: marks for name in asked(app) if (marks := _module(name).marks(app))}


def _unrecognised(app: App, below: list[tuple[Path, str]]) -> BuildError:
    """With what is there and below; the files that were looked for are a note, which a traceback shows."""
    names = sorted(app.names) if app.folder.is_dir() else []
    seen = ", ".join(names[:_SEEN]) + (f" and {len(names) - _SEEN} more" if len(names) > _SEEN else "")
    there = f"it has {seen or 'nothing in it'}" if app.folder.is_dir() else "there is no such folder"
    error = BuildError(
        f"no app recognised in {app.folder}: {there} (known are apps in {', '.join(_NEEDED)})",
        hint=_told_of(below)
        or "add a Dockerfile there; or set in service.yaml image: {build: {context: …}} to the folder with the "
        "source, or image: {build: {language: …, start: …}}",
    )
    error.add_note("looked for" + "".join(f"\n  {name}: {module.LOOKED_FOR}" for name, module in languages().items()))
    return error


def _below(app: App) -> list[tuple[Path, str]]:
    """Folders at most two deep that have apps, each with a language; not those within another."""
    folders = (path.relative_to(app.folder) for pattern in ("*", "*/*") for path in app.folder.glob(pattern) if path.is_dir())
    found: list[tuple[Path, str]] = []
    for path in islice(sorted(folders), _LOOKED_AT):
        is_ours = not any(part.startswith(".") or part in _NOT_OURS for part in path.parts)
        if is_ours and not any(path.is_relative_to(other) for other, _ in found):
            found += [(path, language) for language in _recognised(App(app.folder / path))]
    return found


def _told_of(below: list[tuple[Path, str]]) -> str:
    """What to do where the folders below have apps; empty where they have none."""
    told = ", ".join(f"{path} ({language})" for path, language in below[:_TOLD])
    return f"apps seem to be in {told}: set in service.yaml image: {{build: {{context: …}}}} to one of them" if told else ""


def _recognised(app: App) -> list[str]:
    """The languages of a folder that is not asked for, so that its faults do not matter."""
    try:
        found = list(_candidates(app))
    except (BuildError, OSError):
        return []
    return [name for name in found if name != _LAST or len(found) == 1]
