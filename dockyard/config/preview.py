"""The `preview` part of an environment: it stands for many that come and go, one a pull request."""

from typing import Annotated

from dockyard.config.domains import DomainName
from dockyard.config.model import EnvironmentName, Model, number


class Preview(Model):
    """Environments `NAME-NUMBER` that use what another one has: network, load balancer, cluster, `resources` and secrets."""

    of: EnvironmentName
    """That environment. Services are as there, but for what follows: one task on Fargate Spot where they run on Fargate, no
    alarms, schedules that are not carried out, and resources of their own that go with them."""
    domain: DomainName | None = None
    """Below which services without a host answer, as `NAME-NUMBER.example.com`. The names must lead to the load balancer.
    Default: the first of `domains`, where they get their records."""
    trusted: bool = False
    """That whoever may push a branch is trusted with what a pipeline promotes from the account of previews: a preview pushes to
    the same repositories, and `promote` copies what is there. Default: such previews are refused."""
    lifetime: Annotated[int, number(1, 2160, "hours")] = 72
    """How long after its last deploy a preview stays, when `dockyard pipeline clean` looks."""
