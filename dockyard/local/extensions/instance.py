"""What an extension must know of the local AWS that it is part of."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instance:
    """One running local AWS."""

    name: str
    """Of its Docker network, and value of the label `dockyard.local` of its containers."""
    port: int
    gateway: str
    """Address of this machine within that network."""
    state: Path
    """Folder for what it keeps."""

    @property
    def registry(self) -> str:
        """Host that serves images. An engine speaks plain HTTP to a registry on localhost."""
        return f"localhost:{self.port}"
