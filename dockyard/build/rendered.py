"""Dockerfiles that were rendered before: what renders them takes longer to import than an app to detect."""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dockyard.build.detect import Detection

_MOST = 64


class Rendered:
    """Renders what it does not know yet.

    :param known: what another one knew, as long as the templates are the same. Default: nothing.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._known = dict(known or {})

    @property
    def known(self) -> dict[str, str]:
        """Digest of what it was rendered from to the Dockerfile, of those that were asked for last."""
        return dict(list(self._known.items())[-_MOST:])

    def __call__(self, app: "Detection", *, base_prefix: str, mounts: bool) -> str:
        """As `dockyard.build.dockerfile.render`."""
        key = hashlib.sha256(repr((app, base_prefix, mounts)).encode()).hexdigest()
        text = self._known.pop(key, None)
        if text is None:
            from dockyard.build.dockerfile import render  # noqa: PLC0415  # as is said above

            text = render(app, base_prefix=base_prefix, mounts=mounts)
        self._known[key] = text
        return text
