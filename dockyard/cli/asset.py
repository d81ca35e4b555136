"""`dockyard asset`: what the CDK CLI runs for an image that ECR lacks."""

from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.deploy.asset import for_index, in_engine
from dockyard.errors import BuildError, UsageError


def asset(
    service: Service,
    tag: Annotated[str, typer.Argument(help="The tag that synth computed.")],
    env: Environment = None,
    project: Project = None,
    account: Annotated[str | None, typer.Option(help="Account that an index is for.")] = None,
    region: Annotated[str | None, typer.Option(help="Region that an index is for.")] = None,
) -> None:
    """Build one image, or pull the one that is to be copied, and print its local name, and nothing else, to standard output.

    The CDK CLI takes all of standard output as the image's name, and shows standard error only when this fails.
    """
    session = Session(project, env)
    found = [image for image in session.images_to_build([service]) if image.service == service]
    if not found or found[0].tag != tag:
        now = found[0].tag if found else "none: ECS takes the image from a registry itself"
        raise BuildError(
            f"{service} was to be built with tag {tag}, and its sources now give {now}",
            hint="synthesize again: the sources, or what is known of their base images, changed since",
        )
    (image,) = found
    if not image.is_index:
        screen.result(in_engine(image, session.workshop, lambda: session.site.reading))
        return
    if account and (account, region) != (session.aws.account, session.aws.region):
        raise UsageError(
            f"the index of {service} is for account {account} in {region}, and the credentials here are of account "
            f"{session.aws.account}, {session.aws.region}",
            hint=f"set AWS_PROFILE and AWS_REGION, as --profile does not get here; or run first: dockyard push {service}",
        )
    screen.result(for_index(image, session.site))
