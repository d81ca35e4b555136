"""Gleam apps."""

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import first_named, number, refuse_outside, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "1.13.0"
"""Where the app does not say which."""
LOOKED_FOR = "gleam.toml"
LEFT_OUT = ("build",)

_FRAMEWORKS = {"wisp": "wisp", "mist": "mist", "lustre": "lustre"}


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Gleam app."""
    return ("gleam.toml",) if app.has("gleam.toml") else ()


def find(app: App) -> Detection:
    """A Gleam app on Erlang. Its template needs no more details."""
    manifest = app.manifest("gleam.toml")
    version, version_file = version_of(app, VERSION, number(pinned(app, "gleam")))
    listed = [found for table in ("dependencies", "dev-dependencies") for found in manifest.mapping(table).values()]
    refuse_outside(app, "gleam.toml", (str(found["path"]) for found in listed if isinstance(found, dict) and "path" in found))
    module = f"src/{manifest.text('name') or 'app'}.gleam"
    if not app.said_start() and not app.has(module):
        raise BuildError(
            f"no program found in {app.folder} (looked for {module})",
            hint="set image.build.context in service.yaml to the folder with the program, or add a Dockerfile",
        )
    start, start_file = app.said_start() or (("/app/entrypoint.sh", "run"), "gleam.toml")
    listens = listening(app, "gleam", app.files("src/**/*.gleam"))
    image = f"ghcr.io/gleam-lang/gleam:v{version}-erlang-slim"
    lock = app.has("manifest.toml")
    return Detection(
        language="gleam", version=version, package_manager="gleam", start=start, port=listens.port,
        framework=first_named(_FRAMEWORKS, manifest.mapping("dependencies")), images={"base": image, "run": image},
        sources=sources(
            version=version_file, package_manager=lock or "gleam.toml", start=start_file, framework="gleam.toml",
            port=listens.file,
        ),
        warnings=(
            *(() if lock else (f"{app.folder} has no manifest.toml: two builds may differ; run: gleam deps download",)),
            *listens.warnings,
        ),
    )  # fmt: skip
