"""The commands that build an app."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from dockyard.build.detect.javascript.commands import command_of
from dockyard.build.detect.javascript.installs import Install, run
from dockyard.build.detect.javascript.leftovers import is_ignored
from dockyard.build.detect.javascript.listening import sources_of
from dockyard.build.detect.javascript.managers import Manager
from dockyard.build.detect.javascript.package import FILE, Package
from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.javascript.start import BUILT, Started

_SCRIPTS = ("heroku-postbuild", "gcp-build", "build", "build:prod", "build:production")
"""Scripts that build; a platform's own one says best what is needed outside of a developer's machine."""

_MIGRATES = re.compile(
    r"\b(?:prisma (?:migrate deploy|db push)|payload migrate|drizzle-kit (?:migrate|push)|knex migrate:latest"
    r"|typeorm\S* migration:run|sequelize(?:-cli)? db:migrate|mikro-orm migration:up|medusa db:migrate)\b"
)
_CALLED = re.compile(r"\b(?:npm|pnpm|yarn|bun) (?:run )?([\w:.-]+)")


def builds_of(found: Started, manager: Manager, install: Install | None) -> tuple[str, ...]:
    """Shell commands, run in order in the app's folder."""
    return tuple(dict.fromkeys((*_wanted(found, install), *_prisma(found.site), *_build(found, manager), *_steps(found))))


def _wanted(found: Started, install: Install | None) -> Iterator[str]:
    if found.output and found.output.wanted and install:
        yield _in(found.site.folder, f"{install.add} {found.output.wanted}")


def _prisma(site: Site) -> Iterator[str]:
    """Prisma's client is generated from the schema; its own hook does so in some versions only."""
    scripts = " ".join((*site.package.scripts.values(), *site.package.root.scripts.values()))
    if site.depends_on("@prisma/client") and site.has("prisma/schema.prisma") and "prisma generate" not in scripts:
        yield _in(site.folder, "prisma generate")


def _build(found: Started, manager: Manager) -> Iterator[str]:
    if found.output and found.output.build_always and found.output.build:
        yield found.output.build
        return
    site, root = found.site, found.site.package.root
    variables = " ".join(f"{name}={value}" for name, value in (found.output.build_variables if found.output else {}).items())
    script = _script(site.package, generated=bool(found.served and found.output and found.framework == "nuxt"))
    if found.framework == "angular" and found.start[-1].endswith("server/main.js") and "build:ssr" in site.scripts:
        script = "build:ssr"  # before Angular 17 the server had a build of its own
    if site.folder and site.app.has("turbo.json") and script:
        yield f"turbo run {script} --filter={shlex.quote(site.package.name)}"
    elif site.folder and (whole := _script(root)):
        yield run(manager, whole)
    elif site.folder:
        for package in (*site.workspace.needed_by(site.package), site.package):
            if name := _script(package):
                yield _in(package.folder, run(manager, name))
    elif script:
        yield f"{variables} {run(manager, script)}".strip()
    if not script and (command := _unscripted(found)):
        yield _in(site.folder, command)


def _script(package: Package, *, generated: bool = False) -> str | None:
    """The script that builds a package; one that says only that there is nothing to build is none."""
    if generated and "generate" in package.scripts and "generate" not in package.scripts.get("build", ""):
        return "generate"
    return next((name for name in _SCRIPTS if name in package.scripts and _does_something(package.scripts[name])), None)


def _does_something(script: str) -> bool:
    return command_of(tuple(script.split())).program not in ("echo", "true", "exit", ":")


def _unscripted(found: Started) -> str | None:
    """What builds an app that has no script for it."""
    site = found.site
    if found.output:
        return found.output.build
    file = next((word for word in found.start if word.endswith((".js", ".mjs", ".cjs"))), None)
    made = file and (not site.has(file) or _is_left(site, file))
    if made and site.has("tsconfig.json") and site.depends_on("typescript"):
        return "tsc"
    return None


def _is_left(site: Site, file: str) -> bool:
    """Whether a file is there by a build on this machine alone."""
    folder, slash, _ = file.removeprefix("./").partition("/")
    return bool(slash and BUILT.fullmatch(folder)) and is_ignored(site, folder)


def _steps(found: Started) -> Iterator[str]:
    """Those that the start command would do, but for what the build script does already."""
    done = {"build"} & set(found.site.scripts)
    for part in found.built:
        if part.script not in done:
            yield _in(part.folder, f"sh -c {shlex.quote(part.text)}" if part.folder and part.needs_shell else part.text)


def _in(folder: str, command: str) -> str:
    return f"env -C {shlex.quote(folder)} {command}" if folder else command


def unbuilt_pages(found: Started) -> str | None:
    """A folder whose built pages the server serves, and which no script builds."""
    root = found.site.package.root
    if found.site.folder or found.served:
        return None
    scripts = _ran(root.scripts, (*_SCRIPTS, "install", "prestart"))
    text = "\n".join(source for _, source in sources_of(found.site, found.start))
    for file in found.site.app.files(f"*/{FILE}"):
        folder = file.rsplit("/", 1)[0]
        served = re.search(rf"['\"`/]{re.escape(folder)}(?:/|['\"]\s*,\s*['\"])(build|dist|out)\b", text)
        if served and folder not in scripts and folder not in found.site.workspace.members:
            return None if _is_kept(found.site, folder, served[1]) else folder
    return None


def _ran(scripts: Mapping[str, str], names: Iterable[str]) -> str:
    """The text of these scripts with their hooks, and of those that they run."""
    found: dict[str, str] = {}
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = " && ".join(scripts.get(f"{hook}{name}", "") for hook in ("pre", "", "post"))
            waiting += _CALLED.findall(found[name])
    return "\n".join(found.values())


def _is_kept(site: Site, folder: str, built: str) -> bool:
    """Whether the pages are there and git keeps them, so that they need no build."""
    own = site.app.source(f"{folder}/.gitignore") if site.app.has(f"{folder}/.gitignore") else ""
    ignored = (
        is_ignored(site, f"{folder}/{built}") or is_ignored(site, built) or re.search(rf"^/?{built}/?\s*$", own, re.MULTILINE)
    )
    return bool(site.app.has(f"{folder}/{built}/index.html")) and not ignored


def migration_in_build(site: Site) -> str | None:
    """What migrates a database in a script that builds, where there is no database."""
    for package in (site.package, site.package.root):
        script = _script(package)
        if script and (match := _MIGRATES.search(_ran(package.scripts, (script,)))):
            return match[0]
    return None
