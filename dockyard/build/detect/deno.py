"""Deno apps."""

import json
import re
import shlex
from collections.abc import Iterator

from dockyard.build.detect.app import App, Start, sources, words
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.javascript.commands import with_port
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import handles_sigterm
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "2.9.6"
"""Where the app does not say which."""
NODE = "24"
"""Deno comes from npm, as that has mirrors everywhere: its image is no official one of Docker Hub."""
_SETTINGS = ("deno.json", "deno.jsonc")
_STEMS = ("main", "server", "app", "index", "mod", "src/main", "src/server", "src/index", "src/app", "src/mod")
_ENTRIES = tuple(f"{stem}.{suffix}" for stem in _STEMS for suffix in ("ts", "tsx", "js", "mjs", "jsx"))
LOOKED_FOR = f"{', '.join(_SETTINGS)}, deno.lock, or imports of jsr: and https://deno.land"
_IMPORTS = re.compile(
    r"from\s+['\"](?:jsr:|https://(?:deno\.land|jsr\.io|esm\.sh)/|npm:)|\bDeno\.(?:serve|listen|env|readTextFile)\b"
)
_NODE_FRAMEWORKS = (
    "next", "nuxt", "express", "fastify", "koa", "@nestjs/core", "@remix-run/node", "@sveltejs/kit", "astro", "@angular/core",
    "hono",
)  # fmt: skip
_COMMENTS = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.S)


def marks(app: App) -> tuple[str, ...]:
    """deno.json, unless package.json is that of a Node.js app; else an entry file that imports as Deno does."""
    file = app.has(*_SETTINGS, "deno.lock")
    package = app.has("package.json")
    if file and not (package and any(f'"{name}"' in app.source("package.json") for name in _NODE_FRAMEWORKS)):
        return (file,)
    entry = None if package else app.has(*_ENTRIES)
    return (entry,) if entry and _IMPORTS.search(app.source(entry)) else ()


def find(app: App) -> Detection:
    """A Deno app. Its template needs these details:

    - `steps`: the commands that fetch what it imports, and build it;
    - `below_shell`: whether a shell hands SIGTERM on to it, as Deno does nothing about it by itself.
    """
    version, version_file = _version(app)
    tasks = _tasks(app)
    warnings = [] if app.has("deno.lock") else ["no deno.lock: two builds may differ; run deno install, and keep the file"]
    start, start_file = app.said_start() or _start(app, tasks)
    if start[:2] in (("deno", "run"), ("deno", "serve")) and _needs_kv(app, start):
        start = (*start[:2], "--unstable-kv", *start[2:])
    listens = listening(app, "deno", {word for word in start if app.has(word)})
    fresh = _is_fresh(app)
    build = ("deno task build",) if "build" in tasks else ()
    return Detection(
        language="deno", version=version, package_manager="deno", framework="fresh" if fresh else _framework(app), start=start,
        images={"base": f"node:{NODE}-slim"}, port=listens.port, build=build,
        details={"steps": (*_fetches(app, start), *build), "below_shell": not handles_sigterm(app)},
        sources=sources(
            version=version_file, package_manager=app.has("deno.lock", *_SETTINGS), start=start_file,
            framework=app.has(*_SETTINGS) if fresh else None, port=listens.file,
        ),
        warnings=(*warnings, *listens.warnings),
    )  # fmt: skip


def _fetches(app: App, start: tuple[str, ...]) -> Iterator[str]:
    """What is imported, in the versions of deno.lock."""
    locked = " --frozen" if app.has("deno.lock") else ""
    if app.has("package.json"):
        yield f"deno install{locked}"
    if entry := next((word for word in start if re.search(r"\.[mc]?[jt]sx?$", word) and app.has(word)), app.has(*_ENTRIES)):
        yield f"deno cache{locked} {shlex.quote(entry)}"


def _version(app: App) -> tuple[str, str | None]:
    for written, file in _written(app):
        if re.fullmatch(r"\d+\.\d+\.\d+", written):
            return written, file
    return VERSION, None


def _written(app: App) -> Iterator[tuple[str, str]]:
    if app.wishes.version:
        yield app.wishes.version, "service.yaml"
    for file in filter(app.has, (".deno-version", ".dvmrc")):
        yield app.source(file).strip().removeprefix("v"), file
    if found := pinned(app, "deno"):
        yield found


def _tasks(app: App) -> dict[str, str]:
    """Name to command: a text, or a mapping that has it as `command`. https://docs.deno.com/runtime/reference/cli/task/"""
    found = _settings(app).get("tasks")
    listed = found if isinstance(found, dict) else {}
    commands = {name: task.get("command") if isinstance(task, dict) else task for name, task in listed.items()}
    return {name: command for name, command in commands.items() if isinstance(command, str)}


def _settings(app: App) -> dict[str, object]:
    """deno.json, in which comments and last commas are allowed. Raises BuildError where it is damaged."""
    file = app.has(*_SETTINGS)
    if not file:
        return {}
    text = re.sub(r",(\s*[}\]])", r"\1", _COMMENTS.sub(lambda match: match[1] or "", app.text(file)))
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BuildError(f"{app.folder / file}: not valid JSON: {error}", hint="mend the file") from error
    return found if isinstance(found, dict) else {}


def _is_fresh(app: App) -> bool:
    return bool(app.has("fresh.config.ts", "fresh.gen.ts")) or any(
        re.search(r"@fresh/core|deno\.land/x/fresh|\$fresh/", app.source(file))
        for file in filter(app.has, (*_SETTINGS, "main.ts"))
    )


def _framework(app: App) -> str | None:
    text = " ".join(app.source(file) for file in filter(app.has, (*_SETTINGS, *_ENTRIES)))
    found = re.search(r"(?:jsr:|npm:|deno\.land/x/)@?(hono|oak)\b", text)
    return found[1] if found else None


def _start(app: App, tasks: dict[str, str]) -> Start:
    file = app.has(*_SETTINGS) or "deno.json"
    for name in ("start", "serve", "preview", "prod", "production"):
        command = _command(tasks.get(name, ""), f"{app.folder / file}: tasks.{name}")
        if command and not any(word in ("dev.ts", "vite") for word in command):
            return _with_port(command, app.port), f"{file} tasks.{name}"
    if entry := app.has(*_ENTRIES):
        serves = re.search(
            r"export default\s*\{[^}]*\bfetch\b|export default \w+(?:\.fetch)?\s+satisfies Deno", app.source(entry)
        )
        return (("deno", "serve", "-A", "--port", str(app.port), entry) if serves else ("deno", "run", "-A", entry)), entry
    raise BuildError(
        f"no start command found in {app.folder} (looked for tasks.start in deno.json, {', '.join(_ENTRIES[:5])})",
        hint='add "tasks": {"start": "deno run -A main.ts"} to deno.json',
    )


def _with_port(command: tuple[str, ...], port: int) -> tuple[str, ...]:
    """deno serve takes 8000 where it is told no port."""
    if command[:2] == ("deno", "serve") and not any(word.startswith("--port") for word in command):
        *options, file = command
        return (*options, "--port", str(port), file)
    return with_port(command, port)


def _needs_kv(app: App, start: tuple[str, ...]) -> bool:
    """Whether it opens Deno's database, and nothing allows it yet. https://docs.deno.com/runtime/reference/cli/unstable_flags/"""
    listed = _settings(app).get("unstable")
    if "--unstable-kv" in start or (isinstance(listed, list) and "kv" in listed):
        return False
    files = app.files(*(f"{at}*.{end}" for at in ("", "*/", "*/*/") for end in ("ts", "tsx", "js")))
    return any("Deno.openKv(" in app.source(file) for file in files if not file.startswith("node_modules/"))


def _command(task: str, where: str) -> tuple[str, ...]:
    """The last command of a task, without what watches files, or is no more since Deno 2; none where it is not one of Deno's."""
    last = task.rsplit("&&", 1)[-1].strip()
    found = words(last, where) if last else ()
    if found[:1] != ("deno",) or found[1:2] == ("task",):
        return ()
    return tuple(word for word in found if not re.match(r"--(watch|watch-hmr|inspect)\b|--unstable$", word))
