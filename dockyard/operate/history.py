"""What was deployed of a service, when, and how it ended: as ECS has it, so that it is true whoever deployed, and from where.

ECS keeps deployments for 90 days. Who made one it does not know: that is in what deploys of Dockyard leave in the account, which
know nothing of a deploy by plain CDK, of a restart, or of a rollback by the circuit breaker. A first deploy that fails takes the
service away, and what ECS knows of it: so it is told by what it left.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dockyard.config.sidecar import APP
from dockyard.deploy.ledger import Entry
from dockyard.deploy.refusal import REJECTED, is_rejection, reason
from dockyard.doors.aws import Aws
from dockyard.doors.services import service_deployments
from dockyard.operate.deployed import Deployed
from dockyard.operate.version import Version, Versions
from dockyard.threads import each

FAILED = "failed"
AT_ONCE = 20
"""Deployments or revisions that ECS tells in one call."""
_ENDS = {"SUCCESSFUL": "deployed", "STOPPED": "stopped", "ROLLBACK_SUCCESSFUL": "rolled back", "ROLLBACK_FAILED": FAILED}
SEEN = ("rolled back", FAILED)
"""How those end of which a deploy of Dockyard has seen why."""
WENT_BACK = "went back to"
"""What one that ended well is called where a person rolled the service back by it."""
_GIVEN_UP = ("ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL")


@dataclass(frozen=True)
class Change:
    """One deployment."""

    service: str
    begun: datetime
    what: str
    """How it ended, `restarted` where nothing but the tasks was new, `rejected` where somebody did, `went back to` where a
    person rolled it back, or `under way`."""
    version: Version | None = None
    images: Mapping[str, str] = field(default_factory=dict)
    """Container to image, of those that its task definition names."""
    ended: datetime | None = None
    reason: str | None = None
    deploy: Entry | None = None
    """What Dockyard knows of it: who made it, from what, and how long each step took."""

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it is under way, or nobody knows."""
        return (self.ended - self.begun).total_seconds() if self.ended else None


def with_deploys(changes: Iterable[Change], entries: Sequence[Entry], stack: Callable[[str], str]) -> list[Change]:
    """The same, each with the deploy of Dockyard that made it: one of the same tag that changed its stack, within whose time
    it began; of several the nearest, as clocks may be off.

    Why one went back is told as that deploy saw it: it saw more than ECS tells.

    :param stack: the name of a service's stack.
    """
    return [_with_deploy(one, entries, stack(one.service)) for one in changes]


def _with_deploy(change: Change, entries: Sequence[Entry], stack: str) -> Change:
    possible = [entry for entry in reversed(entries) if _is_of(change, entry, stack)]
    deploy = min(possible, key=lambda entry: entry.off(change.begun), default=None)
    fault = deploy.faults.get(stack) if deploy else None
    if (
        deploy and change.what == "deployed" and (fault or change.service in deploy.back)
    ):  # of what ended once it ran, ECS tells nothing
        return replace(change, what=FAILED if fault else WENT_BACK, deploy=deploy, reason=fault or change.reason)
    return replace(change, deploy=deploy, reason=(fault if change.what in SEEN else None) or change.reason)


def _is_of(change: Change, entry: Entry, stack: str) -> bool:
    if change.what == "restarted" or not change.version or entry.images.get(change.service) != change.version.tag:
        return False
    return entry.changed(stack) and entry.spans(change.begun)


def with_attempts(
    changes: Sequence[Change], entries: Sequence[Entry], services: Iterable[str], stack: Callable[[str], str], last: int = AT_ONCE
) -> list[Change]:
    """The last of each service, the newest first, with deploys of Dockyard that failed and of which ECS knows nothing (any more).

    :param changes: with their deploys, as `with_deploys` gives them.
    :param stack: the name of a service's stack.
    """
    found = []
    for service in services:
        known = [one for one in changes if one.service == service]
        lost = [one for one in entries if stack(service) in one.faults and not _is_known(one, known)]
        of_service = known + [_attempt(service, one, one.faults[stack(service)]) for one in lost]
        found += _newest_first(of_service)[:last]
    return _newest_first(found)


def _newest_first(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.begun, reverse=True)


def _is_known(entry: Entry, changes: Iterable[Change]) -> bool:
    """Whether one of the deployments is of this deploy, or may be."""
    return any(one.deploy == entry or (one.deploy is None and entry.spans(one.begun)) for one in changes)


def _attempt(service: str, entry: Entry, why: str) -> Change:
    begun = entry.made.at
    return Change(service, begun, "failed", ended=begun + timedelta(seconds=entry.seconds), reason=why, deploy=entry)


def _nobody(_: str) -> str:
    return ""


def history(
    aws: Aws,
    versions: Versions,
    found: Deployed,
    last: int = AT_ONCE,
    statuses: Sequence[str] = (),
    rejected_by: Callable[[str], str] = _nobody,
) -> list[Change]:
    """The last deployments of a service, the newest first; of a job or a task its definitions, which is all that there is.

    :param statuses: of deployments, as ECS names them, those alone, such as SUCCESSFUL. Default: all.
    :param rejected_by: who rejected the deployment of an ARN; empty where nobody did, or is known.
    """
    if found.service:
        told = list(_of_service(aws, found.name, *found.service, min(last, AT_ONCE), statuses, rejected_by))
        images = list(dict.fromkeys(one.images[APP] for one in told if APP in one.images))
        known = dict(zip(images, each(versions.of, images), strict=True))
        return [replace(one, version=known.get(one.images.get(APP, ""))) for one in told]
    return list(_of_family(aws, versions, found.name, found.family[1], last)) if found.family else []


def _of_service(
    aws: Aws, name: str, cluster: str, service: str, last: int, statuses: Sequence[str], rejected_by: Callable[[str], str]
) -> Iterator[Change]:
    ecs: Any = aws.ecs
    listed = service_deployments(aws, cluster, service, statuses)
    arns = [one["serviceDeploymentArn"] for one in listed[:last]]
    if not arns:
        return
    deployments = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
    revisions = _revisions(ecs, [arn for one in deployments for arn in _revisions_of(one)])
    for one in sorted(deployments, key=lambda one: one["createdAt"], reverse=True):
        yield replace(change(name, one, revisions, rejected_by), images=_images(revisions.get(_revisions_of(one)[0], {})))


def change(
    name: str, deployment: Mapping[str, Any], revisions: Mapping[str, Any], rejected_by: Callable[[str], str] = _nobody
) -> Change:
    """What DescribeServiceDeployments and DescribeServiceRevisions tell of it, and who rejected it, as in `history`."""
    what = _ENDS.get(deployment["status"], "under way")
    target, *sources = (revisions.get(arn, {}).get("taskDefinition") for arn in _revisions_of(deployment))
    if what == "deployed" and sources and set(sources) == {target}:
        what = "restarted"
    begun, ended = deployment.get("startedAt") or deployment["createdAt"], deployment.get("finishedAt")
    why = deployment.get("statusReason") or deployment.get("rollback", {}).get("reason")
    if why and deployment["status"] in _GIVEN_UP:
        why = reason(deployment, why, rejected_by)
        what = REJECTED if is_rejection(why) and what in _ENDS.values() else what
    return Change(name, begun, what, ended=ended, reason=why)


def _revisions_of(deployment: Mapping[str, Any]) -> list[str]:
    """Target, then sources."""
    return [one["arn"] for one in (deployment["targetServiceRevision"], *deployment.get("sourceServiceRevisions", []))]


def _revisions(ecs: Any, arns: Sequence[str]) -> dict[str, Any]:
    wanted, found = list(dict.fromkeys(arns)), {}
    for start in range(0, len(wanted), AT_ONCE):
        answer = ecs.describe_service_revisions(serviceRevisionArns=wanted[start : start + AT_ONCE])
        found.update({one["serviceRevisionArn"]: one for one in answer["serviceRevisions"]})
    return found


def _images(revision: Mapping[str, Any]) -> dict[str, str]:
    return {one["containerName"]: one["image"] for one in revision.get("containerImages", [])}


def _of_family(aws: Aws, versions: Versions, name: str, family: str, last: int) -> Iterator[Change]:
    ecs: Any = aws.ecs
    arns = [
        arn
        for status in ("ACTIVE", "INACTIVE")
        for arn in ecs.list_task_definitions(familyPrefix=family, status=status, sort="DESC", maxResults=last)[
            "taskDefinitionArns"
        ]
        if arn.rsplit("/", 1)[-1].rpartition(":")[0] == family
    ]
    for arn in sorted(arns, key=lambda arn: int(arn.rpartition(":")[2]), reverse=True)[:last]:
        definition = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        if "registeredAt" in definition:
            images = {one["name"]: one["image"] for one in definition["containerDefinitions"]}
            version = versions.of(images[APP]) if APP in images else None
            yield Change(name, definition["registeredAt"], "deployed", version, images)
