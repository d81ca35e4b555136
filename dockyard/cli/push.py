"""`dockyard push`: images in ECR."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session
from dockyard.deploy.images import bring


def push(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Build and push the images that ECR lacks, or copy them from their registries, side by side.

    The repositories must be there: `dockyard deploy` makes them.
    """
    session = Session(project, env)
    with screen.Board() as board:
        images = bring(session.site, session.images(services or []), board)
    rows = [
        {"service": entry.image.service, "repository": entry.image.repository, "tag": entry.image.tag, "digest": entry.digest}
        for entry in images
    ]
    screen.as_json(rows) if json else screen.table(rows)
