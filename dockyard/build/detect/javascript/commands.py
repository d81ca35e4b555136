"""What a command of a script is: a server, a tool of development, a server of files, or a step of the build."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["server", "dev", "files", "build"]

_DEV = frozenset(
    f"{program} {word}".strip()
    for program, words in {
        "vite": ("", "dev", "serve", "preview"), "next": ("", "dev"), "nuxt": ("", "dev"), "nuxi": ("", "dev"),
        "astro": ("", "dev", "preview"), "react-scripts": ("", "start"), "craco": ("start",), "react-app-rewired": ("start",),
        "ng": ("", "serve", "s"), "vue-cli-service": ("serve",), "gatsby": ("", "develop", "serve", "start"),
        "docusaurus": ("start", "serve"), "vitepress": ("", "dev", "preview", "serve"), "vuepress": ("dev",), "eleventy": ("",),
        "webpack": ("serve",), "webpack-dev-server": ("",), "parcel": ("", "serve", "watch"), "remix": ("dev",),
        "react-router": ("dev",), "svelte-kit": ("dev", "preview"), "vinxi": ("", "dev"), "rsbuild": ("dev", "preview"),
        "rspack": ("serve", "dev"), "rspress": ("dev", "preview"), "expo": ("", "start"), "ember": ("serve", "server", "s"),
        "storybook": ("", "dev"), "start-storybook": ("",), "quasar": ("dev",), "umi": ("dev",), "hexo": ("server", "s"),
        "slidev": ("",), "ionic": ("serve",), "preact": ("watch",), "strapi": ("develop", "dev"), "wrangler": ("", "dev"),
        "vercel": ("", "dev"), "netlify": ("", "dev"), "firebase": ("serve",), "snowpack": ("dev", "start"), "wmr": ("",),
        "farm": ("", "start"), "nx": ("", "serve", "dev", "start", "run-many", "run"), "turbo": ("", "dev", "run", "start"),
        "lerna": ("", "run"), "tsc-watch": ("",), "gulp": ("", "watch", "serve"), "grunt": ("", "serve"), "electron": ("", "."),
        "keystone": ("dev",), "medusa": ("develop",), "blitz": ("dev",), "sst": ("dev",), "serverless": ("offline",),
        "sls": ("offline",), "qwik": ("dev",), "waku": ("dev",), "elm-app": ("start",), "ladle": ("serve",), "arc": ("sandbox",),
    }.items()
    for word in words
)  # fmt: skip
"""Programs, alone or with their first word, that serve during development, or that serve what was built for a look at it."""
_FILES = (
    "serve", "http-server", "live-server", "lite-server", "sirv", "ws", "superstatic", "pushstate-server", "httpster",
    "browser-sync", "spa-http-server", "static-server", "local-web-server", "node-static", "angular-http-server",
)  # fmt: skip
"""Servers of files."""
_NOTHING = ("echo", "exit", "true", "false", "test")
"""What a script does that was never filled in."""
_BUILD = (
    "tsc", "tsup", "tsdown", "esbuild", "webpack", "rollup", "babel", "swc", "gulp", "grunt", "sass", "node-sass", "lessc",
    "postcss", "tailwindcss", "vue-tsc", "ngc", "tsc-alias", "ncc", "unbuild", "pkgroll", "bunchee", "microbundle", "rimraf",
    "rm", "del", "del-cli", "mkdir", "mkdirp", "cp", "cpy", "cpx", "copyfiles", "shx", "clear", "eslint", "prettier", "jest",
    "vitest", "husky", "npm-run-all", "run-s",
)  # fmt: skip
"""Programs that build, or make ready for that."""
_BUILD_WORDS = ("build", "generate", "export", "compile", "typegen", "sync", "prepare", "bundle")
_WITH_VALUE = (
    "-p", "--port", "-P", "-l", "--listen", "-L", "-a", "-c", "--config", "-d", "-o", "-u", "-H", "--host", "--hostname",
    "--proxy", "--ssl-cert", "--ssl-key",
)  # fmt: skip
_NO_WATCH = ("--watch", "--hot", "--inspect", "--inspect-brk", "--watch-preserve-output", "--respawn", "--transpile-only-watch")
_NODEMON_VALUES = (
    "-w",
    "--watch",
    "-e",
    "--ext",
    "-i",
    "--ignore",
    "--delay",
    "-d",
    "--signal",
    "-s",
    "--config",
    "--watch-path",
    "-V",
)


_INSTALLED = re.compile(r"(?:\./)?node_modules/(?:\.bin/|[\w@./-]+/bin/)([\w-]+)(?:\.js)?")
"""A program of a package, by its file."""


@dataclass(frozen=True)
class Command:
    """A command without what only developing needs."""

    kind: Kind
    words: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    """Set before it; never PORT, for the port is said elsewhere."""
    served: str | None = None
    """The folder that a server of files serves; None where it does not say."""
    fallback: bool = False
    """Whether it answers all paths by index.html."""

    @property
    def program(self) -> str:
        """Name of the program."""
        return posixpath.basename(self.words[0]) if self.words else ""

    @property
    def exec_form(self) -> tuple[str, ...]:
        """With its variables, by a program that it replaces."""
        set_ = tuple(f"{name}={value}" for name, value in self.variables.items())
        return ("env", *set_, *self.words) if set_ else self.words


def command_of(words: tuple[str, ...], script: str = "") -> Command:
    """What these words run; `script` is the name of the script that they are of."""
    words, variables = _without_variables(words)
    words = _without_wrappers(words)
    if words and words != (again := _unwatched(words)):
        return replace(command_of(again, script), variables=variables)
    installed = next((at for at, word in enumerate(words) if _INSTALLED.fullmatch(word)), 0) if words[:1] == ("node",) else 0
    if installed:
        by_name = (_INSTALLED.sub(r"\1", words[installed]), *words[installed + 1 :])
        if (found := command_of(by_name, script)).kind in ("dev", "build"):
            return found
    program = posixpath.basename(words[0]) if words else ""
    first = next(iter(words[1:]), "")
    if program in _FILES:
        folder, fallback = _served(words)
        return Command("files", words, variables, folder, fallback)
    bare = not first or first.startswith("-") or "." in first
    if program in _NOTHING:
        return Command("dev", words, variables)
    if f"{program} {first}" in _DEV or (program in _DEV and bare) or (program == "nest" and "--watch" in words):
        return Command("build" if first == "build" else "dev", words, variables)
    if program in _BUILD or first in _BUILD_WORDS or first.startswith("build") or re.match(r"(post|pre)?build\b", script):
        return Command("build", words, variables)
    return Command("server", words, variables)


def does_nothing(words: tuple[str, ...]) -> bool:
    """Whether it only says something, or ends."""
    return words[:1] == (":",) or (bool(words) and words[0] in _NOTHING)


def with_port(words: tuple[str, ...], port: int) -> tuple[str, ...]:
    """The words with this port in place of the one that they give."""
    found: list[str] = []
    for before, word in zip(("", *words), words, strict=False):
        if before in ("-p", "--port", "-P", "-l", "--listen") and word.isdigit():
            found.append(str(port))
        else:
            filled = re.sub(r"\$PORT\b|\$\{PORT(:?-\d+)?\}", str(port), word)
            found.append(re.sub(r"^(--port|-p|--listen|-l)=\d+$", rf"\g<1>={port}", filled))
    return tuple(found)


def _without_variables(words: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Also those that cross-env and env set."""
    variables: dict[str, str] = {}
    left = list(words)
    while left and (left[0] in ("cross-env", "cross-env-shell", "env", "exec") or re.match(r"[A-Za-z_]\w*=", left[0])):
        name, equals, value = left.pop(0).partition("=")
        if equals and name not in ("PORT", "NODE_ENV"):
            variables[name] = value
    return tuple(left), variables


def _without_wrappers(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without what starts a program of this package and is not needed for that."""
    if words[:1] in (("npx",), ("bunx",)) and len(words) > 1:
        return _without_options(words[1:])
    if words and (match := re.fullmatch(r"(?:\./)?node_modules/\.bin/([\w-]+)", words[0])):
        return (match[1], *words[1:])
    return words


def _without_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """From the first word that is no option."""
    left = list(words)
    while left and left[0].startswith("-"):
        left.pop(0)
    return tuple(left)


def _unwatched(words: tuple[str, ...]) -> tuple[str, ...]:
    rewrite = _REWRITES.get(posixpath.basename(words[0]))
    return rewrite(words) if rewrite else words


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without options that watch files or wait for a debugger."""
    rest = [word for word in words[1:] if word.split("=")[0] not in _NO_WATCH and word != "watch"]
    return (words[0], *rest)


def _nodemon(words: tuple[str, ...]) -> tuple[str, ...]:
    """What it starts again and again, once."""
    runner: tuple[str, ...] = ()
    positional: list[str] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word in ("-x", "--exec") and rest:
            runner = tuple(rest.pop(0).split())
        elif word in _NODEMON_VALUES and rest:
            rest.pop(0)
        elif not word.startswith("-") or positional:
            positional.append(word)
    if not runner:
        runner = ("ts-node",) if any(word.endswith(".ts") for word in positional) else ("node",)
    if runner[0] == "node" and not positional and len(runner) == 1:
        positional = ["."]
    return (*runner, *positional)


def _ts_node_dev(words: tuple[str, ...]) -> tuple[str, ...]:
    return ("ts-node", *(word for word in words[1:] if not word.startswith("--") or word == "--files"))


_STAYS = ("--no-daemon", "--attach")


def _kept_running(words: tuple[str, ...]) -> tuple[str, ...]:
    """pm2 and forever go to the background, and the container would end: the app itself, where they are given its file."""
    file = next((word for word in words[1:] if re.search(r"\.[cm]?js$", word) and ".config." not in word), None)
    if file is None:  # pm2-runtime takes no options that say whether to stay
        return ("pm2-runtime", *(word for word in words[1:] if word not in _STAYS)) if words[0] == "pm2" else words
    return ("node", file)


_REWRITES: dict[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "nodemon": _nodemon, "node-dev": _nodemon, "supervisor": _nodemon,
    "ts-node-dev": _ts_node_dev, "tsnd": _ts_node_dev,
    "pm2": _kept_running, "pm2-runtime": _kept_running, "forever": _kept_running,
    "node": _plain, "bun": _plain, "tsx": _plain, "ts-node": _plain,
}  # fmt: skip


def _served(words: tuple[str, ...]) -> tuple[str | None, bool]:
    """The folder, and whether all paths are answered by its index.html."""
    folder, fallback, rest = None, words[0] in ("pushstate-server", "spa-http-server", "angular-http-server"), list(words[1:])
    while rest:
        word = rest.pop(0)
        fallback |= word in ("-s", "--single") or (word.startswith("--history") or "index.html" in word)
        if word in _WITH_VALUE and rest:
            rest.pop(0)
        elif not word.startswith("-") and folder is None and not word.isdigit():
            folder = word
    return (posixpath.normpath(folder) if folder and not folder.startswith("/") else None), fallback
