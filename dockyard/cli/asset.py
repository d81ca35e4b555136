"""`dockyard asset`: what the CDK CLI runs for an image that ECR lacks."""

from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.deploy.asset import in_engine
from dockyard.errors import BuildError


def asset(
    service: Service,
    tag: Annotated[str, typer.Argument(help="The tag that synth computed.")],
    env: Environment = None,
    project: Project = None,
) -> None:
    """Build one image, or pull the one that is to be copied, and print its local name, and nothing else, to standard output.

    The CDK CLI takes all of standard output as the image's name, and shows standard error only when this fails.
    """
    session = Session(project, env)
    found = session.images([service])
    if not found or found[0].tag != tag:
        now = found[0].tag if found else "none: ECS takes the image from a registry itself"
        raise BuildError(
            f"{service} was to be built with tag {tag}, and its sources now give {now}",
            hint="synthesize again: the sources, or what is known of their base images, changed since",
        )
    screen.result(in_engine(session.site, found[0]))
