"""What CloudFormation needs for each type of resource, as its own schemas say, of which cfn-lint has a copy."""

from collections.abc import Callable, Collection

from dockyard.errors import PrerequisiteError


def permissions_of(region: str) -> Callable[[str], Collection[str]]:
    """A function that tells the actions of a type. Raises PrerequisiteError where cfn-lint is not installed."""
    try:
        from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError  # noqa: PLC0415  # it takes a second
    except ImportError as error:
        raise PrerequisiteError(
            "cfn-lint is not installed, whose schemas tell permissions", hint="run: pip install cfn-lint"
        ) from error

    def found(name: str) -> Collection[str]:
        if name.startswith("Custom::") or name == "AWS::CDK::Metadata":
            return ()
        try:
            handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, name).schema.get("handlers", {})
        except ResourceNotFoundError as error:
            raise PrerequisiteError(
                f"cfn-lint knows no type {name} in {region}", hint="run: pip install --upgrade cfn-lint"
            ) from error
        actions = {action for handler in handlers.values() for action in handler.get("permissions", ())}
        return actions or {f"{name.split('::')[1].lower()}:*"}

    return found
