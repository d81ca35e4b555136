"""`dockyard mirror`: copies in ECR of images that services take from other registries."""

from dockyard.build import Mirrored
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session
from dockyard.deploy.bringing import bring
from dockyard.errors import UsageError


def mirror(services: Services = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Copy the images that services take from other registries into ECR, as far as it lacks them; layers come and go as streams.

    `dockyard deploy` and `push` do so by themselves. The repositories must be there: `dockyard deploy` makes them.

    Example: dockyard mirror proxy
    """
    session = Session(project, env)
    wanted = [image for image in session.images(services or []) if isinstance(image, Mirrored)]
    if left := set(services or []) - {image.service for image in wanted}:
        raise UsageError(f"nothing to copy for {', '.join(sorted(left))}: it is built, comes by a cache, or stays where it is")
    with screen.Board() as board:
        copied = bring(session.site, list(wanted), board)
    rows = [
        {"service": image.service, "from": image.source, "repository": image.repository, "tag": image.tag, "digest": entry.digest}
        for image, entry in zip(wanted, copied, strict=True)
    ]
    screen.as_json(rows) if json else screen.table(rows)
