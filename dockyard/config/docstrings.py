"""What models say of their fields, read from the source where it is wanted: by schemas and by faults, not by each command.

pydantic does it as well (`use_attribute_docstrings`), but for all models while they are imported: a tenth of the time of
a command that has nothing to do.
"""

import ast
import functools
import inspect
import itertools
import sys
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


def description(model: type[BaseModel], key: str) -> str | None:
    """The docstring of the field with this key; None where it has none."""
    field = next((name for name, one in model.model_fields.items() if key == (one.alias or name)), key)
    return next((texts[field] for owner in model.__mro__ if field in (texts := _docstrings(owner))), None)


class Described(GenerateJsonSchema):
    """Schemas in which fields have their docstrings as descriptions."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """As pydantic's own, with descriptions."""
        made = super().model_schema(schema)
        for key, part in made.get("properties", {}).items():
            if text := description(schema["cls"], key):
                part["description"] = text
        return made


@functools.cache
def _docstrings(owner: type) -> dict[str, str]:
    """Of the fields that a class itself has."""
    if not issubclass(owner, BaseModel) or owner is BaseModel:
        return {}
    return {
        first.target.id: inspect.cleandoc(second.value.value)
        for first, second in itertools.pairwise(_classes(owner.__module__)[owner.__name__].body)
        if isinstance(first, ast.AnnAssign)
        and isinstance(first.target, ast.Name)
        and isinstance(second, ast.Expr)
        and isinstance(second.value, ast.Constant)
        and isinstance(second.value.value, str)
    }


@functools.cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: one for one in ast.walk(tree) if isinstance(one, ast.ClassDef)}
