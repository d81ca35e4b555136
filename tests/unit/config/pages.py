"""Writes docs/service_yaml.md and docs/dockyard_yaml.md from the JSON Schemas: python -m tests.unit.config.pages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockyard.config.docstrings import Described
from dockyard.config.project import ProjectFile
from dockyard.config.schema import schemas

DOCS = Path(__file__).parents[3] / "docs"
_TYPES = {"string": "text", "boolean": "`true`, `false`", "integer": "a whole number", "number": "a number", "object": "a map"}
_SERVICE = """# service.yaml, key by key

Made from the models that read the file. A service has one `kind`; its keys are those of all kinds and its own. Wrong keys and values
are told before anything happens, all at once. `schemas/service.schema.json` lets an editor complete and check them.
"""
_PROJECT = """# dockyard.yaml, key by key

Made from the models that read the file. `schemas/dockyard.schema.json` lets an editor complete and check them. Each environment may
have the keys of the file for itself, but for `name`, `environments`, `base_images`, `pull_through` and `pipeline`: maps merge, lists and
scalars replace, and null takes a key away.
"""


def pages() -> dict[str, str]:
    """Name of each page to its text."""
    project = ProjectFile.model_json_schema(by_alias=True, mode="validation", schema_generator=Described)  # nothing in it twice
    return {"service_yaml.md": _service_page(schemas()["service.schema.json"]), "dockyard_yaml.md": _project_page(project)}


def _service_page(schema: dict[str, Any]) -> str:
    models = schema["$defs"]
    named = sorted(schema["discriminator"]["mapping"].items(), key=lambda one: one[0] != "web")
    kinds = {name: models[where.rsplit("/", 1)[-1]] for name, where in named}
    first, *others = kinds.values()
    common = [
        key
        for key, part in first["properties"].items()
        if key != "kind" and all(one["properties"].get(key) == part for one in others)
    ]
    common += ["environments"]
    parts = [_SERVICE, "## All kinds", "", _table({key: first["properties"][key] for key in common}, first, models)]
    for name, kind in kinds.items():
        own = {key: part for key, part in kind["properties"].items() if key not in (*common, "kind")}
        parts += ["", f"## kind: {name}", "", f"{_line(kind['description'])}", *(["", _table(own, kind, models)] if own else [])]
    shown = [first["properties"][key] for key in common if key != "environments"]
    shown += [part for kind in kinds.values() for key, part in kind["properties"].items() if key not in ("environments", "kind")]
    return "\n".join([*parts, *_sections(shown, models)]) + "\n"


def _project_page(schema: dict[str, Any]) -> str:
    models = dict(schema["$defs"])
    settings = models["EnvironmentSettings"]
    own = {key: part for key, part in settings["properties"].items() if key not in schema["properties"]}
    models["EnvironmentSettings"] = {**settings, "properties": own}
    parts = [_PROJECT, _table(schema["properties"], schema, models), *_sections(list(schema["properties"].values()), models)]
    return "\n".join(parts) + "\n"


def _sections(shown: list[Any], models: dict[str, Any]) -> Iterator[str]:
    """A table for each model that is named, in the order in which they are."""
    named, done = list(_references(shown)), list[str]()
    while named:
        name = named.pop(0)
        if name not in done:
            done.append(name)
            model = models[name]
            yield from ("", f"## {_title(name)}", "", _line(model.get("description", "")), "")
            yield _table(model.get("properties", {}), model, models)
            named += _references(list(model.get("properties", {}).values()))


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _references(one)
    elif isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rsplit("/", 1)[-1]
        yield from _references([value for key, value in part.items() if key not in ("default", "discriminator")])


def _table(keys: dict[str, Any], model: dict[str, Any], models: dict[str, Any]) -> str:
    rows = [
        f"| `{key}` | {_takes(_without_null(part))} | {_default(key, part, model)} | {_line(part.get('description', '')) or _of(part, models)} |"
        for key, part in keys.items()
    ]
    return "\n".join(["| Key | Takes | Default | What it is |", "|---|---|---|---|", *rows])


def _of(part: dict[str, Any], models: dict[str, Any]) -> str:
    return next((_line(models[name].get("description", "")) for name in _references(part)), "")


def _without_null(part: dict[str, Any]) -> dict[str, Any]:
    several = next((key for key in ("anyOf", "oneOf") if key in part), None)
    return {**part, several: [one for one in part[several] if one.get("type") != "null"]} if several else part


def _takes(part: dict[str, Any]) -> str:
    if "$ref" in part:
        name = _title(part["$ref"].rsplit("/", 1)[-1])
        return f"[{name}](#{name.lower().replace(' ', '-')})"
    for several in ("anyOf", "oneOf"):
        if several in part:
            branches = ({**({"unit": part["unit"]} if "unit" in part else {}), **_without_null(one)} for one in part[several])
            return " or ".join(dict.fromkeys(_takes(one) for one in branches if one.get("type") != "null"))
    if "const" in part:
        return f"`{_yaml(part['const'])}`"
    if "enum" in part:
        return ", ".join(f"`{_yaml(one)}`" for one in part["enum"])
    type = part.get("type", "object")
    if isinstance(type, list):
        type = next(one for one in type if one != "null")
    if type == "array":
        return f"a list of {_takes(part.get('items', {'type': 'string'}))}"
    if type == "object":
        inner = part.get("additionalProperties")
        named = isinstance(inner, dict) and "properties" not in inner
        values = _takes(inner) if named and isinstance(inner, dict) else ""
        return f"a map to {f'({values})' if ' or ' in values else values}" if values else "a map"
    if "minimum" in part:
        unit = f" {part['unit']}" if part.get("unit") else ""
        return f"{part['minimum']:,} to {part['maximum']:,}{unit}"
    return _TYPES[type]


def _default(key: str, part: dict[str, Any], model: dict[str, Any]) -> str:
    if key in model.get("required", ()):
        return "needed"
    value = part.get("default")
    return "" if value is None or value == [] or isinstance(value, dict) else f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    return value if value and isinstance(value, str) else json.dumps(value)


def _title(name: str) -> str:
    """`WebAlarms` as words: Web alarms."""
    return "".join(f" {letter.lower()}" if letter.isupper() and at else letter for at, letter in enumerate(name))


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text)
