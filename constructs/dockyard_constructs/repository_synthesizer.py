"""A stack synthesizer whose images go to a repository of the application's own."""

import aws_cdk as cdk
from aws_cdk import cloud_assembly_schema as schema

BOOTSTRAP_VERSION = 6
"""The oldest bootstrap stack that the default synthesizer deploys with."""


class RepositorySynthesizer(cdk.DefaultStackSynthesizer):
    """The default synthesizer, but images go to `repository_name`, once the stack that makes it is deployed.

    Without that order a first deploy fails: the CDK CLI looks for the repository before its stack is there. File assets,
    nested stacks, large templates and the bootstrap's roles stay as the default has them.

    Give it to one stack, call `bind(stack)` after the stack was made, and add images with `ExecutableImage`: the object
    at `stack.synthesizer` is a copy that CDK made, which Python cannot reach.
    """

    def __init__(
        self,
        *,
        registry: cdk.Stack,
        repository_name: str,
        publishing_role_arn: str | None = None,
        qualifier: str | None = None,
    ) -> None:
        """Say where images go.

        :param registry: the stack that makes the repository, in the same account and region.
        :param repository_name: the repository.
        :param publishing_role_arn: role to push with; may hold `${AWS::Partition}`, `${AWS::AccountId}` and
            `${AWS::Region}`. Default: the bootstrap's image-publishing role, which must then be allowed to push there.
        :param qualifier: qualifier of the bootstrap. Default: the one in `cdk.json`, else `hnb659fds`.
        """
        super().__init__(
            image_assets_repository_name=repository_name,
            image_asset_publishing_role_arn=publishing_role_arn,
            qualifier=qualifier,
        )
        self._registry = registry

    def synthesize(self, session: cdk.ISynthesisSession) -> None:
        """Write the stack as the default does, then let its assets wait for the registry stack."""
        super().synthesize(session)
        id = self._bound_stack.artifact_id
        session.assembly.add_artifact(
            f"{id}.assets",
            type=schema.ArtifactType.ASSET_MANIFEST,
            properties=schema.AssetManifestProperties(
                file=f"{id}.assets.json",
                requires_bootstrap_stack_version=BOOTSTRAP_VERSION,
                bootstrap_stack_version_ssm_parameter=f"/cdk-bootstrap/{self.bootstrap_qualifier}/version",
            ),
            dependencies=[self._registry.artifact_id],
        )
