"""What is deployed together: the registry once an account and region; platform and services once an environment."""

import os
from collections.abc import Iterator

import aws_cdk as cdk

from dockyard.build import Bases
from dockyard.config import Environment, Problem, Project, calls, deployed_before
from dockyard.errors import ConfigError
from dockyard_constructs import override
from stacks.limits import size_problem
from stacks.pipeline import PipelineStack
from stacks.platform import PlatformStack
from stacks.preview import PreviewPlatformStack
from stacks.registry import RegistryStack
from stacks.resources import Resources, ResourcesStack
from stacks.service import ServiceStack

__all__ = [
    "Application",
    "PipelineStack",
    "PlatformStack",
    "PreviewPlatformStack",
    "RegistryStack",
    "ResourcesStack",
    "ServiceStack",
    "pipeline",
]


def pipeline(app: cdk.App, project: Project, environment: Environment) -> PipelineStack:
    """`<app>-pipeline`: once an account, in the region of whichever environment it was deployed with. Raises UsageError."""
    return PipelineStack(app, f"{project.name}-pipeline", project=project, environment=environment, env=_where(environment))


class Application:
    """The stacks of one environment: `<app>-registry`, `<app>-<env>-platform` and `<app>-<env>-<service>`.

    Where dockyard.yaml has resources, `<app>-<env>-resources`, too. A preview has those of the environment that it is of, and
    most of its platform.
    """

    def __init__(self, app: cdk.App, project: Project, environment: Environment, bases: Bases) -> None:
        """Make them.

        Raises BuildError where a service's source does not tell how to build it, ConfigError where an override names what
        is not there, or a stack is too large.
        """
        where = _where(environment)
        prefix = f"{project.name}-{environment.name}"
        self.registry = RegistryStack(app, f"{project.name}-registry", project=project, environment=environment, env=where)
        platform = PreviewPlatformStack if environment.settings.preview else PlatformStack
        self.platform = platform(app, f"{prefix}-platform", project=project, environment=environment, env=where)
        self.resources = (
            ResourcesStack(
                app, f"{prefix}-resources", project=project, environment=environment, platform=self.platform, env=where
            )
            if environment.settings.resources and not environment.settings.preview
            else None
        )
        shared = self.resources.shared if self.resources else Resources.of(project, environment)
        self.services = {
            name: ServiceStack(
                app, f"{prefix}-{name}", project=project, environment=environment, name=name, bases=bases,
                registry=self.registry, platform=self.platform, resources=shared, env=where,
            )
            for name in environment.services
        }  # fmt: skip
        called = {name: calls(service) for name, service in environment.services.items()}
        for name, before in deployed_before(called).items():
            for other in before:
                self.services[name].add_stack_dependency(self.services[other])
        if problems := [*_sizes(self, environment), *_override(self, environment)]:
            raise ConfigError(problems)


def _where(environment: Environment) -> cdk.Environment:
    return cdk.Environment(
        account=environment.settings.account or os.environ.get("CDK_DEFAULT_ACCOUNT"),
        region=environment.settings.region or os.environ.get("CDK_DEFAULT_REGION"),
    )


MANY = 20
"""From so many links and topics on it is counted what the stack of a service has, which takes a while."""


def _sizes(made: Application, environment: Environment) -> Iterator[str]:
    """Of the stacks that grow with what is written."""
    for problem in size_problem(made.registry, "split the application in two, each with a dockyard.yaml of its own"):
        yield f"services: {problem}"
    if made.resources:
        own = "make what only one service uses a resource of its own, by a mapping in the links of its service.yaml"
        for problem in size_problem(made.resources, own):
            yield Problem(("resources",), problem).text("dockyard.yaml")
    for name, service in environment.services.items():
        if len(service.links) + len(getattr(service, "topics", ())) > MANY:
            shared = "move some to resources in dockyard.yaml, or split the service in two"
            for problem in size_problem(made.services[name], shared):
                yield Problem(("links",), problem).text(f"services/{name}/service.yaml")


def _override(made: Application, environment: Environment) -> Iterator[str]:
    """Set the properties that `overrides` name; yields what is wrong with them."""
    shared = [made.platform, *([made.resources] if made.resources else [])]
    settings = {name: service.overrides for name, service in environment.services.items()}
    faults = [("dockyard.yaml", fault) for fault in override(environment.settings.overrides, *shared)]
    for name, overrides in settings.items():
        faults += [(f"services/{name}/service.yaml", fault) for fault in override(overrides, made.services[name])]
    for file, (keys, message) in faults:
        yield environment.placed(file, Problem(("overrides", *keys), message)).text(file)
