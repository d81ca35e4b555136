"""JSON Schemas of the project's files, for editors: written to `schemas/` by `python -m dockyard.config.schema`."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from dockyard.config.docstrings import Described
from dockyard.config.project import ProjectFile
from dockyard.config.service import KINDS, NOT_BY_ENVIRONMENT, AnyService

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name to schema."""
    project = ProjectFile.model_json_schema(by_alias=True, mode="validation", schema_generator=Described)
    service = TypeAdapter(AnyService).json_schema(by_alias=True, mode="validation", schema_generator=Described)
    for kind in KINDS.values():
        _add_environments(service["$defs"][kind.__name__], service["$defs"])
    environment = _override(project["$defs"]["EnvironmentSettings"], project["$defs"])
    project["$defs"]["EnvironmentSettings"] = {**environment, "type": ["object", "null"]}
    return {
        "dockyard.schema.json": {"$schema": DRAFT, **project},
        "service.schema.json": {"$schema": DRAFT, **service},
    }


def _add_environments(kind: dict[str, Any], models: dict[str, Any]) -> None:
    """The key `environments` in the schema of a kind."""
    override = _override(kind, models)["properties"]
    override = {name: part for name, part in override.items() if name not in NOT_BY_ENVIRONMENT}
    kind["properties"]["environments"] = {
        "type": "object",
        "description": "What differs there: maps merge, lists and scalars replace, null takes a key away if it is there.",
        "additionalProperties": {"type": ["object", "null"], "properties": override, "additionalProperties": False},
    }


def _override(part: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    """What an environment may write there: every key may be missing, or null."""
    if reference := part.get("$ref"):
        part = {**models[reference.rsplit("/", 1)[-1]], **part}
    part = {key: value for key, value in part.items() if key not in ("$ref", "required", "default")}
    for several in {"anyOf", "oneOf"} & part.keys():
        part[several] = [_override(one, models) for one in part[several]]
    if "properties" in part:
        part["properties"] = {name: _or_null(_override(one, models)) for name, one in part["properties"].items()}
    if isinstance(part.get("additionalProperties"), dict):
        part["additionalProperties"] = _or_null(_override(part["additionalProperties"], models))
    return part


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [part, {"type": "null"}]}


def write(folder: Path) -> None:
    """Write them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
