"""`dockyard tags`: the tag that each image has, from its content."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session


def tags(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Print each image's repository and tag. Needs neither Docker nor AWS.

    Example: dockyard tags --json
    """
    session = Session(project, env)
    rows = [
        {"service": found.service, "repository": found.repository, "tag": found.tag} for found in session.images(services or [])
    ]
    screen.as_json(rows) if json else screen.table(rows)
