"""Scripts of package.json, followed through npm, Yarn, pnpm, Bun, turbo and lerna to the commands that they run."""

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dockyard.build.detect.javascript.workspace import Workspace

_RUNNERS = ("npm", "yarn", "pnpm", "bun", "turbo", "lerna")
_VERBS = {"run", "run-script", "exec", "x", "dlx", "rum", "urn"}
_IN_MEMBER = ("-w", "--workspace", "--filter", "-F", "--scope")
_IN_FOLDER = ("--prefix", "-C", "--dir", "--cwd")
_INSTALLS = {
    "install",
    "i",
    "ci",
    "add",
    "update",
    "upgrade",
    "dedupe",
    "audit",
    "config",
    "set",
    "link",
    "cache",
    "rebuild",
    "prune",
}
_OWN_NAMES = {"npm": {"start", "stop", "test", "restart"}, "lerna": set(), "turbo": set()}
_DEPTH = 8


@dataclass(frozen=True)
class Part:
    """One command, and where it runs."""

    text: str
    """As it is written in a shell."""
    folder: str = ""
    """Relative to the app's folder."""
    script: str = ""
    """Name of the script that it is of; empty where it is of none."""
    arguments: tuple[str, ...] = ()
    """Words that are given on to it."""

    @property
    def needs_shell(self) -> bool:
        """Whether it has what only a shell understands, but for `$PORT`."""
        text = re.sub(r"\$PORT\b|\$\{PORT(:?-\d+)?\}", "", self.text)
        return bool(set(_without_quotes(text)) & set("&|;><`\n(") or "$" in text)

    @property
    def words(self) -> tuple[str, ...]:
        """Its words; none where a quote is not closed."""
        try:
            return (*shlex.split(self.text), *self.arguments)
        except ValueError:
            return ()


@dataclass(frozen=True)
class _Call:
    """A command that runs a script, or a program of a package."""

    name: str
    arguments: tuple[str, ...]
    target: str | None = None
    target_is_folder: bool = False


def parts_of(workspace: Workspace, part: Part, depth: int = 0) -> list[Part]:
    """The commands that this one comes to, in order: `npm run build && npm start -w web`."""
    found: list[Part] = []
    folder = part.folder
    for text in _split(part.text):
        piece = replace(part, text=text, folder=folder, arguments=part.arguments if text is _split(part.text)[-1] else ())
        words = piece.words
        if words[:1] == ("cd",) and len(words) == 2:
            folder = posixpath.normpath(posixpath.join(folder, words[1])).removeprefix(".").lstrip("/")
        else:
            found.extend(_followed(workspace, replace(piece, folder=folder), depth))
    return found


def script_of(workspace: Workspace, name: str, folder: str, depth: int = 0) -> list[Part]:
    """The commands of a script, with those of `pre` before it; none where there is no such script."""
    package = workspace.package(folder)
    if not package or name not in package.scripts:
        return []
    names = [f"pre{name}", name] if f"pre{name}" in package.scripts else [name]
    return [found for each in names for found in parts_of(workspace, Part(package.scripts[each], folder, each), depth)]


def _followed(workspace: Workspace, part: Part, depth: int) -> Iterator[Part]:
    call = None if part.needs_shell or depth > _DEPTH else _call(part.words)
    folder = part.folder if call is None else _folder(workspace, part.folder, call)
    package = workspace.package(folder) if call and folder is not None else None
    if call is None or folder is None or package is None:
        yield part
    elif call.name in package.scripts:
        found = script_of(workspace, call.name, folder, depth + 1)
        yield from found[:-1]
        yield from (replace(last, arguments=(*last.arguments, *call.arguments)) for last in found[-1:])
    elif call.target is not None or part.words[0] in ("npm", "lerna", "turbo"):
        yield part
    else:  # a program of a package: yarn next start
        yield Part(shlex.join((call.name, *call.arguments)), folder, part.script)


def _folder(workspace: Workspace, folder: str, call: _Call) -> str | None:
    if call.target is None:
        return folder
    if call.target_is_folder:
        return posixpath.normpath(posixpath.join(folder, call.target)).removeprefix(".").lstrip("/")
    member = workspace.named(call.target)
    return member.folder if member else None


def _call(words: tuple[str, ...]) -> _Call | None:
    """What a command of a runner runs; None where it is another command."""
    if words[:1] in (("npx",), ("bunx",), ("pnpx",)):
        return _program(words[1:])
    if not words or words[0] not in _RUNNERS:
        return None
    runner, rest, target, is_folder = words[0], list(words[1:]), None, False
    positional: list[str] = []
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        if option in (*_IN_MEMBER, *_IN_FOLDER):
            target, is_folder = (value if equals else rest.pop(0) if rest else None), option in _IN_FOLDER
        elif word == "--":
            continue
        elif word == "workspace" and runner == "yarn" and rest and not positional:
            target = rest.pop(0)
        elif (positional and positional[-1] not in _VERBS) or not word.startswith("-"):
            positional.append(word)
    verb = positional.pop(0) if positional and positional[0] in _VERBS else None
    if not positional or (verb is None and (positional[0] in _INSTALLS or _no_script(runner, positional[0]))):
        return None
    if "/" in positional[0] or re.search(r"\.[cm]?[jt]sx?$", positional[0]):
        return None  # bun run server.ts
    return _Call(positional[0], tuple(positional[1:]), target, is_folder)


def _program(words: tuple[str, ...]) -> _Call | None:
    """Without the options of npx."""
    left = list(words)
    while left and left[0].startswith("-"):
        option = left.pop(0)
        if option in ("-p", "--package") and left:
            left.pop(0)
    return _Call(left[0], tuple(left[1:])) if left else None


def _no_script(runner: str, name: str) -> bool:
    return runner in _OWN_NAMES and name not in _OWN_NAMES[runner]


def _split(text: str) -> list[str]:
    """At `&&` outside of quotes; whole where it has other operators, for they may belong together."""
    plain = _without_quotes(text)
    if re.search(r"\|\||[;`\n(]|(?<!&)&(?!&)|(?<!\|)\|(?!\|)", plain) or "&&" not in plain:
        return [text.strip()]
    ends = [match.span() for match in re.finditer(r"&&", plain)]
    starts = [0, *(end for _, end in ends)]
    return [text[start:end].strip() for start, end in zip(starts, [*(start for start, _ in ends), len(text)], strict=True)]


def _without_quotes(text: str) -> str:
    """The text with what is in quotes blanked, as long as before."""
    return re.sub(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"", lambda match: "_" * len(match[0]), text)
