"""What an image says of itself: labels, none of which count for its tag.

https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
"""

import datetime
import re
from urllib.parse import urlsplit

from dockyard.build.recipe import Recipe
from dockyard.doors.git import Revision

_LIKE_SCP = re.compile(r"[\w.-]+@[\w.-]+:[^/].*")


def oci_labels(recipe: Recipe, revision: Revision | None, now: datetime.datetime) -> dict[str, str]:
    """Version and time of creation; source and revision where git knows them."""
    source = _without_credentials(revision.remote) if revision and revision.remote else None
    found = {
        "version": recipe.tag,
        "created": now.isoformat(timespec="seconds"),
        "revision": revision and revision.commit,
        "source": source,
    }
    return {f"org.opencontainers.image.{name}": value for name, value in found.items() if value}


def _without_credentials(remote: str) -> str | None:
    """The address of a remote as others may see it; None for a folder of this machine, and for what is no address."""
    if "://" not in remote:
        return remote if _LIKE_SCP.fullmatch(remote) else None
    try:
        parts = urlsplit(remote)
    except ValueError:
        return None
    if parts.scheme == "file":
        return None
    user = parts.username if parts.scheme == "ssh" else None  # of a web address it may be a token
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}@{host}" if user else host, query="", fragment="").geturl()
