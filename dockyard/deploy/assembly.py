"""The cloud assembly that synth wrote, as what a deploy needs of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FileAsset:
    """A file that goes to a bucket before the stack is deployed."""

    path: Path
    packaging: str
    """`file` or `zip`."""
    bucket: str
    key: str
    role: str | None


@dataclass(frozen=True)
class StackArtifact:
    """One stack as it should be."""

    name: str
    template: str
    tags: Mapping[str, str]
    parameters: Mapping[str, str]
    termination_protection: bool
    deploy_role: str | None
    execution_role: str | None
    depends_on: tuple[str, ...]
    """Names of the stacks that must be there first."""
    template_asset: tuple[str, str] | None
    """Bucket and key of the template."""
    files: tuple[FileAsset, ...]
    bootstrap_parameter: str | None
    bootstrap_version: int | None

    def parameter_defaults(self) -> Mapping[str, str]:
        """Parameters whose values come from SSM: parameter to the name in SSM."""
        found = json.loads(self.template).get("Parameters", {})
        return {
            name: str(parameter["Default"])
            for name, parameter in found.items()
            if str(parameter.get("Type", "")).startswith("AWS::SSM::Parameter::Value") and "Default" in parameter
        }

    def properties(self, type_name: str, name: str) -> list[str]:
        """This property of the template's resources of this type, where it is plain text."""
        found = (properties.get(name) for properties in self.resources(type_name).values())
        return [value for value in found if isinstance(value, str)]

    def resources(self, type_name: str) -> dict[str, dict[str, Any]]:
        """Logical id to properties of the template's resources of this type."""
        resources = json.loads(self.template)["Resources"].items()
        return {id: resource.get("Properties", {}) for id, resource in resources if resource["Type"] == type_name}


def read_assembly(folder: Path, *, partition: str, account: str, region: str) -> list[StackArtifact]:
    """The stacks in `folder`, each after those that it depends on."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    values = {"${AWS::Partition}": partition, "${AWS::AccountId}": account, "${AWS::Region}": region}
    stacks = {id: artifact for id, artifact in manifest.items() if artifact["type"] == "aws:cloudformation:stack"}
    return list(_ordered({id: _stack(id, artifact, manifest, folder, values) for id, artifact in stacks.items()}))


def _stack(id: str, artifact: dict[str, Any], manifest: dict[str, Any], folder: Path, values: Mapping[str, str]) -> StackArtifact:
    properties = artifact["properties"]
    assets = [manifest[name] for name in artifact.get("dependencies", []) if manifest[name]["type"] == "cdk:asset-manifest"]
    url = properties.get("stackTemplateAssetObjectUrl")
    files = [file for asset in assets for file in _files(folder / asset["properties"]["file"], values)]
    bucket, _, key = _filled(url, values).removeprefix("s3://").partition("/") if url else ("", "", "")
    return StackArtifact(
        name=properties.get("stackName", id),
        template=(folder / properties["templateFile"]).read_text(encoding="utf-8"),
        tags=properties.get("tags", {}),
        parameters=properties.get("parameters", {}),
        termination_protection=bool(properties.get("terminationProtection")),
        deploy_role=_filled(properties["assumeRoleArn"], values) if properties.get("assumeRoleArn") else None,
        execution_role=_filled(properties["cloudFormationExecutionRoleArn"], values)
        if properties.get("cloudFormationExecutionRoleArn")
        else None,
        depends_on=tuple(
            manifest[name]["properties"].get("stackName", name)
            for name in artifact.get("dependencies", [])
            if manifest[name]["type"] == "aws:cloudformation:stack"
        ),
        template_asset=(bucket, key) if url else None,
        files=tuple(files),
        bootstrap_parameter=properties.get("bootstrapStackVersionSsmParameter"),
        bootstrap_version=properties.get("requiresBootstrapStackVersion"),
    )


def _files(manifest: Path, values: Mapping[str, str]) -> Iterator[FileAsset]:
    for entry in json.loads(manifest.read_text(encoding="utf-8")).get("files", {}).values():
        source = entry["source"]
        for destination in entry["destinations"].values():
            yield FileAsset(
                path=manifest.parent / source["path"],
                packaging=source.get("packaging", "file"),
                bucket=_filled(destination["bucketName"], values),
                key=destination["objectKey"],
                role=_filled(destination["assumeRoleArn"], values) if destination.get("assumeRoleArn") else None,
            )


def _filled(text: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def _ordered(stacks: dict[str, StackArtifact]) -> Iterator[StackArtifact]:
    done: set[str] = set()
    waiting = list(stacks.values())
    while waiting:
        ready = [stack for stack in waiting if set(stack.depends_on) <= done]
        yield from ready
        done |= {stack.name for stack in ready}
        waiting = [stack for stack in waiting if stack.name not in done]
