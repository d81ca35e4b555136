"""Sessions on the local AWS: the token tells the container, and the command that is run in it, or the port that is reached."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
"""Folder of programs that stand for AWS's own while the local AWS is used: `session-manager-plugin`."""


@dataclass(frozen=True)
class Session:
    """What one is for."""

    task: str
    """ARN."""
    container: str
    command: str
    ports: tuple[int, int] | None = None
    """In place of the command: the port here, and the one of the container."""

    @property
    def token(self) -> str:
        """In place of AWS's `tokenValue`."""
        return base64.b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def of_token(cls, token: str) -> "Session | None":
        """The session; None where the token is none of ours."""
        try:
            return cls(**json.loads(base64.b64decode(token, validate=True)))
        except (binascii.Error, ValueError, TypeError):
            return None
