"""A cloud assembly that one command synthesizes into a folder of the user's, and another deploys from there."""

from pathlib import Path

from dockyard.errors import UsageError

_MARK = "cdk.out"
"""A file that aws-cdk-lib writes into each assembly."""


def check_writable(folder: Path, root: Path) -> None:
    """Raise UsageError where what is there is no assembly: a synth deletes the folder, and writes it anew.

    :param root: the project's folder.
    """
    if root.is_relative_to(folder):
        raise UsageError(f"--assembly should be a folder for the assembly alone, got {folder}, where the project is")
    if folder.exists() and not (folder / _MARK).is_file() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"--assembly should be a new or empty folder, or one with an assembly, got {folder}, where other files are"
        )
