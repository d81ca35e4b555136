"""Looks at services of an environment, in the role that may read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.build.plan import side_by_side
from dockyard.deploy.ledger import entries, fault_of
from dockyard.deploy.refusal import reason, rejected_by
from dockyard.deploy.rollout import awaits, waits
from dockyard.deploy.site import Site
from dockyard.deploy.unplaced import UNPLACED, remedy
from dockyard.doors.services import GoneError, ecs_service, newest_deployment
from dockyard.doors.tasks import described
from dockyard.operate.deployed import ALARM, RULE, TARGET_GROUP, Deployed, deployed
from dockyard.operate.runs import look_at_runs
from dockyard.operate.status import (
    Deployment,
    Health,
    Queue,
    State,
    Status,
    Tasks,
    containers,
    has_page,
    keeps_ending,
    of_stack,
    since_good,
    state_of,
    targets,
    unsound,
)
from dockyard.operate.stopped import Failure, last_failure
from dockyard.operate.version import Version, Versions

AT_ONCE = 8
"""Services that are looked at side by side."""
_ALARMS_AT_ONCE = 100
_TELL_MORE = (State.DEPLOYING, State.ROLLING_BACK, State.ROLLED_BACK)
"""States of which a deployment tells why."""
_GOES = ("DELETE_IN_PROGRESS", "DELETE_COMPLETE", "ROLLBACK_COMPLETE")
"""States of a stack whose service is not there, or goes."""


class Lookout:
    """Looks at services as often as it is asked to; an image is looked at once."""

    def __init__(self, site: Site) -> None:
        self._site, self._aws = site, site.reading
        self._versions = Versions(self._aws)

    def look(self, names: Sequence[str]) -> list[Status]:
        """At these services, in order."""
        return side_by_side(self._look, names, AT_ONCE)

    def _look(self, name: str) -> Status:
        """What cannot be looked at is told in its place, and keeps nobody from seeing the others."""
        kind = self._site.environment.services[name].kind
        try:
            return self._seen(name, kind)
        except GoneError as error:
            return Status(name, kind, State.FAILED, str(error))
        except (ClientError, BotoCoreError) as error:
            return Status(name, kind, State.UNKNOWN, f"AWS does not tell: {error}")

    def _seen(self, name: str, kind: str) -> Status:
        found = deployed(self._site, name)
        if found is None:
            return Status(name, kind, State.NOT_DEPLOYED)
        if found.service and found.stack_status not in _GOES:
            return _with_stack(self._service(found, kind, *found.service), found)
        if found.family and found.stack_status not in _GOES:
            images = self._images(found.family[1])
            runs = look_at_runs(self._aws, found, kind)
            runs = replace(runs, version=self._version(images), images=images, alarms=self._alarms(found))
            return _with_stack(runs, found)
        return Status(name, kind, of_stack(found.stack_status), self._not_there(found))

    def _not_there(self, found: Deployed) -> str | None:
        """What is wrong with a stack that has made no service, why, as the deploy saw it, and what is to be done."""
        if not (wrong := unsound(found.stack_status)):
            return None
        why = self._seen_by_deploy(found.name, found.changed)
        then = f"mend it, then: dockyard deploy {found.name}" if found.stack_status == "ROLLBACK_COMPLETE" else ""
        return "; ".join(filter(None, (wrong, why, then)))

    def _service(self, found: Deployed, kind: str, cluster: str, name: str) -> Status:
        service = ecs_service(self._aws, cluster, name)
        newest = newest_deployment(self._aws, cluster, name)
        deployment = Deployment.of(newest) if newest else None
        tasks = Tasks(service["desiredCount"], service["runningCount"], service["pendingCount"])
        stopped = described(self._aws, cluster, serviceName=name, desiredStatus="STOPPED")
        state = state_of(tasks, deployment)
        if state is State.STEADY and keeps_ending(stopped, primary(service), datetime.now(UTC)):
            state = State.KEEPS_ENDING
        lacking = deployment and state in (State.DEPLOYING, State.TOO_FEW_TASKS)
        events = [event for event in service["events"] if deployment and lacking and event["createdAt"] >= deployment.since]
        said = deployment.reason if deployment and state is not State.STEADY else None
        seen = self._seen_by_deploy(found.name, newest["createdAt"]) if state is State.ROLLED_BACK else ""
        images = self._images(primary(service))
        return Status(
            found.name,
            kind,
            state,
            seen or (self._why(newest, found.name, said) if state in _TELL_MORE else said),
            deployment.since if deployment else None,
            self._version(images),
            tasks,
            self._health(found, cluster, name),
            self._queue(found),
            alarms=self._alarms(found),
            failure=self._mended(since_good(last_failure(stopped, events), deployment), found.name),
            images=images,
            maintenance=self._maintenance(found),
        )

    def _why(self, deployment: Mapping[str, Any], name: str, said: str | None) -> str | None:
        """What a deployment waits for, and by which commands it goes on or back, or whose no took it back, else what ECS says."""
        arns = [deployment["serviceDeploymentArn"]]
        found: Any = self._aws.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
        if any(map(waits, found)):
            return awaits(name, self._site.environment)
        return reason(found[0], said, partial(rejected_by, self._site)) if found and said else said

    def _mended(self, failure: Failure | None, name: str) -> Failure | None:
        """The same, with what is to be done where a task finds no place."""
        lacks = failure is not None and failure.reason.startswith(UNPLACED)
        return replace(failure, remedy=remedy(name, self._site.environment)) if failure and lacks else failure

    def _seen_by_deploy(self, name: str, begun: datetime) -> str:
        """Why a deployment went back, as the deploy saw it that made it; empty where none did, or it may not be read."""
        return fault_of(entries(self._site), self._site.service_stack(name), begun)

    def _images(self, definition: str) -> dict[str, str]:
        found = self._aws.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
        return {one["name"]: one["image"] for one in found["containerDefinitions"]}

    def _version(self, images: Mapping[str, str]) -> Version:
        return self._versions.of(next(iter(images.values())))

    def _health(self, found: Deployed, cluster: str, name: str) -> Health | None:
        """Of targets, where it has any, else of tasks with a health check of their own."""
        groups = found.of(TARGET_GROUP)
        if not groups:
            return containers(described(self._aws, cluster, serviceName=name, desiredStatus="RUNNING"))
        elbv2 = self._aws.elbv2
        answers = [elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"] for arn in groups]
        return targets(one for answer in answers for one in answer)

    def _maintenance(self, found: Deployed) -> bool:
        """Whether clients get a page. There is a second rule then, which keeps its target group; of one alone nobody is asked."""
        rules = list(found.of(RULE))
        return len(rules) > 1 and has_page(self._aws.elbv2.describe_rules(RuleArns=rules)["Rules"])

    def _queue(self, found: Deployed) -> Queue | None:
        if "QueueUrl" not in found.outputs:
            return None
        waiting, in_flight = self._messages(found.outputs["QueueUrl"])
        dead = found.outputs.get("DeadLetterQueueUrl")
        return Queue(waiting, in_flight, sum(self._messages(dead)) if dead else 0)

    def _messages(self, url: str) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found: Mapping[str, str] = self._aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def _alarms(self, found: Deployed) -> list[str]:
        names = list(found.of(ALARM))
        ringing = []
        for start in range(0, len(names), _ALARMS_AT_ONCE):
            part = names[start : start + _ALARMS_AT_ONCE]
            answer = self._aws.cloudwatch.describe_alarms(AlarmNames=part, StateValue="ALARM")
            ringing += [alarm["AlarmName"] for alarm in answer["MetricAlarms"] if not _only_scales(alarm)]
        return ringing


def _with_stack(status: Status, found: Deployed) -> Status:
    """The same, with what is wrong with its stack."""
    told = filter(None, (status.reason, unsound(found.stack_status)))
    return replace(status, reason="; ".join(told) or None)


def _only_scales(alarm: Mapping[str, Any]) -> bool:
    """Whether it is one by which a service scales: nobody need know of it."""
    actions = alarm.get("AlarmActions", [])
    return bool(actions) and all(":scalingPolicy:" in action for action in actions)


def primary(service: Mapping[str, Any]) -> str:
    """The task definition of the deployment that is to be, else the service's own."""
    deployments = service.get("deployments", [])
    return str(next((one["taskDefinition"] for one in deployments if one["status"] == "PRIMARY"), service["taskDefinition"]))
