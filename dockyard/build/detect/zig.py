"""Zig apps."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import in_file, number, preferred, program_of, version_of
from dockyard.build.detect.versions import pinned

VERSION = "0.15.2"
"""Where the app does not say which."""
LOOKED_FOR = "build.zig"
LEFT_OUT = ("zig-out", "zig-cache", ".zig-cache")


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Zig app."""
    return ("build.zig",) if app.has("build.zig") else ()


def find(app: App) -> Detection:
    """A Zig app. Its template needs this detail: `archive`, the address of the compiler; there is no official image of it."""
    text = app.source("build.zig") if app.has("build.zig") else ""
    programs = re.findall(r"addExecutable\(\.\{.*?\.name\s*=\s*\"([^\"]+)\"", text, re.DOTALL)
    package = in_file(app, "build.zig.zon", r"\.name\s*=\s*(?:\.|\")@?\"?([\w-]+)")
    said = app.said_start()
    program = preferred(dict.fromkeys(programs), program_of(said)) or (package[0] if package else "app")
    version, version_file = version_of(
        app, VERSION, number(pinned(app, "zig")),
        in_file(app, "build.zig.zon", r"\.minimum_zig_version\s*=\s*\"(\d+\.\d+\.\d+)\"", "minimum_zig_version")
    )  # fmt: skip
    listens = listening(app, "zig", app.files("src/*.zig"))
    start, start_file = said or ((f"bin/{program}",), "build.zig")
    platform = "x86_64-linux" if [int(part) for part in re.findall(r"\d+", version)[:3]] >= [0, 14, 1] else "linux-x86_64"
    return Detection(
        language="zig", version=version, package_manager="zig", start=start, port=listens.port, warnings=listens.warnings,
        images={"base": "buildpack-deps:trixie-curl", "run": "debian:trixie-slim"},
        details={"archive": f"https://ziglang.org/download/{version}/zig-{platform}-{version}.tar.xz"},
        sources=sources(
            version=version_file, package_manager=app.has("build.zig.zon") or "build.zig", start=start_file, port=listens.file
        ),
    )  # fmt: skip
