"""The programs that commands start."""

import os
from collections.abc import Mapping
from pathlib import Path

from dockyard.cli.root import tools_of
from dockyard.doors.docker_context import of_context
from dockyard.doors.process import Processes


def processes_of(root: Path, variables: Mapping[str, str]) -> Processes:
    """What starts programs; those of the project's set-up first."""
    path = os.pathsep.join([*tools_of(root), variables.get("PATH", os.defpath)])
    engine = of_context(variables)
    os.environ.update(engine)  # the local AWS is to use the same
    return Processes({**variables, **engine, "PATH": path})
