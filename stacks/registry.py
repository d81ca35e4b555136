"""The repositories of the application's images, once an account and region, shared by the environments there."""

import aws_cdk as cdk

from constructs import Construct
from dockyard.build import repository_name
from dockyard.config import Environment, Project, Reference
from dockyard_constructs import ImageRepository, PublishingRole, PullThroughCache


class RegistryStack(cdk.Stack):
    """A repository for each service whose image is built or copied, the role that pushes to them, and caches of registries.

    It has nothing that differs by environment, and is protected against deletion: it holds what may be running.
    """

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        super().__init__(scope, id, env=env, termination_protection=True, tags={"dockyard:application": project.name})
        publisher = PublishingRole(self, "Publisher", application=project.name)
        every = {name: one for found in project.environments.values() for name, one in found.images.items()}
        for name, one in sorted(every.items()):
            if project.way(one) in ("build", "mirror"):
                ImageRepository(self, name, repository_name=repository_name(project, name), publishers=[publisher.role])
        for registry, rule in project.pull_through.items():
            if not rule.existing:
                PullThroughCache(
                    self,
                    f"Cache-{rule.prefix}",
                    repository_prefix=rule.prefix,
                    upstream_registry=Reference.parse(f"{registry}/any").host,
                    credential_arn=self._secret(rule.secret) if rule.secret else None,
                )

    def _secret(self, name: str) -> str:
        """Its ARN; of a name, without the six characters that Secrets Manager adds, by which it finds the secret as well."""
        if name.startswith("arn:"):
            return name
        return self.format_arn(
            service="secretsmanager", resource="secret", resource_name=name, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
