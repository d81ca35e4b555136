"""Writes dockyard/deploy/diff/create_only.json from cfn-lint's schemas: python -m tests.unit.deploy.diff.create_only."""

import json
from pathlib import Path

import cfnlint

SCHEMAS = Path(cfnlint.__file__).parent / "data/schemas"
TABLE = Path(__file__).parents[4] / "dockyard/deploy/diff/create_only.json"
REGION = "us-east-1"


def table() -> dict:
    """Type to the properties that cannot be changed in place, and to those that sometimes cannot."""
    schemas = {
        type_name: _schema(hash) for type_name, hash in json.loads((SCHEMAS / f"providers/{REGION}.json").read_text()).items()
    }
    return {
        "source": f"schemas of resource types in {REGION}, {json.loads((SCHEMAS / 'version.json').read_text())['schema_date'][:10]}, of cfn-lint",
        "create_only": _listed(schemas, "createOnlyProperties"),
        "sometimes": _listed(schemas, "conditionalCreateOnlyProperties"),
    }


def _schema(name: str) -> dict:
    return json.loads((SCHEMAS / "resources" / f"{name}.json").read_text())


def _listed(schemas: dict, key: str) -> dict[str, list[str]]:
    return {
        type_name: sorted(one.removeprefix("/properties/") for one in schema[key])
        for type_name, schema in sorted(schemas.items())
        if type_name.startswith("AWS::") and schema.get(key)
    }


def written() -> str:
    """A type a line."""
    found = table()
    parts = [f'"source": {json.dumps(found["source"])}']
    for key in ("create_only", "sometimes"):
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(paths)}" for name, paths in found[key].items())
        parts.append(f'"{key}": {{\n{lines}\n}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(written(), encoding="utf-8")
