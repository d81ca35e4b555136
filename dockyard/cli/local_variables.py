"""What the environment must hold for the local AWS to be used."""

import os
from collections.abc import Sequence

from dockyard.local.lifecycle import LocalAws
from dockyard.local.sessions import PROGRAMS

OTHER_CREDENTIALS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""Variables that must not be there."""
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def local_variables(local: LocalAws, tools: Sequence[str]) -> dict[str, str]:
    """Those that must be. Raises PrerequisiteError where it does not run.

    :param tools: folders with `dockyard`, `python`, `node` and `cdk`.
    """
    own = {**local.environment(), "PATH": os.pathsep.join([*tools, str(PROGRAMS), os.environ.get("PATH", os.defpath)])}
    if any(os.environ.get(name) for name in _PROXIES):
        here = [os.environ.get("NO_PROXY"), os.environ.get("no_proxy"), "localhost", "127.0.0.1"]
        own["NO_PROXY"] = own["no_proxy"] = ",".join(dict.fromkeys(filter(None, here)))
    return own


def forget_others() -> None:
    """Take other credentials out of the environment."""
    for name in OTHER_CREDENTIALS:
        os.environ.pop(name, None)
