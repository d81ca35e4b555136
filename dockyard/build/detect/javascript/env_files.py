"""Files of variables, which are no part of an image: those that a start command names, and those that a build reads."""

import posixpath
import re
from collections.abc import Mapping

from dockyard.build.detect.app import App
from dockyard.build.detect.javascript.frameworks import framework_of
from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.looks import lets_in_env_files

_OPTION = re.compile(r"--env-file[=\s\0]([\"']?)(?P<file>[^\s\0\"']+)\1(?P<after>[\s\0]?)")
_READERS = (
    "next", "nuxt", "vite", "create-react-app", "astro", "sveltekit", "remix", "react-router", "gatsby", "vue-cli", "vitepress",
    "solidstart", "tanstack-start", "qwik",
)  # fmt: skip
"""Frameworks whose builds read such files."""
_VARIABLE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE)
_PUBLIC = ("NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "REACT_APP_", "PUBLIC_", "GATSBY_", "VUE_APP_")
"""Beginnings of variables that a build writes into pages."""
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
        if not re.fullmatch(r"\.env(\..+)?", posixpath.basename(file)) or lets_in_env_files(app):
            return match[0]
        warnings.append(f"the start command reads {file}, which is not in the image: give its variables by env and secrets")
        return f"--env-file-if-exists={file}{match['after']}" if _may_be_missing(version) else ""

    return tuple(_OPTION.sub(replaced, text).removesuffix(_WORDS).split(_WORDS))


def read_by_build(site: Site) -> Mapping[str, tuple[str, ...]]:
    """File to what the build takes from it: all of .env.production, else of .env what it writes into pages.

    A server's own variables are given to it when it runs, so that a .env of this machine is of no use to its image.
    """
    if framework_of(site, has_server=False) not in _READERS or (file := site.has(".env.production", ".env")) is None:
        return {}
    names = tuple(dict.fromkeys(_VARIABLE.findall(site.app.source(site.path(file)))))
    taken = names if file == ".env.production" else tuple(name for name in names if name.startswith(_PUBLIC))
    return {site.path(file): taken} if taken else {}


def _may_be_missing(version: str) -> bool:
    """Whether this Node.js has the option for that: from 22.9 on."""
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    return not major.isdigit() or int(major) > 22 or (int(major) == 22 and (not minor.isdigit() or int(minor) >= 9))
