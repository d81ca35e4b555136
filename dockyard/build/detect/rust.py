"""Rust apps."""

import posixpath
import re
from collections.abc import Iterator

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.assets import assets
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import (
    Found,
    first_named,
    in_file,
    number,
    preferred,
    program_of,
    refuse_outside,
    several,
    version_of,
)
from dockyard.build.detect.manifest import Manifest
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "1"
"""Where the app does not say which: the newest, as each one builds what older ones did."""
LOOKED_FOR = "Cargo.toml"
LEFT_OUT = ("target",)

_FRAMEWORKS = {
    "loco-rs": "loco", "axum": "axum", "actix-web": "actix", "rocket": "rocket", "warp": "warp", "poem": "poem", "salvo": "salvo",
    "tide": "tide", "gotham": "gotham", "leptos": "leptos", "hyper": "hyper",
}  # fmt: skip
_DEPENDENCIES = ("dependencies", "dev-dependencies", "build-dependencies")
_ENVIRONMENTS = {"rocket": {"ROCKET_ADDRESS": "0.0.0.0", "ROCKET_PORT": "{port}"}, "loco": {"LOCO_ENV": "production"}}  # noqa: S104
_ARGUMENTS = {"loco": ("start", "--binding", "0.0.0.0", "--port", "{port}")}  # noqa: S104
"""What a framework's programs are told, as they do more than serve."""


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Rust app; none where Rust is a part of a Python package."""
    return ("Cargo.toml",) if app.has("Cargo.toml") and not app.has("pyproject.toml", "setup.py", "mix.exs") else ()


def find(app: App) -> Detection:
    """A Rust app. Its template needs these details:

    - `program`: the binary that is built; `package`: the package that has it, where a workspace has several;
    - `locked`: whether there is a Cargo.lock; `toolchain`: one that the image does not have, such as nightly;
    - `env`: what a framework takes address and port from; `assets`: what Node.js makes.
    """
    version, version_file = _version(app)
    packages = dict(_packages(app))
    for at, manifest in packages.values():
        refuse_outside(app, posixpath.normpath(f"{at}/Cargo.toml"), _paths(manifest))
    _refuse_inherited(app)
    binaries = {name: package for package, (at, own) in packages.items() for name in _binaries(app, at, own)}
    said = app.said_start()
    if not said:
        _refuse_webassembly(app, [app.manifest("Cargo.toml"), *(manifest for _, manifest in packages.values())])
    default = next((name for _, manifest in packages.values() if (name := manifest.text("package", "default-run"))), None)
    wanted = (program_of(said), default or "", *(_name(manifest) for at, manifest in packages.values() if at == "."))
    program = preferred(binaries, *wanted)
    if program is None:
        raise BuildError(
            f"no program found in {app.folder} (looked for src/main.rs, src/bin/*, [[bin]] in Cargo.toml and its workspace)",
            hint="set image.build.context in service.yaml to the folder with the program, or add a Dockerfile",
        )
    if said and (said[0][0] == "cargo" or program_of(said) == program):
        said = ((f"bin/{program}", *(() if said[0][0] == "cargo" else said[0][1:])), said[1])
    crates = (name for _, manifest in packages.values() for name in manifest.mapping("dependencies"))
    framework = first_named(_FRAMEWORKS, crates)
    arguments = (word.format(port=app.port) for word in _ARGUMENTS.get(framework or "", ()))
    start, start_file = said or (
        (f"bin/{program}", *arguments),
        posixpath.normpath(f"{packages[binaries[program]][0]}/Cargo.toml"),
    )
    made, lock = assets(app), app.has("Cargo.lock")
    nightly = version.startswith(("nightly", "beta"))
    listens = listening(app, "rust", _sources(app, packages[binaries[program]][0]) if framework not in _ENVIRONMENTS else ())
    warnings = listens.warnings
    if not lock:
        warnings += (f"{app.folder} has no Cargo.lock: without it two builds may differ; run: cargo generate-lockfile",)
    if len(binaries) > 1 and not said and program != default:
        warnings += (several(app, sorted(binaries), program),)
    return Detection(
        language="rust", version=version, package_manager="cargo", start=start, framework=framework, port=listens.port,
        images={
            "base": f"rust:{VERSION if nightly else version}", "run": "debian:trixie-slim",
            **({"node": made["image"]} if made else {}),
        },
        details={
            "program": program, "package": binaries[program] if len(packages) > 1 else "", "locked": bool(lock),
            "toolchain": version if nightly else "", "assets": made,
            "env": {name: value.format(port=app.port) for name, value in _ENVIRONMENTS.get(framework or "", {}).items()},
        },
        sources=sources(
            version=version_file, package_manager=lock or "Cargo.toml", start=start_file, framework="Cargo.toml",
            port=listens.file,
        ),
        warnings=warnings,
    )  # fmt: skip


def _refuse_inherited(app: App) -> None:
    """Raises BuildError for a package that takes versions from a workspace which is not in the folder."""
    root = app.manifest("Cargo.toml")
    tables = ("package", *_DEPENDENCIES) if "workspace" not in root.content else ()
    taken = (name for table in tables for name, found in root.mapping(table).items() if _is_inherited(found))
    if name := next(taken, None):
        raise BuildError(
            f"{app.folder / 'Cargo.toml'} takes {name} from a workspace, whose Cargo.toml is not in {app.folder}",
            hint="set image.build.context in service.yaml to the workspace's folder, and image.build.start to this program",
        )


def _is_inherited(found: object) -> bool:
    return isinstance(found, dict) and found.get("workspace") is True


def _refuse_webassembly(app: App, manifests: list[Manifest]) -> None:
    """Raises BuildError for an app that cargo alone does not build, as a part of it, or all, runs in a browser."""
    tool = next((name for file, name in (("Trunk.toml", "trunk"), ("Dioxus.toml", "dx")) if app.has(file)), None)
    if app.has("index.html") and "data-trunk" in app.source("index.html"):
        tool = "trunk"
    elif any("leptos" in manifest.mapping(kind, "metadata") for manifest in manifests for kind in ("package", "workspace")):
        tool = "cargo-leptos"
    if tool:
        raise BuildError(
            f"{app.folder} is built by {tool}, as what it makes runs in a browser, and the image of Rust has no {tool}",
            hint="add a Dockerfile that installs and runs it; or set image.build.start in service.yaml to what cargo makes",
        )


def _version(app: App) -> tuple[str, str | None]:
    channels: list[Found] = []
    for file in filter(app.has, ("rust-toolchain.toml", "rust-toolchain")):
        channels.append(in_file(app, file, r'^\s*channel\s*=\s*["\']([^"\']+)') or in_file(app, file, r"^\s*([\w.-]+)\s*$"))
    channel = next(filter(None, channels), None)
    if channel and channel[0].startswith(("nightly", "beta")) and not app.wishes.version:
        return channel
    unstable = (in_file(app, file, r"^#!\[(feature)\(") for file in app.files("src/main.rs", "src/lib.rs"))
    if channel is None and not app.wishes.version and (found := next(filter(None, unstable), None)):
        return "nightly", found[1]
    return version_of(app, VERSION, number(channel), number(pinned(app, "rust")), in_file(app, ".rust-version", r"^(\d[\d.]*)"))


def _packages(app: App) -> Iterator[tuple[str, tuple[str, Manifest]]]:
    """Name of each package, with its folder and its Cargo.toml: the app's own, and those of its workspace."""
    root = app.manifest("Cargo.toml")
    if "package" in root.content:
        yield _name(root), (".", root)
    excluded = set(root.texts("workspace", "exclude"))
    members = root.texts("workspace", "members") if root.mapping("workspace") else ()
    inside = (posixpath.normpath(member) for member in members if not member.startswith(("/", "..")))
    for file in app.files(*(f"{member}/Cargo.toml" for member in inside)):
        folder = posixpath.dirname(file)
        manifest = app.manifest(file)
        if folder and folder not in excluded and "package" in manifest.content:
            yield _name(manifest), (folder, manifest)


def _paths(manifest: Manifest) -> Iterator[str]:
    """Paths of the packages that one depends on."""
    for table in _DEPENDENCIES:
        for found in manifest.mapping(table).values():
            if isinstance(found, dict) and isinstance(found.get("path"), str):
                yield found["path"]


def _name(manifest: Manifest) -> str:
    return manifest.text("package", "name") or "app"


def _binaries(app: App, folder: str, manifest: Manifest) -> Iterator[str]:
    """Names of the programs that cargo makes of a package: https://doc.rust-lang.org/cargo/guide/project-layout.html"""
    listed = manifest.content.get("bin")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield entry["name"]
    paths = {entry.get("path") for entry in listed if isinstance(entry, dict)} if isinstance(listed, list) else set()
    if app.has(posixpath.normpath(f"{folder}/src/main.rs")) and "src/main.rs" not in paths:
        yield _name(manifest)
    for file in app.files(f"{folder}/src/bin/*.rs", f"{folder}/src/bin/*/main.rs"):
        at = posixpath.relpath(file, folder)
        if at not in paths:
            yield re.sub(r"(/main)?\.rs$", "", at.removeprefix("src/bin/"))


def _sources(app: App, folder: str) -> Iterator[str]:
    """What a package's programs are made of."""
    yield from app.files(*(posixpath.normpath(f"{folder}/src/{below}*.rs") for below in ("", "*/", "*/*/")))
