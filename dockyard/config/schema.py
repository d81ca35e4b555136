"""JSON Schemas of the project's files, for editors: written to `schemas/` by `python -m dockyard.config.schema`."""

import json
import sys
from pathlib import Path
from typing import Any

from dockyard.config.project import ProjectFile
from dockyard.config.service import NOT_BY_ENVIRONMENT, Web

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name to schema."""
    project = ProjectFile.model_json_schema(by_alias=True, mode="validation")
    service = Web.model_json_schema(by_alias=True, mode="validation")
    override = {name: part for name, part in service["properties"].items() if name not in NOT_BY_ENVIRONMENT}
    service["properties"]["environments"] = {
        "type": "object",
        "description": "What differs by environment: maps merge, lists and scalars replace, null takes a key away.",
        "additionalProperties": {"type": ["object", "null"], "properties": override, "additionalProperties": False},
    }
    for part in (project["$defs"]["EnvironmentSettings"],):
        part["type"] = ["object", "null"]
    return {
        "dockyard.schema.json": {"$schema": DRAFT, **project},
        "service.schema.json": {"$schema": DRAFT, **service},
    }


def write(folder: Path) -> None:
    """Write them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
