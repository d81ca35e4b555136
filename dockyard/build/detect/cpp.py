"""C and C++ apps, by CMake or Meson."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import preferred, program_of
from dockyard.errors import BuildError

VERSION = "trixie"
"""Release of Debian whose compiler builds it."""
LOOKED_FOR = "CMakeLists.txt, meson.build"
LEFT_OUT = ("build",)

_OTHERS = (
    "package.json",
    "pyproject.toml",
    "setup.py",
    "Cargo.toml",
    "go.mod",
    "Package.swift",
    "Gemfile",
    "mix.exs",
    "composer.json",
    "pubspec.yaml",
)


def marks(app: App) -> tuple[str, ...]:
    """Files that make it such an app; none where they build an extension of another language."""
    return () if app.has(*_OTHERS) else tuple(filter(app.has, ("CMakeLists.txt", "meson.build")))


def find(app: App) -> Detection:
    """A C or C++ app. Its template needs these details: `meson`, whether Meson builds it; `program`."""
    file = app.has("CMakeLists.txt", "meson.build") or "CMakeLists.txt"
    meson = file == "meson.build"
    files = [file, *app.files(f"*/{file}", f"*/*/{file}")]
    text = re.sub(r"#.*", "", "\n".join(app.source(found) for found in files if app.has(found)))
    said = app.said_start()
    pattern = r"\bexecutable\(\s*'([\w.+-]+)'" if meson else r"\badd_executable\s*\(\s*\"?([\w.+${}-]+)"
    project = re.search(r"\bproject\s*\(\s*['\"]?([\w.+-]+)", text)
    names = [re.sub(r"\$\{(CMAKE_)?PROJECT_NAME\}", project[1] if project else "app", name) for name in re.findall(pattern, text)]
    program = preferred(dict.fromkeys(name for name in names if "$" not in name), program_of(said), project[1] if project else "")
    if program is None:
        raise BuildError(f"no executable found in {app.folder}/{file}", hint="add one, or a Dockerfile")
    version = app.wishes.version or VERSION
    listens = listening(
        app, "cpp", app.files(*(f"{folder}*.{end}" for folder in ("", "src/", "*/src/") for end in ("c", "cc", "cpp")))
    )
    start, start_file = said or ((f"bin/{program}",), file)
    return Detection(
        language="cpp", version=version, package_manager="meson" if meson else "cmake", start=start, port=listens.port,
        warnings=listens.warnings,
        images={"base": f"buildpack-deps:{version}", "run": f"debian:{version}-slim"},
        details={"meson": meson, "program": program},
        sources=sources(
            version="service.yaml" if app.wishes.version else None, package_manager=file, start=start_file, port=listens.file
        ),
    )  # fmt: skip
