"""Swift apps."""

import re
from collections.abc import Iterator

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.looks import Found, in_file, number, preferred, program_of, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "6.2"
"""Where the app does not say which."""
LOOKED_FOR = "Package.swift"
LEFT_OUT = (".build",)


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Swift app."""
    return ("Package.swift",) if app.has("Package.swift") else ()


def find(app: App) -> Detection:
    """A Swift app. Its template needs these details: `program`, the product that is built; `locked`."""
    text = re.sub(r"(?<!:)//.*", "", app.source("Package.swift")) if app.has("Package.swift") else ""
    programs = re.findall(r"\.executable(?:Target)?\(\s*name:\s*\"([^\"]+)\"", text) or list(_with_main(app, text))
    said = app.said_start()
    program = preferred(dict.fromkeys(programs), program_of(said), "App", "Run")
    if program is None:
        raise BuildError(
            f"no executable target found in {app.folder}/Package.swift", hint="add an executableTarget, or a Dockerfile"
        )
    framework = "vapor" if "vapor/vapor" in text else "hummingbird" if "hummingbird" in text else None
    version, version_file = version_of(
        app, VERSION, number(in_file(app, ".swift-version", r"(\d[\d.]*)")), number(pinned(app, "swift")), _tools_version(app)
    )
    address = ("--hostname", "0.0.0.0", "--port", str(app.port))  # noqa: S104
    listens = ("serve", *address) if framework == "vapor" else address if framework and _takes_address(app) else ()
    start, start_file = said or ((f"bin/{program}", *listens), "Package.swift")
    lock = app.has("Package.resolved")
    return Detection(
        language="swift", version=version, package_manager="swiftpm", start=start, framework=framework, port=app.port,
        images={"base": f"swift:{version}", "run": f"swift:{version}-slim"}, details={"program": program, "locked": bool(lock)},
        sources=sources(version=version_file, package_manager=lock or "Package.swift", start=start_file,
        framework="Package.swift"),
    )  # fmt: skip


def _with_main(app: App, text: str) -> Iterator[str]:
    """Targets with a main.swift: before 5.4 it was all that made one executable."""
    files = [file.split("/") for file in app.files("Sources/**/main.swift")]
    yield from (name for name in re.findall(r"\.target\(\s*name:\s*\"([^\"]+)\"", text) if any(name in parts for parts in files))


def _takes_address(app: App) -> bool:
    """Whether it has the options of Hummingbird's templates: https://docs.hummingbird.codes/2.0/documentation/hummingbird/getstarted"""
    text = "\n".join(app.source(file) for file in app.files("Sources/**/*.swift"))
    return all(re.search(rf"@Option\b[^\n]*\n?\s*var {name}\b", text) for name in ("hostname", "port"))


def _tools_version(app: App) -> Found:
    """The least version, where it is one of the default's major version: that one builds it, too."""
    found = number(in_file(app, "Package.swift", r"swift-tools-version:\s*(\d[\d.]*)", "swift-tools-version"), 2)
    return (VERSION, found[1]) if found and found[0].split(".")[0] == VERSION.split(".", maxsplit=1)[0] else found
