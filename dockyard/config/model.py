"""What every model of the project's files has in common."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema


class Model(BaseModel):
    """A part of a file: unknown keys are refused, values do not change after they were read."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def number(low: int | float, high: int | float, unit: str = "") -> Any:
    """A field with bounds and a unit, which the error text names: "should be 5 to 300 (seconds)"."""
    return Field(ge=low, le=high, strict=True, json_schema_extra={"unit": unit})


def words(should_be: str, pattern: str) -> AfterValidator:
    """A check that the whole text matches `pattern`; its error says what the text `should_be`."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f'should be {should_be}, got "{value}"')
        return value

    return AfterValidator(check)


def _name(longest: int) -> AfterValidator:
    return words(
        f"1 to {longest} lower-case letters, digits and single hyphens, a letter first",
        rf"(?=.{{1,{longest}}}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    )


def _not_kept_by_aws(value: str) -> str:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html."""
    if value.startswith(("aws", "ssm")):
        raise ValueError(f'should not begin with aws or ssm: SSM takes no parameters below such a name, got "{value}"')
    return value


VariableName = Annotated[str, words("a variable's name of letters, digits and _, no digit first", r"[A-Za-z_][A-Za-z0-9_]*")]
"""Name of an environment variable."""
Value = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""Text that is taken as it is written (`dockyard.config.yaml`)."""

# Names of AWS resources are made of these; the tightest is a role's, 64 characters with account and region in it.
AppName = Annotated[str, _name(20), AfterValidator(_not_kept_by_aws)]
EnvironmentName = Annotated[str, _name(11)]
ServiceName = Annotated[str, _name(30)]
LinkName = Annotated[str, _name(30)]
"""Name of a resource that services are linked with."""
