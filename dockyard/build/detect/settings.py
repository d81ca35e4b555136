"""Files of settings, as their own formats have them."""

import configparser
from collections.abc import Mapping
from typing import Any

from dockyard.build.detect.app import App
from dockyard.errors import BuildError

_TOP = "\0top"
"""Name of the section of an INI file before the first that has one."""


def settings_of(app: App, file: str) -> Mapping[str, Any]:
    """A file of YAML, JSON, TOML or INI, by its suffix; empty where it is damaged: what reads it says so."""
    if file.endswith((".yaml", ".yml")):
        return yaml_of(app, file)
    if file.endswith(".ini"):
        return _ini_of(app, file)
    try:
        return app.manifest(file).content
    except BuildError:
        return {}


def yaml_of(app: App, file: str) -> dict[str, Any]:
    """A YAML file; empty where it is damaged."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # it takes time to import, and most apps have no such file
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        found = YAML(typ="safe", pure=True).load(app.source(file))
    except (YAMLError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _ini_of(app: App, file: str) -> Mapping[str, Any]:
    parser = configparser.ConfigParser(
        default_section="\0", inline_comment_prefixes=("#", ";"), strict=False, interpolation=None, allow_no_value=True
    )
    try:
        parser.read_string(f"[{_TOP}]\n{app.source(file)}")
    except configparser.Error:
        return {}
    return {**parser[_TOP], **{name: dict(parser[name]) for name in parser.sections() if name != _TOP}}
