"""Files of variables that a start command names and that are no part of the image: `node --env-file=.env server.js`."""

import posixpath
import re

from dockyard.build.detect.app import App
from dockyard.build.ignore import IGNORE_FILE

_OPTION = re.compile(r"--env-file[=\s\0]([\"']?)(?P<file>[^\s\0\"']+)\1(?P<after>[\s\0]?)")
_WORDS = "\0"


def without_env_files(app: App, start: tuple[str, ...], version: str, warnings: list[str]) -> tuple[str, ...]:
    """The command, for which such a file may be missing: Node.js ends where it is, unless it is asked otherwise.

    https://nodejs.org/api/cli.html#--env-file-if-existsconfig
    """
    text = _WORDS.join(start)
    if not {"node", "tsx"} & set(re.split(r"[\s\0]", text)):
        return start

    def replaced(match: re.Match[str]) -> str:
        file = match["file"]
        if not re.fullmatch(r"\.env(\..+)?", posixpath.basename(file)) or _is_let_in(app):
            return match[0]
        warnings.append(f"the start command reads {file}, which is not in the image: give its variables by env and secrets")
        return f"--env-file-if-exists={file}{match['after']}" if _may_be_missing(version) else ""

    return tuple(_OPTION.sub(replaced, text).removesuffix(_WORDS).split(_WORDS))


def _is_let_in(app: App) -> bool:
    """Whether the app's own .dockerignore leaves such files in the build."""
    if not app.has(IGNORE_FILE):
        return False
    named = [line for line in app.source(IGNORE_FILE).split("\n") if ".env" in line and not line.startswith("#")]
    return not named or any(line.startswith("!") for line in named)


def _may_be_missing(version: str) -> bool:
    """Whether this Node.js has the option for that: from 22.9 on."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    return not major.isdigit() or int(major) > 22 or (int(major) == 22 and (not minor.isdigit() or int(minor) >= 9))
