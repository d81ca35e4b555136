"""Which project a command is about."""

import os
import sys
from pathlib import Path

from dockyard.defaults import PROJECT_FILE
from dockyard.errors import UsageError


def project_root(folder: Path | None) -> Path:
    """The project's folder. Raises UsageError.

    :param folder: the one that the user names. Default: the nearest one upwards with a dockyard.yaml.
    """
    if folder:
        if not os.path.lexists(folder / PROJECT_FILE):
            raise UsageError(f"no {PROJECT_FILE} in {folder}", hint="name the folder of a project with --project")
        return folder.resolve()
    here = Path.cwd()
    found = next((path for path in (here, *here.parents) if os.path.lexists(path / PROJECT_FILE)), None)
    if not found:
        raise UsageError(
            f"no {PROJECT_FILE} in {here} or above",
            hint="go to the project's folder, or name it with --project; dockyard init NAME begins one",
        )
    return found


def tools_of(root: Path) -> list[str]:
    """Folders with `dockyard`, `python`, `node` and `cdk`, for the project in this folder."""
    return [os.path.dirname(sys.executable), str(root / "node_modules" / ".bin")]  # noqa: PTH120  # the link, not its target
