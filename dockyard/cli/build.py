"""`dockyard build`: images in the local engine."""

from dockyard.build.builder import local_name
from dockyard.build.plan import build_all
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session


def build(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Build the images of services, side by side; what the engine has is not built again."""
    session = Session(project, env)
    recipes = session.recipes(services or [])
    with screen.Board() as board:
        build_all(recipes, session.workshop, board)
    rows = [{"service": found.service, "image": local_name(found)} for found in recipes]
    screen.as_json(rows) if json else screen.table(rows)
