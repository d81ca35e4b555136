"""What a preview has of its own beside its services."""

import aws_cdk as cdk
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_servicediscovery as servicediscovery

from constructs import Construct
from dockyard.config import Environment, Project
from stacks.domains import host_zones, zone
from stacks.platform import Platform, published


class PreviewPlatformStack(Platform):
    """The platform of the environment that a preview is of, with names that are the preview's own.

    Endpoints of its backends have the same names as those there, so they are in a namespace of their own, which costs nothing.
    """

    def __init__(self, scope: Construct, id: str, *, project: Project, environment: Environment, env: cdk.Environment) -> None:
        super().__init__(scope, id, project=project, environment=environment, env=env)
        self._shared = f"/{project.name}/{environment.shared}/platform"
        namespace = servicediscovery.HttpNamespace(self, "Namespace", name=f"{project.name}-{environment.name}")
        self.publish("namespace", namespace.namespace_arn)
        for host, (domain, hosted_zone, entrance) in host_zones(environment).items():
            route53.CnameRecord(
                self,
                f"Record-{host}",
                zone=zone(self, f"Zone-{host}", domain, hosted_zone),
                record_name=f"{host}.",
                domain_name=self.parameter(self, f"{'internal-' if entrance == 'internal' else ''}load-balancer-dns-name"),
                ttl=cdk.Duration.minutes(1),
            )

    def parameter(self, scope: Construct, name: str) -> str:
        """In another stack: the value that this stack published under that name, else that of the environment that it is of."""
        return published(scope, self._prefix if name == "namespace" else self._shared, name)
