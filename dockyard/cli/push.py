"""`dockyard push`: images in ECR."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session
from dockyard.deploy.images import bring


def push(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Build and push the images that ECR lacks, side by side. The repositories must be there: `dockyard deploy` makes them."""
    session = Session(project, env)
    with screen.Board() as board:
        images = bring(session.site, session.recipes(services or []), board)
    rows = [
        {"service": image.recipe.service, "repository": image.recipe.repository, "tag": image.recipe.tag, "digest": image.digest}
        for image in images
    ]
    screen.as_json(rows) if json else screen.table(rows)
