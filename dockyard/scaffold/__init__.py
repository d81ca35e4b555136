"""The files of a new project: the CDK app that is Dockyard's own, and what its users write from there on."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dockyard import __version__
from dockyard.config.model import AppName
from dockyard.defaults import PROJECT_FILE

APP = ("app.py", "cdk.json", "stacks")
"""The CDK app. A newer Dockyard may have another; who changed theirs merges."""
SAMPLE = "services/hello-python"
_REQUIREMENTS = "requirements.txt"
_IGNORED = ("/.dockyard/", "/cdk.out/", "/.venv", "node_modules")
"""What git is to ignore."""
_AS_THEY_ARE = (*APP, "package.json", "package-lock.json", ".gitignore", SAMPLE)
_PACKED = Path(__file__).parent / "files"
"""Where a wheel has them (tools/wheel.py)."""
_SETTINGS = """\
# What services share. Wrong keys and values are told before anything happens.
name: {name}
environments:
  dev: {{}}  # the account and region of the credentials; else {{account: "123456789012", region: eu-west-1}}
"""


def files(name: str) -> dict[str, bytes]:
    """Path of each file of a new project of this name to what is in it."""
    source = _PACKED if _PACKED.is_dir() else Path(__file__).parents[2]
    found = {path.relative_to(source).as_posix(): path.read_bytes() for top in _AS_THEY_ARE for path in _files(source / top)}
    return {PROJECT_FILE: _SETTINGS.format(name=name).encode(), _REQUIREMENTS: f"{requirement()}\n".encode(), **found}


def around() -> dict[str, bytes]:
    """The same without what its users write."""
    return {path: text for path, text in files("any").items() if path != PROJECT_FILE and not path.startswith(SAMPLE)}


def lacking(path: str, text: str) -> str | None:
    """What a project needs of this file, and it has not; None where that is nothing."""
    if path == _REQUIREMENTS and not re.search(r"^dockyard(?![\w-])", text, re.MULTILINE):
        return requirement()
    if path == "package.json" and '"aws-cdk"' not in text:
        return f"the CDK CLI: npm install --save-dev aws-cdk@{_cdk_cli()}"
    if path == ".gitignore" and (lines := [line for line in _IGNORED if line not in text.split()]):
        return " ".join(lines)
    return None


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
    return str(json.loads(files("any")["package.json"])["dependencies"]["aws-cdk"])


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


def _files(top: Path) -> Iterator[Path]:
    if top.is_file():
        yield top
    for path in sorted(top.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
