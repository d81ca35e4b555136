"""All checks in order, and which of them a deploy makes by itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from dockyard.build.plan import side_by_side
from dockyard.deploy.site import Site
from dockyard.deploy.verify.account import ACCOUNT, account_checks
from dockyard.deploy.verify.answers import label
from dockyard.deploy.verify.certificates import SUBJECT as DOMAINS
from dockyard.deploy.verify.certificates import certificate_checks
from dockyard.deploy.verify.check import Check, Verdict, looked
from dockyard.deploy.verify.cloudfront import SUBJECT as CLOUDFRONT
from dockyard.deploy.verify.cloudfront import cloudfront_checks
from dockyard.deploy.verify.images import NAME as IMAGES
from dockyard.deploy.verify.images import image_checks
from dockyard.deploy.verify.listener import SUBJECT as LISTENER
from dockyard.deploy.verify.listener import listener_checks, rule_checks
from dockyard.deploy.verify.log_router import NAME as LOG_ROUTERS
from dockyard.deploy.verify.log_router import log_router_checks
from dockyard.deploy.verify.network import SUBJECT as NETWORK
from dockyard.deploy.verify.network import network_checks
from dockyard.deploy.verify.previews import preview_checks
from dockyard.deploy.verify.quotas import SUBJECT as QUOTAS
from dockyard.deploy.verify.quotas import quota_checks
from dockyard.deploy.verify.room import SUBJECT as CLUSTER
from dockyard.deploy.verify.room import room_checks
from dockyard.deploy.verify.scene import Scene
from dockyard.deploy.verify.secrets import NAME as SECRETS
from dockyard.deploy.verify.secrets import READABLE, readable_checks, secret_checks
from dockyard.deploy.verify.stacks import DRIFT, STATE, drift_checks, stack_checks
from dockyard.doors.docker import Docker
from dockyard.doors.lock import alone
from dockyard.doors.trial import LABEL
from dockyard.errors import PrerequisiteError
from dockyard.progress import Progress

Family = Callable[[Scene], Iterable[Check]]
QUICK: Sequence[tuple[str, Family]] = (
    (ACCOUNT, account_checks),
    (DOMAINS, certificate_checks),
    (LISTENER, preview_checks),
    (LISTENER, rule_checks),
    (SECRETS, secret_checks),
)
"""What takes about a second. A deploy looks at it before it begins, where there is something to do."""
SLOW: Sequence[tuple[str, Family]] = (
    (LISTENER, listener_checks),
    (CLOUDFRONT, cloudfront_checks),
    (NETWORK, network_checks),
    (CLUSTER, room_checks),
    (QUOTAS, quota_checks),
    (IMAGES, image_checks),
    (READABLE, readable_checks),
    (LOG_ROUTERS, log_router_checks),
    (STATE, stack_checks),
    (DRIFT, drift_checks),
)
ORDER = (ACCOUNT, DOMAINS, NETWORK, LISTENER, CLOUDFRONT, CLUSTER, QUOTAS, "registry", "platform")
"""Subjects; services come after them."""


def verify(site: Site, services: Sequence[str], progress: Progress, *, quick: bool) -> list[Check]:
    """All checks of these services, or of all, and of what they share; by subject.

    :param quick: only those that a deploy makes, too.
    """
    scene = _scene(site, services)
    families = QUICK if quick else (*QUICK, *SLOW)

    def look(pair: tuple[str, Family]) -> list[Check]:
        name, family = pair
        return [*looked(name, name, lambda: family(scene))]

    progress.update("verify", "looking" + ("" if quick else "; images that are here are run, and CloudFormation compares"))
    with nullcontext() if quick else _trials(scene, progress):
        found = [check for checks in side_by_side(look, families, len(families)) for check in checks]
    return sorted(found, key=lambda one: (ORDER.index(one.subject), "") if one.subject in ORDER else (len(ORDER), one.subject))


@contextmanager
def _trials(scene: Scene, progress: Progress) -> Iterator[None]:
    """Images may be run: by one command at a time, and no container stays, also none of a command that was killed."""
    docker = scene.site.workshop.docker
    busy = "another verify runs in this folder; waiting for it"
    with alone(scene.site.workshop.folder / "verify.lock", lambda: progress.update("verify", busy)):
        try:
            _remove(docker, scene)
            yield
        finally:
            _remove(docker, scene)


def _remove(docker: Docker, scene: Scene) -> None:
    if docker.answers():
        docker.remove_containers(f"{LABEL}={label(scene)}")


def check_quickly(site: Site, services: Sequence[str]) -> None:
    """Raise PrerequisiteError with all that would make a deploy fail, as a second tells; `check_secrets` tells of secrets."""
    scene = _scene(site, services)
    families = [family for name, family in QUICK if name != SECRETS]
    checks = side_by_side(lambda family: [*looked("", "", lambda: family(scene))], families)
    faults = [check for found in checks for check in found if check.verdict is Verdict.NG]
    if faults:
        told = "\n".join(f"{one.subject}: {one.name}: {one.found}" for one in faults)
        raise PrerequisiteError(told, hint=faults[0].hint)


def _scene(site: Site, services: Sequence[str]) -> Scene:
    known = site.environment.services
    return Scene(site, {name: one for name, one in known.items() if not services or name in services})
