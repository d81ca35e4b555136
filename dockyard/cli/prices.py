"""`dockyard prices`: the tables by which plans tell costs, brought up to date."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from dockyard.capacity.cost import prices as current
from dockyard.capacity.price_list import EC2, ECS, TYPES, filters, refreshed, text
from dockyard.cli import screen
from dockyard.config.region import supported_region
from dockyard.errors import UsageError

Region = Annotated[
    str | None, typer.Option(metavar="REGION", help="Whose prices. Default: those that are there, at first us-east-1's.")
]


def prices(region: Region = None) -> None:
    """Ask AWS for list prices of servers and of Fargate, and keep them with Dockyard for `dockyard plan`.

    It needs the right pricing:GetProducts, in whatever account, and may write where Dockyard is installed.

    Example: dockyard prices --region eu-central-1
    """
    from dockyard.doors.aws import Aws  # noqa: PLC0415  # boto3 takes a while to import
    from dockyard.doors.files import put  # noqa: PLC0415
    from dockyard.doors.price_list import REGION, products  # noqa: PLC0415

    try:
        where = supported_region(region or current()["region"])
    except ValueError as error:
        raise UsageError(f"--region {error}") from error
    aws = Aws(region=REGION)
    screen.say(f"asking AWS's price list for {where}")
    found = refreshed(where, *(products(aws, service, filters(service, where)) for service in (EC2, ECS)))
    for name, content in found.tables.items():
        put(Path(str(resources.files("dockyard.capacity") / name)), text(content))
    for name in found.unpriced:
        screen.warn(f"{name}: has no price in {where}, so it is left out of the table")
    screen.say(f"{len(found.tables[TYPES]['types'])} instance types and Fargate have the prices of {where}")
