"""The variables of a service: those of its `env_file`, then those of `env`; secrets go before both."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dockyard.config.env_file import EnvFileError, Variable, parse
from dockyard.config.likely_secret import looks_secret
from dockyard.config.problems import Problem


@dataclass(frozen=True)
class EnvFile:
    """A file of variables: its name in the project, and what is in it."""

    name: str
    variables: tuple[Variable, ...]


def env_file_path(root: Path, service: str, raw: Mapping[str, Any]) -> Path | None:
    """Where the file is; None where none is named, or the name is refused by the model."""
    named = raw.get("env_file")
    if not isinstance(named, str) or named.startswith(("/", "~")):
        return None
    return Path(os.path.normpath(root / "services" / service / named))


def env_file_problems(root: Path, service: str, raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Why the file that is named cannot be read."""
    path = env_file_path(root, service, raw)
    if path is None:
        return
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        yield Problem(("env_file",), f"should be inside {root}, got {raw['env_file']}")
    elif os.path.isdir(path):  # noqa: PTH112  # Path's own raises for names that no file can have
        yield Problem(("env_file",), "should be a file, got a folder")
    elif not os.path.isfile(path):  # noqa: PTH113  # as above
        yield Problem(("env_file",), f"no file at {path}")


def read_env_file(root: Path, path: Path, own: Mapping[str, str] = MappingProxyType({})) -> EnvFile:
    """What is in it. Raises ValueError with the file and the line.

    :param own: variables that it may not have, and why.
    """
    name = os.path.relpath(path, root)
    try:
        found = parse(path.read_text(encoding="utf-8"))
    except EnvFileError as error:
        raise ValueError(f"{name}: {error}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: should be UTF-8 text ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise ValueError(f"{name}: should be a file that can be read, got: {(error.strerror or str(error)).lower()}") from None
    for variable in found:
        if reason := own.get(variable.name):
            raise ValueError(f"{name}: line {variable.line}: {variable.name} {reason}")
    return EnvFile(name, found)


def merged_env(file: EnvFile | None, env: Mapping[str, str], secrets: Mapping[str, Any]) -> dict[str, str]:
    """What the container gets as plain text."""
    below = {one.name: one.value for one in file.variables if one.name not in secrets} if file else {}
    return {**below, **env}


def env_cautions(service: str, file: EnvFile | None, env: Mapping[str, str], secrets: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each variable that should rather be a secret; never with its value."""
    for name, value in env.items():
        if looks_secret(name, value):
            yield f"env.{name} {_advice(name, service)}"
    for one in file.variables if file else ():
        if one.name not in {*env, *secrets} and looks_secret(one.name, one.value):
            yield f"{file.name}, line {one.line}: {one.name} {_advice(one.name, service)}"  # type: ignore[union-attr]  # it is there


def _advice(name: str, service: str) -> str:
    return f"looks like a secret, and would be in the template; run: dockyard secrets set {name} {service}"
