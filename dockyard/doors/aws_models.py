"""Sessions of botocore, which boto3 is made of and which takes half of its time to import.

What it reads of AWS's services is read once for all credentials: each session of its own would read it anew.
"""

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.loaders import Loader

if TYPE_CHECKING:
    from botocore.credentials import Credentials


class _Models(Loader):
    """The loader of botocore, which looks into the folders of all four hundred services before it takes one of them."""

    @property
    def search_paths(self) -> list[str]:
        """Folders with what is known; each session of boto3 adds its own, and it is the same."""
        found = super().search_paths
        found[:] = dict.fromkeys(found)
        return found

    def list_available_services(self, type_name: str) -> list[str]:
        """Names of services; what is known of one is looked for when it is asked for."""
        return sorted({found.name for path in self.search_paths if os.path.isdir(path) for found in Path(path).iterdir()})  # noqa: PTH112


@functools.cache
def _models(data_path: str | None) -> Loader:
    found = os.path.expandvars(data_path or "").split(os.pathsep)
    return _Models(extra_search_paths=[os.path.expanduser(path) for path in found if path])  # noqa: PTH111


class Session:
    """Credentials and a region; its clients are those of boto3.Session."""

    def __init__(self, region: str | None = None, profile: str | None = None, credentials: "Credentials | None" = None) -> None:
        """Of the environment's settings, or of a profile's. Raises ProfileNotFound.

        :param credentials: the ones to use in place of those.
        """
        self.profile = profile
        self._made = botocore.session.Session(profile=profile)
        self._made.register_component("data_loader", _models(self._made.get_config_variable("data_path")))
        self.region_name: str | None = region or self._made.get_config_variable("region")
        if credentials:
            self._made._credentials = credentials  # type: ignore[attr-defined]  # there is no other way to give it such

    def client(self, service: str, **options: Any) -> Any:
        """A client of a service of AWS."""
        return self._made.create_client(service, self.region_name, **options)

    def get_credentials(self) -> "Credentials | None":
        """Whose it is; None where nobody's."""
        return self._made.get_credentials()
