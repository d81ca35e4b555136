"""Who may deploy from GitHub Actions: once an account, deployed by hand, and by no workflow."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from constructs import Construct
from dockyard.config import PLAN_ROLE, PREVIEW_ROLE, Environment, Project, role_output
from dockyard.errors import UsageError
from dockyard_constructs import GitHubPipeline


class PipelineStack(cdk.Stack):
    """Roles of the pipeline's environments that are in one account, with an output each.

    It is none of the stacks of `Application`, and deployed with the own credentials, in no role of the bootstrap: whoever could
    deploy it could let anybody in.
    """

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        """Make them for the account of this environment.

        Raises UsageError where dockyard.yaml has no pipeline, or this environment is none of it.
        """
        super().__init__(
            scope, id, env=env, termination_protection=True, tags={"dockyard:application": project.name},
            synthesizer=cdk.CliCredentialsStackSynthesizer(),
        )  # fmt: skip
        pipeline = project.pipeline
        if pipeline is None:
            raise UsageError("dockyard.yaml has no pipeline", hint="add: pipeline: {repository: OWNER/NAME}")
        deployed = [project.environments[name] for name in project.pipeline_environments]
        here = {one.name: one.settings.region or self.region for one in deployed if one.settings.account in (None, env.account)}
        if environment.name not in here:
            raise UsageError(f"pipeline: should deploy to {environment.name}, got {', '.join(project.pipeline_environments)}")
        provider = (
            iam.OidcProviderNative.from_oidc_provider_arn(self, "Provider", pipeline.provider) if pipeline.provider else None
        )
        qualifier = self.node.try_get_context("@aws-cdk/core:bootstrapQualifier") or "hnb659fds"
        first = deployed[0].name in here
        previews = project.previews
        made = GitHubPipeline(
            self,
            "GitHub",
            application=project.name,
            subject=pipeline.subject,
            repository=pipeline.repository_name,
            branch=pipeline.branch,
            environments=here,
            readers=self._readers(deployed, here, qualifier),
            plans=first,
            previews=[here[previews.shared]] if previews and previews.shared in here else (),
            provider=provider,
            qualifier=qualifier,
            session=cdk.Duration.minutes(pipeline.session),
        )
        for name, role in made.roles.items():
            self._tell(role_output(name), role, f"What deploys to {name}")
        if made.plan_role:
            self._tell(PLAN_ROLE, made.plan_role, "What tells in pull requests what a deploy would do")
        if made.preview_role:
            self._tell(PREVIEW_ROLE, made.preview_role, "What deploys and removes previews")

    def _readers(self, deployed: Sequence[Environment], here: Mapping[str, str], qualifier: str) -> dict[str, list[str]]:
        """Environments whose images come from another account or region, to the role there that reads."""
        found = {}
        for before, one in pairwise(deployed):
            account, region = before.settings.account or self.account, before.settings.region or self.region
            if one.name in here and (account, region) != (self.account, here[one.name]):
                name = f"cdk-{qualifier}-lookup-role-{account}-{region}"
                found[one.name] = [
                    self.format_arn(service="iam", region="", account=account, resource="role", resource_name=name)
                ]
        return found

    def _tell(self, id: str, role: iam.IRole, description: str) -> None:
        cdk.CfnOutput(self, id, value=role.role_arn, description=description)
