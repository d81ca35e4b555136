"""An account's registry by its token alone, and the API that all registries have: that of AWS takes long to import.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import base64
import functools
import http.client
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from dockyard.doors.registry import LOOPBACK, MANIFESTS, USER_AGENT, Registry, RegistryError

_THIS_MACHINE = tuple(f"{name}:" for name in LOOPBACK)
_SECONDS = 5
"""To connect, and to wait for an answer: what is asked is of use at once, or of none."""


class EcrByToken:
    """It, as `dockyard.doors.registry.Ecr` has it. What is asked of it raises RegistryError where the token is not taken, and
    where no answer comes soon.
    """

    def __init__(self, account: str, region: str, token: Registry, ca: Path | None) -> None:
        """Make it.

        :param ca: certificates to trust in place of the well-known ones.
        """
        self.account, self.region, self._token, self._ca = account, region, token, ca
        pair = base64.b64encode(f"{token.username}:{token.password}".encode()).decode()
        self._headers = {"User-Agent": USER_AGENT, "Accept": MANIFESTS, "Authorization": f"Basic {pair}"}

    def image_digest(self, repository: str, tag: str) -> str | None:
        """Digest of the image; None where the tag, or the repository, is not there."""
        where = self.repository_address(repository)
        scheme = "http" if where.startswith(_THIS_MACHINE) else "https"
        url = f"{scheme}://{where.replace('/', '/v2/', 1)}/manifests/{tag}"
        asked = urllib.request.Request(url, headers=self._headers, method="HEAD")  # noqa: S310  # no other scheme
        try:
            with self._opener.open(asked, timeout=_SECONDS) as answer:
                found: str | None = answer.headers.get("Docker-Content-Digest")
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.client.NOT_FOUND:
                    return None
            raise RegistryError(f"{where}: {error.code} {error.reason}", status=error.code) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise RegistryError(f"{where}: {error}") from error
        if not found:
            raise RegistryError(f"{where}: the manifest of {tag} came without a Docker-Content-Digest")
        return found

    def repository_address(self, repository: str) -> str:
        """Where images of this repository are pushed to and pulled from, if there is such a repository."""
        return f"{self._token.host}/{repository}"

    def registry(self) -> Registry:
        """The registry, with the token."""
        return self._token

    @functools.cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        """Whoever opens addresses; one on this machine not by a proxy, which does not know it."""
        if self._token.host.startswith(_THIS_MACHINE):
            return urllib.request.build_opener(urllib.request.ProxyHandler({}), _Unled)
        import certifi  # noqa: PLC0415  # for another machine alone

        trusted = ssl.create_default_context(cafile=self._ca or certifi.where())
        return urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted), _Unled)


class _Unled(urllib.request.HTTPRedirectHandler):
    """Follows nobody to elsewhere: the token is for one host."""

    def redirect_request(self, *_: object) -> None:
        """None, which makes a redirect an error."""
