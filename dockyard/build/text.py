"""Text files of an app, read so that each fault is told with the file's name."""

import codecs
import stat
import unicodedata
from pathlib import Path

from dockyard.errors import BuildError

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(file: Path, *, utf_16: bool = False) -> str:
    """Text of a file in UTF-8, without a byte order mark and with plain line ends. Raises BuildError.

    :param utf_16: read UTF-16 with a byte order mark as well, for what the app's own tools read so too.
    """
    content = bytes_of(file)
    wide = content.startswith(_UTF_16)
    try:
        text = content.decode("utf-16" if wide and utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        got = "it is UTF-16" if wide else f"{error.reason} at byte {error.start}"
        raise BuildError(f"{file}: should be UTF-8 text ({got})", hint="save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def bytes_of(file: Path) -> bytes:
    """What a file holds. Raises BuildError, also for what is no file: to read from a pipe could take for ever."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise BuildError(f"{file}: should be a file", hint="put one there, or take it away")
        return file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error


def unreadable(path: Path | str, error: OSError) -> BuildError:
    """What is said of a file or folder that the system does not let us read."""
    return BuildError(f"{path}: cannot be read: {error.strerror}", hint="mend its rights, or leave it out by .dockerignore")


def composed(name: str) -> str:
    """A name as it is compared: one file system keeps é as one character, another as two."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)
