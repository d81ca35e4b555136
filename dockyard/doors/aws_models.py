"""What botocore reads of AWS's services, read once for all credentials: each session of its own would read it anew."""

import functools
import os
from pathlib import Path

import botocore.session
from botocore.loaders import Loader


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


def new_session(profile: str | None = None) -> botocore.session.Session:
    """A session of the environment's settings, or of a profile's."""
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", _models(session.get_config_variable("data_path")))
    return session
