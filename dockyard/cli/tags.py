"""`dockyard tags`: the tag that each image has, from its content."""

from dockyard.build import Pinned
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session


def tags(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Print each image's repository and tag. Needs neither Docker nor AWS.

    Example: dockyard tags --json
    """
    session = Session(project, env)
    found = session.images(services or [])
    for image in found:
        for caution in image.cautions if isinstance(image, Pinned) else ():
            screen.warn(f"{image.service}: {caution}")
    rows = [{"service": image.service, "repository": image.repository, "tag": image.tag} for image in found]
    screen.as_json(rows) if json else screen.table(rows)
