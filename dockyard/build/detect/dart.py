"""Dart apps."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import first_named, in_file, number, preferred, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "stable"
"""Where the app does not say which."""
LOOKED_FOR = "pubspec.yaml"
LEFT_OUT = (".dart_tool", "build")

_FRAMEWORKS = {"dart_frog": "dart_frog", "serverpod": "serverpod", "shelf": "shelf", "alfred": "alfred"}


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Dart app."""
    return ("pubspec.yaml",) if app.has("pubspec.yaml") else ()


def find(app: App) -> Detection:
    """A Dart app, compiled. Its template needs these details: `entry`, the file with main; `locked`. Raises BuildError."""
    text = app.source("pubspec.yaml") if app.has("pubspec.yaml") else ""
    if re.search(r"^\s+sdk:\s*flutter\s*$", text, re.MULTILINE):
        raise BuildError(f"{app.folder} is an app for Flutter, of which there is no official image", hint="add a Dockerfile")
    name = in_file(app, "pubspec.yaml", r"^name:\s*[\"']?(\w+)")
    programs = {file.removeprefix("bin/").removesuffix(".dart"): file for file in app.files("bin/*.dart")}
    program = preferred(programs, *((name[0],) if name else ()))
    if program is None:
        raise BuildError(f"no program found in {app.folder} (looked for bin/*.dart)", hint="add bin/server.dart, or a Dockerfile")
    version, version_file = version_of(app, VERSION, number(pinned(app, "dart")))
    start, start_file = app.said_start() or ((f"bin/{program}",), programs[program])
    lock = app.has("pubspec.lock")
    listens = listening(app, "dart", app.files(programs[program], "lib/*.dart", "lib/*/*.dart"))
    return Detection(
        language="dart", version=version, package_manager="pub", start=start, port=listens.port,
        framework=first_named(_FRAMEWORKS, re.findall(r"^  (\w+):", text, re.MULTILINE)),
        images={"base": f"dart:{version}", "run": "debian:trixie-slim"},
        details={"entry": programs[program], "program": program, "locked": bool(lock)},
        sources=sources(
            version=version_file, package_manager=lock or "pubspec.yaml", start=start_file, framework="pubspec.yaml",
            port=listens.file,
        ),
        warnings=(
            *(() if lock else (f"{app.folder} has no pubspec.lock: without it two builds may differ; run: dart pub get",)),
            *listens.warnings,
        ),
    )  # fmt: skip
