"""`dockyard diagram`: a picture of what is deployed."""

from pathlib import Path
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project
from dockyard.cli.session import Session
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.diagram import diagram as made
from dockyard.operate.drawing import svg
from dockyard.operate.look import Lookout

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        show_default=False,
        help="File to write: an SVG or a PNG, by how its name ends. Default: <application>-<environment>.svg.",
    ),
]


def diagram(env: Environment = None, project: Project = None, output: Output = None) -> None:
    """Draw what is deployed, as SVG or PNG: services with their tasks and versions, what leads to them, and what they use.

    Services that are not well have a red edge.

    Example: dockyard diagram --output shop.svg
    """
    if output and output.suffix.lower() not in (".svg", ".png"):
        raise UsageError(f"--output should end with .svg or .png, got {output}")
    session = Session(project, env)
    environment = session.environment
    statuses = Lookout(session.site).look(sorted(environment.services))
    title = f"{session.project.name} in {environment.name} (account {session.aws.account}, {session.aws.region})"
    drawn = made(title, environment, statuses)
    if not drawn.columns:
        raise DockyardError(f"nothing is deployed to {environment.name}", hint=f"run: dockyard deploy --env {environment.name}")
    file = output or Path(f"{session.site.cluster}.svg")
    picture = svg(drawn)
    if file.suffix.lower() == ".png":
        from dockyard.operate.png import png  # noqa: PLC0415  # a library that nothing else needs

        file.write_bytes(png(picture))
    else:
        file.write_text(picture, encoding="utf-8")
    screen.result(str(file))
