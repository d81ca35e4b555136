"""Elixir apps."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.assets import assets
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.looks import first_named, in_file, number, refuse_outside, version_of
from dockyard.build.detect.versions import pinned

VERSION = "1.18"
"""Where the app does not say which."""
LOOKED_FOR = "mix.exs"
LEFT_OUT = ("_build", "deps")

_FRAMEWORKS = {"phoenix": "phoenix", "bandit": "bandit", "plug_cowboy": "plug", "plug": "plug"}


def marks(app: App) -> tuple[str, ...]:
    """Files that make it an Elixir app."""
    return ("mix.exs",) if app.has("mix.exs") else ()


def find(app: App) -> Detection:
    """An Elixir app, run as a release. Its template needs these details:

    - `dependencies`: whether there are some; `locked`: a mix.lock; `release`: its name, where that is not the app's;
    - `mix`: whether its start command is one of mix, which then is in the image, with the source;
    - `assets`: what Node.js installs in the folder `assets`, or makes.
    """
    project = re.sub(r"^\s*#.*$", "", app.source("mix.exs"), flags=re.MULTILINE) if app.has("mix.exs") else ""
    packages = re.findall(r"\{\s*:(\w+)\s*,", project)
    umbrella = "apps_path:" in project
    refuse_outside(app, "mix.exs", re.findall(r"^\s*\{\s*:\w+,\s*path:\s*\"([^\"#]+)\"(?!.*\bonly:)", project, re.MULTILINE))
    for file in app.files("apps/*/mix.exs") if umbrella else ():
        packages += re.findall(r"^\s*\{\s*:(\w+)\s*,", app.source(file), re.MULTILINE)
    framework = first_named(_FRAMEWORKS, packages)
    version, version_file = _version(app)
    release = _release(project)
    start, start_file, by_mix = _start(app, release, without_release=umbrella and "releases:" not in project, framework=framework)
    lock = app.has("mix.lock")
    made = assets(app, "assets/", without_build=True) or assets(app)
    return Detection(
        language="elixir", version=version, package_manager="mix", start=start, framework=framework, port=app.port,
        images={
            "base": f"elixir:{version}", "run": f"elixir:{version}-slim" if by_mix else "debian:trixie-slim",
            **({"node": made["image"]} if made else {}),
        },
        build=_build(app, project, framework),
        details={
            "dependencies": bool(set(packages) - {"applications"}) and "deps" in project, "locked": bool(lock),
            "release": release if release != _name(project) else "", "mix": by_mix, "assets": made,
        },
        sources=sources(version=version_file, package_manager=lock or "mix.exs", start=start_file, framework="mix.exs"),
        warnings=tuple(_warnings(app, framework, packages, lock, by_mix=by_mix)),
    )  # fmt: skip


def _version(app: App) -> tuple[str, str | None]:
    """The image's tag: Elixir's version, with that of Erlang/OTP where one is pinned."""
    return version_of(
        app, VERSION, number(pinned(app, "elixir")), number(in_file(app, ".elixir-version", r"(\d[\d.]*)")),
        number(in_file(app, "elixir_buildpack.config", r"^elixir_version=v?(\d[\d.]*)")),
        number(in_file(app, "mix.exs", r'elixir:\s*"==\s*(\d[\d.]*)')),
        _least(app),
    )  # fmt: skip


def _least(app: App) -> tuple[str, str] | None:
    """The version that mix.exs asks for, where it is more than the default: `~> 1.13` is true of all 1.x since."""
    found = in_file(app, "mix.exs", r'\belixir:\s*"[^"\d]*(\d+\.\d+)', "elixir")
    if found and [int(part) for part in found[0].split(".")] > [int(part) for part in VERSION.split(".")]:
        return found
    return (VERSION, found[1]) if found else None


def _build(app: App, project: str, framework: str | None) -> tuple[str, ...]:
    """What makes the assets: the aliases that Phoenix writes into mix.exs, else the digests of what is there."""
    if '"assets.deploy"' in project:
        return ("mix assets.deploy",)
    if '"assets.build"' in project:
        return (*(("mix assets.setup",) if '"assets.setup"' in project else ()), "mix assets.build", "mix phx.digest")
    if framework != "phoenix" or not app.has("assets/package.json"):
        return ()
    scripts = app.manifest("assets/package.json").content.get("scripts")
    deploys = isinstance(scripts, dict) and "deploy" in scripts
    return (*(("npm run deploy --prefix assets",) if deploys else ()), "mix phx.digest")


def _release(project: str) -> str:
    """Name of the first release of mix.exs, else that of the app."""
    match = re.search(r"\breleases:?(?:\(\))?,?\s*(?:do:?)?\s*\[\s*\{?:?\"?(\w+)", project)
    return match[1] if match else _name(project)


def _name(project: str) -> str:
    match = re.search(r"\bapp:\s*:(\w+)", project)
    return match[1] if match else "app"


def _start(app: App, release: str, *, without_release: bool, framework: str | None) -> tuple[tuple[str, ...], str, bool]:
    """The command, where it was read, and whether mix runs it. A Procfile's `mix phx.server` is what the release does."""
    said = app.said_start()
    own: tuple[str, ...] = (f"bin/{release}", "start")
    if without_release:
        own = ("mix", "phx.server") if framework == "phoenix" else ("mix", "run", "--no-halt")
    if said is None:
        return own, "mix.exs", without_release
    command = " ".join(said[0])
    if said[1] == "Procfile" and re.search(r"\bmix (phx\.server|run --no-halt)\s*$", command):
        return own, "Procfile", without_release
    return said[0], said[1], re.search(r"\b(mix|elixir|iex)\b", command) is not None


def _serves_by_mix_alone(app: App) -> bool:
    """Whether it is a Phoenix that does not look at PHX_SERVER, and is not told to serve: https://hexdocs.pm/phoenix/1.5.0/releases.html"""
    locked = in_file(app, "mix.lock", r'^\s*"phoenix": \{:hex, :phoenix, "(\d+\.\d+)')
    asked = in_file(app, "mix.exs", r"\{\s*:phoenix\s*,\s*\"(?:~>|==)?\s*(1\.[0-5])\.\d")
    old = re.fullmatch(r"[01]\.[0-5]", locked[0]) if locked else asked
    files = app.files("config/*.exs")
    return old is not None and not any(
        re.search(r"^\s*[^#\n]*\bserver:\s*true", app.source(file), re.MULTILINE) for file in files
    )


def _warnings(app: App, framework: str | None, packages: list[str], lock: str | None, *, by_mix: bool) -> list[str]:
    found = []
    if "deps" in app.source("mix.exs") and packages and not lock:
        found.append(f"{app.folder} has no mix.lock: without it two builds may differ; run: mix deps.get")
    if framework == "phoenix":
        if not by_mix and _serves_by_mix_alone(app):
            found.append(
                "Phoenix before 1.6 serves in a release only with server: true for its endpoint: say so in config/prod.exs"
            )
        needed = ["SECRET_KEY_BASE", *(["DATABASE_URL"] if {"ecto_sql", "phoenix_ecto"} & set(packages) else [])]
        found.append(f"Phoenix needs {' and '.join(needed)} where it runs: give them under secrets in service.yaml")
    return found
