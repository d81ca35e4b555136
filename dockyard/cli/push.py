"""`dockyard push`: images in ECR."""

from dockyard.build.builder import JOBS, Options
from dockyard.build.command import ENGINE
from dockyard.build.plan import Planned
from dockyard.cli import screen
from dockyard.cli.arguments import Builder, Environment, Jobs, Json, NoCache, Platforms, Project, Services
from dockyard.cli.session import Session
from dockyard.deploy.images import bring


def push(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    platform: Platforms = None,
    jobs: Jobs = JOBS,
    no_cache: NoCache = False,
    builder: Builder = ENGINE,
    json: Json = False,
) -> None:
    """Build and push the images that ECR lacks, or copy them from their registries, side by side.

    The repositories must be there: `dockyard deploy` makes them.
    """
    session = Session(project, env, options=Options(jobs, no_cache, builder))
    with screen.Board() as board:
        images = bring(session.site, session.images(services or [], platform), board)
    rows = [_row(image) for image in images]
    screen.as_json(rows) if json else screen.table(rows)


def _row(image: Planned) -> dict[str, object]:
    """Layers are told where they were pushed now, and by the engine: another builder does not tell."""
    wanted, layers = image.image, image.layers
    return {
        "service": wanted.service,
        "repository": wanted.repository,
        "tag": wanted.tag,
        "digest": image.digest,
        "layers_pushed": layers and layers.pushed,
        "layers_reused": layers and layers.reused,
    }
