"""Haskell apps, by Stack or Cabal."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import first_named, number, preferred, program_of, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "9"
"""Of GHC, where the app does not say which."""
LOOKED_FOR = "stack.yaml, *.cabal, cabal.project, package.yaml"
LEFT_OUT = (".stack-work", "dist-newstyle")

_FRAMEWORKS = {"yesod": "yesod", "servant-server": "servant", "scotty": "scotty", "snap": "snap", "warp": "warp"}


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Haskell app."""
    named = tuple(filter(app.has, ("stack.yaml", "cabal.project", "package.yaml")))
    return named or tuple(app.files("*.cabal"))


def find(app: App) -> Detection:
    """A Haskell app. Its template needs these details: `stack`, whether Stack builds it; `program`; `env`, what a framework
    takes its port from.
    """
    files = [*filter(app.has, ("package.yaml",)), *app.files("*.cabal", "*/*.cabal")]
    text = "\n".join(app.source(file) for file in files)
    programs = re.findall(r"^executable\s+(\S+)", text, re.MULTILINE)
    for block in re.findall(r"^executables:\s*\n((?:[ \t]+.*\n?|\n)+)", text, re.MULTILINE):
        programs += re.findall(r"^  ([\w-]+):\s*$", block, re.MULTILINE)[:1]
    said = app.said_start()
    program = preferred(dict.fromkeys(programs), program_of(said))
    if program is None:
        raise BuildError(
            f"no executable found in {app.folder} (looked at {', '.join(files) or LOOKED_FOR})", hint="add one, or a Dockerfile"
        )
    version, version_file = version_of(app, VERSION, number(pinned(app, "ghc", "haskell")))
    stack = app.has("stack.yaml")
    framework = first_named(_FRAMEWORKS, re.findall(r"[\w-]+", text))
    listens = listening(app, "haskell", app.files("*.hs", "app/*.hs", "src/*.hs"))
    start, start_file = said or ((f"bin/{program}",), files[0])
    return Detection(
        language="haskell", version=version, package_manager="stack" if stack else "cabal", start=start, port=listens.port,
        framework=framework, warnings=listens.warnings,
        images={"base": f"haskell:{version}", "run": "debian:trixie-slim"},
        details={
            "stack": bool(stack), "program": program,
            "env": {"YESOD_PORT": str(listens.port)} if framework == "yesod" else {},
        },
        sources=sources(
            version=version_file, package_manager=stack or files[0], start=start_file, framework=files[0],
            port=listens.file,
        ),
    )  # fmt: skip
