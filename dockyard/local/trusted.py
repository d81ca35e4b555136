"""Where a client finds whom it must trust: the authority of this user (`authority.py`, which takes a while to import)."""

from pathlib import Path

AUTHORITY = "DOCKYARD_AUTHORITY"
"""The variable that names the certificate of who signs those of load balancers, where that is nobody whom all trust."""
CERTIFICATE = "authority.pem"


def folder(cache: str | None = None) -> Path:
    """Where the authority is kept for all projects of this user; `cache` is XDG_CACHE_HOME."""
    return Path(cache or Path.home() / ".cache") / "dockyard" / "authority"
