"""Node.js and Bun apps, and sites that are built with them."""

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dockyard.build.detect import deno
from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.javascript.builds import builds_of, migration_in_build, unbuilt_pages
from dockyard.build.detect.javascript.commands import command_of
from dockyard.build.detect.javascript.env_files import read_by_build, without_env_files
from dockyard.build.detect.javascript.frameworks import framework_of
from dockyard.build.detect.javascript.installs import Install, install_of
from dockyard.build.detect.javascript.leftovers import leftovers
from dockyard.build.detect.javascript.listening import listening
from dockyard.build.detect.javascript.managers import Manager, manager_of
from dockyard.build.detect.javascript.members import chosen
from dockyard.build.detect.javascript.needs import (
    checks_variables,
    debian_packages,
    files_of_install,
    hashes_as_before,
    needs_browser,
    runs_hooks,
)
from dockyard.build.detect.javascript.node_version import node_version
from dockyard.build.detect.javascript.package import FILE, Package
from dockyard.build.detect.javascript.programs import kept_for_start
from dockyard.build.detect.javascript.served import details_of, nginx_image, site_folder
from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.javascript.start import SCRIPTS, Started, started
from dockyard.build.detect.javascript.workspace import Workspace
from dockyard.build.detect.looks import handles_sigterm

LOOKED_FOR = FILE
LEFT_OUT = ("**/.turbo", "**/*.tsbuildinfo")

_OTHERS = (
    "manage.py", "requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "environment.yml", "Gemfile", "composer.json",
    "index.php", "mix.exs", "go.mod", "go.work", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "build.sbt",
    "project.clj", "deps.edn", "*.csproj", "*.fsproj", "*.sln", "gleam.toml", "Package.swift", "shard.yml", "pubspec.yaml",
    "stack.yaml",
)  # fmt: skip
"""Files of apps in other languages, which may have a package.json for their assets."""
_PROGRAMS = ("node", "npm", "npx", "yarn", "pnpm", "bun", "bunx", "tsx", "ts-node", "env")

_LOADERS = (".pnp.cjs", ".pnp.loader.mjs")
"""Yarn's, for packages that are not in node_modules, where they are here; tools that see them believe them."""
_SETTINGS = (".npmrc", ".yarnrc.yml", ".yarn")
"""Of the package managers: with tokens, or large."""
_DEBIAN = {"12": "bullseye-", "14": "bullseye-", "16": "bookworm-"}
"""Releases whose usual image is of Debian 10, of which packages are no longer to be had: a newer Debian that they have one of."""
_ADDRESSES = {"fastify": {"FASTIFY_ADDRESS": "0.0.0.0"}}  # noqa: S104
"""What makes programs listen on all addresses that do so by themselves only where they find Docker, and not on AWS."""
_LEGACY = "--openssl-legacy-provider"
_SERVERS = (*_PROGRAMS, "sh", "next")
"""First words of a start command that is one of Node.js."""


def marks(app: App) -> tuple[str, ...]:
    """package.json, unless it is there for the assets of another app, or for the tools of a site that needs no build."""
    if not app.has(FILE) or deno.marks(app):
        return ()
    said = app.said_start()
    others = tuple(app.files(*_OTHERS))
    if said and (others or said[0][0] in ("python", "python3", "gunicorn", "uvicorn", "bundle", "php", "java")):
        return (FILE,) if set(_PROGRAMS) & set(shlex.split(" ".join(said[0]), posix=False)) else ()
    root = _root(app)
    if others:
        return (FILE,) if _has_server(root) else ()
    return (FILE,) if said or _runs(root) or not site_folder(app) else ()


def _root(app: App) -> Site:
    package = Package.read(app)
    return Site(app, Workspace(app, package), package)


def _has_server(root: Site) -> bool:
    """Whether a script starts a server of Node.js, not one that serves assets while developing."""
    found = started(root, strict=True) if "start" in root.scripts else None
    return bool(found and not found.served and found.source.endswith("scripts.start") and found.start[0] in _SERVERS)


def _runs(root: Site) -> bool:
    """Whether there is something to build or to start."""
    scripts = (name for name in (*SCRIPTS, "build", "heroku-postbuild") if name in root.scripts)
    acts = any(command_of(tuple(root.scripts[name].split())).kind != "files" for name in scripts)
    found = started(root)
    serves = found is not None and not (found.served and found.framework is None)
    return acts or serves or bool(framework_of(root, has_server=False) or root.workspace.members)


def find(app: App) -> Detection:
    """A Node.js app. Its template needs the details of `_details`."""
    warnings: list[str] = []
    package = Package.read(app)
    workspace = Workspace(app, package)
    found = chosen(workspace, warnings)
    manager = manager_of(app, package, warnings)
    install = install_of(manager)
    version, version_file = node_version(app, found.site.package, warnings)
    found = replace(found, start=without_env_files(app, found.start, version, warnings))
    system = debian_packages(app, [workspace.root, *workspace.members.values()])
    debian = _DEBIAN.get(version, "") if any(system) else ""
    build = builds_of(found, manager, install)
    warnings.extend((*found.warnings, *(found.output.warnings if found.output else ())))
    if migration := migration_in_build(found.site):
        warnings.append(
            f"the build runs {migration}, and no build has a database: run it in the start command, or at each deploy"
        )
    if pages := unbuilt_pages(found):
        warnings.append(
            f'the server serves what {pages}/{FILE} builds, and nothing builds it: add to {FILE} scripts "heroku-postbuild": '
            f'"npm --prefix {pages} install && npm --prefix {pages} run build"'
        )
    port, told = (None, ()) if found.served else listening(found.site, found.start)
    warnings.extend(told)
    detection = Detection(
        language="node", version=version, package_manager=manager.name, framework=found.framework, start=found.start,
        images={"base": f"node:{version}-{debian}slim"} | ({"server": nginx_image()} if found.served else {}),
        port=app.wishes.port or port or app.port, build=build,
        sources=sources(
            version=version_file, package_manager=manager.source, start=found.source,
            framework=f"{found.site.package.path} dependencies" if found.framework else None,
        ),
    )  # fmt: skip
    details = _details(found, manager, install, build, version, system, warnings)
    left = leftovers(found, build)
    return replace(
        detection,
        details=details,
        left_out=left,
        read=read_by_build(found.site) if build else {},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _of_build(old: str | None, checked: str | None) -> dict[str, str]:
    """Variables that the build needs beside those of the package manager."""
    return {**({"NODE_OPTIONS": _LEGACY} if old else {}), **({"SKIP_ENV_VALIDATION": "1"} if checked else {})}


def _details(
    found: Started, manager: Manager, install: Install | None, build: tuple[str, ...], version: str,
    system: tuple[tuple[str, ...], tuple[str, ...]], warnings: list[str],
) -> Mapping[str, Any]:  # fmt: skip
    """What the template needs:

    - `tools`: packages of npm that are installed for all of it; `runtime`: those that the app needs when it runs;
    - `files`: what the installation reads, and `install`, its command; None where it is one of the steps, as it may read any;
    - `steps`: commands that follow once all files are there; `cache`: where the package manager keeps its downloads;
    - `building`, `running`: packages of Debian; `variables`: of the build; `environment`: of the app;
    - `below_shell`: whether a shell hands SIGTERM on to it, as Node.js and Bun do nothing about it by themselves;
    - `folder`: where the app is started; `copied`: what of the app is kept; `served`: what the server of files serves.
    """
    site, workspace = found.site, found.site.workspace
    building, running = system
    if browser := needs_browser(site.package):
        warnings.append(f"{browser} needs a browser, and the image has none: give the app a Dockerfile that installs one")
    if old := hashes_as_before(site, version) if build else None:
        warnings.append(f"{old} of this release builds by what OpenSSL 3 leaves out: NODE_OPTIONS={_LEGACY} is set in the build")
    checked = checks_variables(site) if build else None
    if checked:
        warnings.append(
            f"{checked} checks the app's variables, and no build has them: SKIP_ENV_VALIDATION=1 is set in the build; what it "
            "writes into pages, as NEXT_PUBLIC_ ones, is empty unless a file of the app has it"
        )
    kept = kept_for_start(site, found.start)
    if kept and not found.served:
        warnings.append(f"the start command needs {kept}, which is in devDependencies: all of them are in the image")
    whole = bool(found.served or (found.output and found.output.copied) or kept)
    hooks = runs_hooks(workspace)
    only_running = install and not build and not whole and not hooks and install.production
    uses_bun = "bun" in " ".join((*found.start, *build)).split() or manager.name == "bun"
    bun = (f"bun@{manager.version}" if manager.name == "bun" else "bun@1.3.14",) if uses_bun else ()
    files = files_of_install(workspace, manager) if install else ()
    command = (install.production if only_running else install.command) if install else None
    steps = [command] if command and files == (".",) else []
    steps += [f"rm -f {' '.join(unwanted)}"] if (unwanted := [*filter(site.app.has, _LOADERS)]) else []
    steps += build
    steps += [install.prune] if install and install.prune and not whole and not only_running else []
    steps += (
        [f"rm -rf {' '.join(unwanted)}"]
        if not found.served and (unwanted := [*filter(site.app.names.__contains__, _SETTINGS)])
        else []
    )
    return {
        "tools": tuple(dict.fromkeys((*(install.tools if install else ()), *bun))),
        "runtime": bun if "bun" in " ".join(found.start).split() else (),
        "files": () if files == (".",) else files,
        "install": command if files != (".",) else None,
        "steps": tuple(steps),
        "cache": install.cache if install else "/root/.npm",
        "building": building, "running": () if found.served else running,
        "variables": {**(install.variables if install else {}), **_of_build(old, checked)},
        "environment": {**_ADDRESSES.get(found.start[0], {}), **(found.output.variables if found.output else {})},
        "below_shell": not handles_sigterm(site.app, site.path("")),
        "folder": site.folder,
        "copied": found.output.copied if found.output and not found.served else {},
        **(details_of(replace(found.served, folder=site.path(found.served.folder))) if found.served else {"served": None}),
    }  # fmt: skip
