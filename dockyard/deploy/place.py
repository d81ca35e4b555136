"""Where images are built, and brought to."""

from typing import Protocol

from dockyard.build.builder import Workshop
from dockyard.doors.aws import Aws


class Place(Protocol):
    """A machine and an account; `dockyard.deploy.site.Site` is one."""

    @property
    def workshop(self) -> Workshop:
        """What builds need."""

    @property
    def aws(self) -> Aws:
        """The account, with the credentials of who pushes."""

    @property
    def reading(self) -> Aws:
        """The account in a role that may read it."""

    @property
    def publishing_role(self) -> str:
        """ARN of the role that pushes."""
