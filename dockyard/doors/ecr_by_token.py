"""An account's registry by its token alone, and the API that all registries have: that of AWS takes long to import."""

from pathlib import Path

from dockyard.doors.distribution import Repository
from dockyard.doors.registry import Registry
from dockyard.doors.registry_auth import Credentials


class EcrByToken:
    """It, as `dockyard.doors.registry.Ecr` has it. What is asked of it raises RegistryError where the token is not taken, and
    where no answer comes soon.
    """

    def __init__(self, account: str, region: str, token: Registry, ca: Path | None) -> None:
        """Make it.

        :param ca: certificates to trust in place of the well-known ones.
        """
        self.account, self.region, self._token, self._ca = account, region, token, ca

    def image_digest(self, repository: str, tag: str) -> str | None:
        """Digest of the image; None where the tag, or the repository, is not there."""
        credentials = Credentials(self._token.username, self._token.password)
        with Repository(self._token.host, repository, credentials, self._ca, basic=True, patient=False) as opened:
            return opened.digest(tag)

    def repository_address(self, repository: str) -> str:
        """Where images of this repository are pushed to and pulled from, if there is such a repository."""
        return f"{self._token.host}/{repository}"

    def registry(self) -> Registry:
        """The registry, with the token."""
        return self._token
