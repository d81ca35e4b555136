"""How an app is started: as service.yaml, a Procfile or its scripts say, else its framework, else by its entry file."""

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dockyard.build.detect.app import words
from dockyard.build.detect.javascript.commands import Command, command_of, does_nothing, with_port
from dockyard.build.detect.javascript.frameworks import framework_of, makes_a_site
from dockyard.build.detect.javascript.managers import uses_bun
from dockyard.build.detect.javascript.outputs import Output, output_of
from dockyard.build.detect.javascript.package import FILE
from dockyard.build.detect.javascript.scripts import Part, parts_of, script_of
from dockyard.build.detect.javascript.served import NOT_FOUND, SERVER, Served
from dockyard.build.detect.javascript.site import Site
from dockyard.errors import BuildError

SCRIPTS = (
    "start",
    "start:prod",
    "start:production",
    "production",
    "prod",
    "serve:prod",
    "serve",
    "preview",
    "start:server",
    "server",
)
"""Scripts that may start the app, the usual one first."""
_NOT_OF_A_SITE = ("start:server", "server")
"""In an app for the browser these serve made-up data."""
_OF_THE_FRAMEWORK = ("next", "nuxt", "nuxi", "vinxi", "nest", "solid-start", "react-router-serve", "remix-serve", "gatsby")
"""Programs that start what their framework builds."""
_ENTRIES = ("server", "index", "app", "main", "start", "src/server", "src/index", "src/main", "src/app", "bin/www", "bin/server")
_SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", "")
_EXPORTS = re.compile(r"^\s*(?:module\.)?exports\b[^\n]*=|^\s*export\s+(?!default\s*\{)", re.MULTILINE)
_RUNS = re.compile(
    r"\.listen\s*\(|\bserve\s*\(|\bcreateServer\b|\bsetInterval\b|\brequire\.main\b|\bimport\.meta\b|\bprocess\.\w+|^\w[\w.]*\(|^[;!(]|^(?:await|new|void)\b",
    re.MULTILINE,
)
"""What a module does that is not only there for others: it listens, waits, or calls something."""
_FUNCTIONS = "@google-cloud/functions-framework"
_FOR_DESKTOPS = ("electron-builder", "electron-packager", "electron-vite", "vite-plugin-electron", "@electron-forge/cli")
"""Tools that make programs of Electron."""
BUILT = re.compile(r"(?:\./)?(?:dist|build|lib|out|output|\.output|prod|compiled)(?:/|$)")


@dataclass(frozen=True)
class Started:
    """How an app is started."""

    start: tuple[str, ...]
    source: str
    """The file that says so, with its key."""
    site: Site
    """The package that it is in."""
    framework: str | None
    served: Served | None = None
    """Where it is files for a browser; `start` is then the server of files."""
    output: Output | None = None
    """What the framework builds, where that is what is started."""
    built: tuple[Part, ...] = ()
    """Steps of the build that the start command would do first."""
    folder: str = ""
    """Of an app of Nx, which is in the package of the root."""
    warnings: tuple[str, ...] = ()


def started(site: Site, *, strict: bool = False) -> Started | None:
    """How this app is started; None where its files do not tell.

    :param strict: take only what is an app for sure, as among the packages of a workspace, where others are libraries.
    """
    if (said := as_said(site)) or _is_for_desktops(site):
        return said
    return _by_framework(site, strict=strict) or _by_entry(site, strict=strict)


def as_said(site: Site) -> Started | None:
    """As service.yaml, a Procfile or a script says; None where none does."""
    said = site.app.said_start() if not site.folder else None
    if not said:
        return _by_scripts(site)
    command, source = said
    parts = [] if command[:1] == ("sh",) else parts_of(site.workspace, Part(shlex.join(command)))
    return _by_parts(site, parts, source) or Started(command, source, site, framework_of(site, has_server=True))


def _by_scripts(site: Site) -> Started | None:
    is_site = makes_a_site(framework_of(site, has_server=False))
    for name in _names(site):
        if name in site.scripts and not (is_site and name in _NOT_OF_A_SITE):
            found = _by_parts(site, script_of(site.workspace, name, site.folder), f"{site.package.path} scripts.{name}")
            if found:
                return found
    return None


def _names(site: Site) -> Iterator[str]:
    yield from SCRIPTS
    yield from (name for name in site.scripts if name.startswith("serve:ssr"))


def _by_parts(asked: Site, parts: list[Part], source: str) -> Started | None:
    """The last command is the app; steps of the build before it belong to the build, others to the start."""
    parts = list(parts)
    while parts and does_nothing(parts[-1].words):
        parts.pop()
    if not parts:
        return None
    *before, last = _as_configured(asked, parts)
    words(last.text, f"{asked.app.folder / source.replace(' ', ': ')}")
    package = asked.workspace.package(last.folder)
    site = Site(asked.app, asked.workspace, package) if package else asked
    command = None if last.needs_shell else command_of(last.words, last.script)
    framework = framework_of(site, has_server=command is None or command.kind == "server")
    output = output_of(site, framework)
    together = _together(site, last)
    if (command and command.kind in ("dev", "build")) or any(does_nothing(each) or _develops(each) for each in together):
        return None
    if command and (command.kind == "files" or _serves_files(command, output)):
        served = output.served if output and output.served and not _other(command, output.served) else _served(site, command)
        return Started(SERVER, source, site, framework, served, output, tuple(before)) if served else None
    if command and output and output.start and _is_frameworks(command, output):
        return Started(output.start, source, site, framework, None, output, tuple(before))
    steps = [part for part in before if part.needs_shell or command_of(part.words, part.script).kind != "build"]
    built = tuple(part for part in before if part not in steps)
    are_several = len(together) > 1 or (together and "*" in last.text)
    told = (
        ("the start command starts several programs in one container: make of each a service of its own",) if are_several else ()
    )
    return Started(_exec_form(site, steps, last, command), source, site, framework, warnings=told, built=built)


_TOGETHER_VALUES = ("-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-s", "--success", "-m", "--max-processes")
"""Options of concurrently that have a value."""
_MOST = ("--max-parallel", "--npm-path")
"""Those of run-p."""


def _together(site: Site, part: Part) -> list[tuple[str, ...]]:
    """The commands that concurrently or run-p runs at once, each as the words of its last part; none where it is another."""
    program, *rest = part.words or ("",)
    if program not in ("concurrently", "run-p"):
        return []
    pairs = zip(("", *rest), rest, strict=False)
    valued = _TOGETHER_VALUES if program == "concurrently" else _MOST
    texts = [word for before, word in pairs if not word.startswith("-") and before not in valued]
    texts = [f"npm run {text.removeprefix('npm:')}" if program == "run-p" or text.startswith("npm:") else text for text in texts]
    lists = [parts_of(site.workspace, replace(part, text=text, arguments=())) for text in texts]
    return [parts[-1].words for parts in lists if parts]


def _develops(command: tuple[str, ...]) -> bool:
    return command_of(command).kind in ("dev", "build")


def _as_configured(site: Site, parts: list[Part]) -> list[Part]:
    """The commands, with what nodemon is told to run by its file of settings in place of a nodemon that is told nothing."""
    *before, last = parts
    if last.words[:1] != ("nodemon",) or command_of(last.words).words != ("node", "."):
        return parts
    try:
        content = site.app.manifest(site.path("nodemon.json")).content if site.has("nodemon.json") else {}
    except BuildError:  # it may have comments
        content = {}
    told = content.get("exec") or site.package.manifest.mapping("nodemonConfig").get("exec")
    return [*before, *parts_of(site.workspace, replace(last, text=told))] if isinstance(told, str) and told.strip() else parts


def _serves_files(command: Command, output: Output | None) -> bool:
    return output is not None and output.served is not None and command.program in _OF_THE_FRAMEWORK


def _other(command: Command, served: Served) -> bool:
    return command.served is not None and command.served not in (".", served.folder)


def _served(site: Site, command: Command) -> Served | None:
    folder = command.served or next((name for name in ("public", "dist", "build") if site.has_folder(name)), ".")
    if folder.startswith(".."):
        return None
    return Served(folder, "/index.html" if command.fallback else NOT_FOUND)


def _is_frameworks(command: Command, output: Output) -> bool:
    """Whether it starts just what the framework builds, in the framework's own way."""
    standalone = bool(output.copied) and any("standalone" in word for word in command.words)
    unbuilt = (
        output.start[-1].startswith("build/") and f"build/{command.words[-1]}" == output.start[-1]
    )  # Adonis runs in its build
    return (
        standalone
        or unbuilt
        or (command.program in _OF_THE_FRAMEWORK[1:6])
        or (command.program == "next" and bool(output.copied))
    )


def _exec_form(site: Site, before: list[Part], last: Part, command: Command | None) -> tuple[str, ...]:
    port = site.app.port
    if command and not before:
        return with_port(_resolved(site, command), port)
    text = shlex.join(with_port(_resolved(site, command), port)) if command else last.text
    steps = [with_port((part.text,), port)[0] for part in before]
    alone = command is not None or not set(last.text) & set("&|;<>`\n(")
    program = "exec env" if re.match(r"\w+=", text) else "exec"
    return ("sh", "-c", " && ".join([*steps, f"{program} {text}" if alone else text]))


def _resolved(site: Site, command: Command) -> tuple[str, ...]:
    """`node .` is the package's main file."""
    if command.words in (("node", "."), ("node", "./")) and (file := _main(site)):
        runner = _runner(site, file)
        return (*command.exec_form[:-2], runner, file) if runner != "bun" else (*command.exec_form[:-1], file)
    return command.exec_form


def _by_framework(site: Site, *, strict: bool) -> Started | None:
    framework = framework_of(site, has_server=False)
    own_server = framework_of(site, has_server=True)
    if makes_a_site(framework) and framework != own_server and (entry := _by_entry(site, strict=False)):
        return entry
    output = output_of(site, framework)
    builds = "build" in site.scripts or site.package.folder == "" or not makes_a_site(framework)
    if output is None or not builds or (strict and makes_a_site(framework) and not site.has("index.html", "public/index.html")):
        return None
    source = f"{site.package.path} dependencies"
    return Started(SERVER if output.served else output.start, source, site, framework, output.served, output)


def _by_entry(site: Site, *, strict: bool) -> Started | None:
    framework = framework_of(site, has_server=True)
    if strict and (framework is None or makes_a_site(framework)):
        return None
    main = _main(site)
    file = main or site.has(*(f"{entry}{suffix}" for entry in _ENTRIES for suffix in _SUFFIXES))
    if file and site.depends_on(_FUNCTIONS):
        return Started(_as_function(site, file), site.path(file), site, "functions-framework")
    if file is None or (framework is None and only_exports(site, file)):
        return None
    return Started((_runner(site, file), file), f"{site.package.path} main" if main else site.path(file), site, framework)


def _as_function(site: Site, file: str) -> tuple[str, ...]:
    """https://github.com/GoogleCloudPlatform/functions-framework-nodejs"""
    text = site.app.source(site.path(file)) if site.has(file) else ""
    found = re.search(r"\.(?:http|cloudEvent)\(\s*['\"]([\w.-]+)['\"]|^\s*(?:module\.)?exports\.(\w+)\s*=", text, re.MULTILINE)
    target = ("--target", found[1] or found[2]) if found else ()
    return ("functions-framework", *target, "--port", str(site.app.port))


def _main(site: Site) -> str | None:
    """The file of `main`, also one that the build makes."""
    main = site.package.manifest.text("main")
    if not main or main.startswith(("/", "..")):
        return None
    main = posixpath.normpath(main)
    file = site.has(main, *(f"{main}{suffix}" for suffix in _SUFFIXES if suffix), f"{main}/index.js")
    return file or (main if BUILT.match(main) and "build" in site.scripts else None)


def only_exports(site: Site, file: str) -> bool:
    """Whether a module only gives functions to others, as a library or a function of a cloud: run by itself, it ends at once."""
    text = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", site.app.source(site.path(file)), flags=re.DOTALL) if site.has(file) else ""
    return _EXPORTS.search(text) is not None and _RUNS.search(text) is None


def _runner(site: Site, file: str) -> str:
    if uses_bun(site.app, site.workspace.root):
        return "bun"
    if file.endswith(("ts", "tsx")):
        return next((name for name in ("tsx", "ts-node") if site.depends_on(name)), "node")
    return "node"


def _is_for_desktops(site: Site) -> bool:
    """Whether its main file is Electron's, so that what it builds are the windows of a program and no site.

    A main file that is not there is built, as tools for Electron do.
    """
    main = site.package.manifest.text("main")
    if not main or not site.depends_on("electron"):
        return False
    if site.has(main):
        return "electron" in site.app.source(site.path(main))
    return site.depends_on(*_FOR_DESKTOPS) or any(" electron " in f" {script} " for script in site.package.scripts.values())


def missing(site: Site) -> str:
    """What was looked for, in words."""
    if _is_for_desktops(site):
        return f"{FILE} scripts {', '.join(SCRIPTS[:4])}; its main is a program for desktops, by Electron"
    if (main := _main(site)) and only_exports(site, main):
        return f"{FILE} scripts {', '.join(SCRIPTS[:4])}; main, which is {main} and only exports: a library, or a function"
    return f"{FILE} scripts {', '.join(SCRIPTS[:4])}; main; {', '.join(f'{entry}.js' for entry in _ENTRIES[:4])}"
