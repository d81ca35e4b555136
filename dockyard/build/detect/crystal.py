"""Crystal apps."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import first_named, in_file, number, preferred, program_of, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "1"
"""Where the app does not say which."""
LOOKED_FOR = "shard.yml"
LEFT_OUT = ("lib",)

_FRAMEWORKS = {"lucky": "lucky", "kemal": "kemal", "amber": "amber", "athena": "athena", "grip": "grip"}


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Crystal app."""
    return ("shard.yml",) if app.has("shard.yml") else ()


def find(app: App) -> Detection:
    """A Crystal app. Its template needs these details: `main`, the file to compile; `program`; `dependencies`; `locked`."""
    text = app.source("shard.yml") if app.has("shard.yml") else ""
    said, lock = app.said_start(), app.has("shard.lock")
    targets = dict(re.findall(r"^  ([\w-]+):\s*\n\s+main:\s*(\S+)", text, re.MULTILINE))
    targets = targets or {file.removeprefix("src/").removesuffix(".cr"): file for file in app.files("src/*.cr")}
    name = re.search(r"^name:\s*(\S+)", text, re.MULTILINE)
    program = preferred(targets, program_of(said), name[1] if name else "")
    if program is None:
        raise BuildError(f"no program found in {app.folder} (looked for targets in shard.yml and src/*.cr)", hint="add a target")
    listed = re.search(r"^dependencies:\s*\n((?:[ \t]+.*\n?)+)", text, re.MULTILINE)
    dependencies = re.findall(r"^  ([\w-]+):", listed[1], re.MULTILINE) if listed else []
    version, version_file = version_of(
        app,
        VERSION,
        number(pinned(app, "crystal")),
        in_file(app, "shard.yml", r"^crystal:\s*[\"']?(\d[\d.]*)[\"']?\s*$", "crystal"),
    )
    framework = first_named(_FRAMEWORKS, dependencies)
    files = list(app.files("src/*.cr", "src/*/*.cr"))
    listens = listening(app, "crystal", files)
    by_option = framework == "kemal" and not listens.file and not any(re.search(r"\bPORT\b", app.source(file)) for file in files)
    own = (f"bin/{program}", *(("--port", str(app.port)) if by_option else ()))
    start, start_file = said or (own, "shard.yml")
    return Detection(
        language="crystal", version=version, package_manager="shards", start=start,
        framework=framework, port=listens.port, warnings=listens.warnings,
        images={"base": f"crystallang/crystal:{version}", "run": "debian:trixie-slim"},
        details={"main": targets[program], "program": program, "dependencies": bool(dependencies), "locked": bool(lock)},
        sources=sources(
            version=version_file, package_manager=lock or "shard.yml", start=start_file, framework="shard.yml",
            port=listens.file,
        ),
    )  # fmt: skip
