"""Folders that go to a bucket as archives, such as the code of functions."""

import zipfile
from pathlib import Path

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file, so that the same files give the same archive, as from the CDK CLI."""


def archive(folder: Path, into: Path) -> Path:
    """Write a zip file of all files in a folder, with their modes; links are followed."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, path.stat().st_mode << 16
            made.writestr(entry, path.read_bytes())
    return into
