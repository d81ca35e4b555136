"""Files of variables, one a line: what is known as dotenv.

`NAME=value`, with `export` before it or not. A value without quotes ends at ` #`; one in single quotes is taken as it is; in
double quotes `\\n`, `\\r`, `\\t`, `\\"`, `\\\\` and `\\$` mean what they do in a shell, and it may go on over several lines.
Nothing is filled in: `$HOME` and `${HOME}` are these characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*")
_NOTHING = re.compile(r"[ \t]*(#[^\n]*)?(\n|$)")
_QUOTED = (re.compile(r"'([^']*)'"), re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL))
_PLAIN = re.compile(r"[^\n]*")
_COMMENT = re.compile(r"(^|[ \t]+)#.*")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


class EnvFileError(ValueError):
    """Text that is no such file; says in which line, and nothing of the values."""


@dataclass(frozen=True)
class Variable:
    """One variable, and the line that it begins in."""

    name: str
    value: str
    line: int


def parse(text: str) -> tuple[Variable, ...]:
    """The variables, in order. Raises EnvFileError."""
    found: dict[str, Variable] = {}
    for variable in _variables(text.removeprefix("\ufeff").replace("\r\n", "\n")):
        if earlier := found.get(variable.name):
            raise EnvFileError(f"line {variable.line}: {variable.name} is in line {earlier.line} as well; keep one of both")
        found[variable.name] = variable
    return tuple(found.values())


def _variables(text: str) -> Iterator[Variable]:
    at = 0
    while at < len(text):
        if nothing := _NOTHING.match(text, at):
            at = nothing.end()
            continue
        line = text.count("\n", 0, at) + 1
        name = _NAME.match(text, at)
        if not name:
            raise EnvFileError(f"line {line}: should be NAME=value, an empty line, or a comment that begins with #")
        value, at = _value(text, name.end(), line)
        if "\0" in value:
            raise EnvFileError(f"line {line}: no variable can hold the character of number 0")
        yield Variable(name[1], value, line)


def _value(text: str, at: int, line: int) -> tuple[str, int]:
    """The value that begins there, and where the next line does."""
    if text[at : at + 1] in ("'", '"'):
        quoted = next((found for pattern in _QUOTED if (found := pattern.match(text, at))), None)
        if not quoted:
            raise EnvFileError(f"line {line}: the quotation mark {text[at]} is not closed")
        rest = _NOTHING.match(text, quoted.end())
        if not rest:
            raise EnvFileError(f"line {line}: should end after the quotation mark {text[at]}, or go on with a comment")
        return (quoted[1] if text[at] == "'" else _unescaped(quoted[1])), rest.end()
    plain = _PLAIN.match(text, at)
    assert plain  # noqa: S101  # it takes anything
    return _COMMENT.sub("", plain[0]).rstrip(), plain.end() + 1


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[0]), text, flags=re.DOTALL)
