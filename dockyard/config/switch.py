"""Settings that are `true`, `false` or a mapping of details."""

from typing import Any

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


def _details(value: Any) -> Any:
    return {} if value is True else None if value is False else value


class Switch(BeforeValidator):
    """`true` is the mapping with all defaults, `false` is none."""

    def __init__(self) -> None:
        super().__init__(_details)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """As the editor has it."""
        made = handler(schema)
        return {**made, "anyOf": [{"type": "boolean"}, *made.get("anyOf", [])]}
