"""The files of a new project: the CDK app that is Dockyard's own, and what its users write from there on."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dockyard import __version__
from dockyard.config.model import AppName
from dockyard.defaults import PROJECT_FILE
from dockyard.scaffold.listed import APP, AROUND, LOCK, NODE, SAMPLE

_REQUIREMENTS = "requirements.txt"
_IGNORED = ("/.dockyard/", "/cdk.out/", "/.venv", "node_modules")
"""What git is to ignore."""
_PACKED = Path(__file__).parent / "files"
"""Where a wheel has them (tools/wheel.py)."""
_SETTINGS = """\
# What services share. Wrong keys and values are told before anything happens.
name: "{name}"
environments:
  dev: {{}}  # the account and region of the credentials; else {{account: "123456789012", region: eu-west-1}}
"""


def files(name: str) -> dict[str, bytes]:
    """Path of each file of a new project of this name to what is in it."""
    return {PROJECT_FILE: _SETTINGS.format(name=name).encode(), **around(), **_read(SAMPLE)}


def around() -> dict[str, bytes]:
    """The same without what its users write."""
    return {_REQUIREMENTS: f"{requirement()}\n".encode(), **_read(AROUND)}


def _read(patterns: Iterable[str]) -> dict[str, bytes]:
    source = _PACKED if _PACKED.is_dir() else Path(__file__).parents[2]
    return {path.relative_to(source).as_posix(): path.read_bytes() for one in patterns for path in sorted(source.glob(one))}


def goes_with(path: str) -> str:
    """The file without which this one would be of no use; itself for most."""
    return NODE if path == LOCK else path


def lacking(path: str, text: str) -> str | None:
    """What a project needs of this file, and it has not; None where that is nothing."""
    if path == _REQUIREMENTS and requirement() not in text:
        named = re.search(r"^dockyard(?![\w-]).*", text, re.MULTILINE)
        return f"{requirement()} and has {named[0].strip()}" if named else requirement()
    if path == NODE and (wanted := _cdk_cli()) not in text:
        return f"the CDK CLI that is pinned here: npm install --save-dev --save-exact aws-cdk@{wanted}"
    if path == ".gitignore":
        there = {line.strip().strip("/") for line in text.splitlines()}
        return " ".join(line for line in _IGNORED if line.strip("/") not in there) or None
    return None


def is_of_this_machine() -> bool:
    """Whether the requirement names a place of this machine, which is none for colleagues and pipelines."""
    return "file:" in requirement()


def is_of_app(path: str) -> bool:
    """Whether a file is one of the CDK app's, and no other's."""
    return path.split("/", maxsplit=1)[0] in APP


def application_name(folder: str) -> str:
    """The name of an application that follows from its folder's. Raises ValueError where none does, with what it should be."""
    return checked(re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-"))


def checked(name: str) -> str:
    """This name of an application. Raises ValueError where it cannot be one, with what it should be."""
    try:
        return str(TypeAdapter(AppName).validate_python(name))
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _cdk_cli() -> str:
    return str(json.loads(around()[NODE])["dependencies"]["aws-cdk"])


def requirement() -> str:
    """What pip installs this Dockyard by, as it was installed here.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    told = None
    with suppress(PackageNotFoundError):
        told = distribution("dockyard").read_text("direct_url.json")
    where: Mapping[str, Any] = json.loads(told or "{}")
    if not where:
        return f"dockyard[local]=={__version__}"
    if git := where.get("vcs_info"):
        return f"dockyard[local] @ {git['vcs']}+{where['url']}@{git['commit_id']}"
    return f"dockyard[local] @ {where['url']}"
