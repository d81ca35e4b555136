"""Where it is kept what a deploy or push left (`dockyard.deploy.standing`)."""

import re
from pathlib import Path

from dockyard.defaults import FOLDER

DEPLOYS, PUSHES = "deploys", "pushes"


def standing_file(root: Path, what: str, environment: str | None) -> Path | None:
    """None for what can be no environment's name.

    :param environment: as the user named it.
    """
    name = "" if environment is None else environment
    return root / FOLDER / "standing" / what / f"{name}.json" if re.fullmatch(r"[A-Za-z0-9-]*", name) else None
