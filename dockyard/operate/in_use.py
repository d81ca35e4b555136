"""Which images task definitions in use name, in all clusters of the account and region, and who uses them.

In use is a task definition that a service runs, would roll back to, or moves away from; that a task runs; that a rule or a
schedule of EventBridge starts; or that a stack of Dockyard's tells by its output `RunTask`, as those of jobs and tasks do.
Nothing is left out: what may not be looked at raises boto3's ClientError, what cannot be read DeployError, and who asked must not
take it for unused.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any

import botocore.exceptions

from dockyard.config import Reference
from dockyard.doors.aws import Aws
from dockyard.errors import DeployError
from dockyard.operate.run import parameters_in
from dockyard.threads import each

Version = tuple[str, str]
"""A repository, and a tag or digest in it."""


@dataclass(frozen=True)
class Use:
    """A task definition, as `family:revision`, and who uses it."""

    by: str
    task_definition: str

    def __str__(self) -> str:
        return f"{self.by} ({self.task_definition})"


def in_use(aws: Aws, note: Callable[[str], None]) -> Mapping[Version, tuple[Use, ...]]:
    """What is used, by whom. The registry in an image's name is not looked at: what has the repository's name counts.

    :param note: told who names a task definition that is gone, and by it no image.
    """
    found: dict[Version, dict[Use, None]] = defaultdict(dict)
    ways: tuple[Callable[[Aws], Iterable[Any]], ...] = (_all_tasks, _of_services, _rules, _schedules, _to_be_run)
    tasks, services, *others = each(lambda way: list(way(aws)), ways)
    named = [*services, *((task["taskDefinitionArn"], _task_name(task)) for task in tasks), *chain.from_iterable(others)]
    arns = list(dict.fromkeys(arn for arn, _ in named))
    images = dict(zip(arns, each(partial(_images, aws), arns), strict=True))
    for arn, by in named:
        if images[arn] is None:
            note(f"{by} names the task definition {arn.rsplit('/', 1)[-1]}, which is gone")
        for image in images[arn] or ():
            _note(found, image, Use(by, arn.rsplit("/", 1)[-1]))
    for task in tasks:
        use = Use(_task_name(task), task["taskDefinitionArn"].rsplit("/", 1)[-1])
        for container in task.get("containers", []):
            if container.get("image") and container.get("imageDigest"):
                _note(found, f"{_without_version(container['image'])}@{container['imageDigest']}", use)
    return {version: tuple(uses) for version, uses in found.items()}


def _note(found: dict[Version, dict[Use, None]], image: str, use: Use) -> None:
    try:
        named = Reference.parse(image)
    except ValueError:
        return  # no name that ECR could have given
    for version in filter(None, (named.digest, named.tag or (None if named.digest else named.version))):
        found[named.repository, version][use] = None


def _without_version(image: str) -> str:
    named = Reference.parse(image)
    return str(Reference(named.registry, named.repository, None, None))


def _images(aws: Aws, arn: str) -> list[str] | None:
    """Of all containers of a task definition; of the newest revision where only the family is named; None where it is gone."""
    try:
        definition = aws.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    except botocore.exceptions.ClientError as error:
        details = error.response.get("Error", {})
        if details.get("Code") == "ClientException" and details.get("Message", "").startswith(_GONE):
            return None
        raise
    return [container["image"] for container in definition["containerDefinitions"] if container.get("image")]


_GONE = "Unable to describe task definition"
"""What ECS says of one that is not there; its code for that means anything that is wrong with a request."""


def _of_services(aws: Aws) -> Iterator[tuple[str, str]]:
    """ARNs of task definitions, each with who uses it; as of the functions below."""
    services = list(chain.from_iterable(each(lambda cluster: list(_services(aws, cluster)), _clusters(aws))))
    for service, before in zip(services, each(lambda service: list(_before(aws, service)), services), strict=True):
        name = f"service {service['clusterArn'].rsplit('/', 1)[-1]}/{service['serviceName']}"
        parts = (service, *service.get("deployments", []), *service.get("taskSets", []))
        running = {part["taskDefinition"] for part in parts if part.get("taskDefinition")}
        yield from ((arn, name) for arn in running)
        yield from ((arn, f"{name}, to roll back to") for arn in before if arn not in running)


def _task_name(task: Any) -> str:
    group = task.get("group") or ""
    if group.startswith("service:"):
        return f"service {task['clusterArn'].rsplit('/', 1)[-1]}/{group.removeprefix('service:')}"
    return f"task {task['taskArn'].rsplit('/', 1)[-1]}"


# ECS


def _clusters(aws: Aws) -> list[str]:
    return [arn for page in aws.ecs.get_paginator("list_clusters").paginate() for arn in page["clusterArns"]]


def _services(aws: Aws, cluster: str) -> Iterator[Any]:
    pages = aws.ecs.get_paginator("list_services").paginate(cluster=cluster)
    for arns in _parts((arn for page in pages for arn in page["serviceArns"]), 10):
        yield from aws.ecs.describe_services(cluster=cluster, services=arns)["services"]


def _all_tasks(aws: Aws) -> Iterator[Any]:
    """Those that run or are yet to run."""
    return chain.from_iterable(each(lambda cluster: list(_tasks(aws, cluster)), _clusters(aws)))


def _tasks(aws: Aws, cluster: str) -> Iterator[Any]:
    pages = aws.ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus="RUNNING")
    for arns in _parts((arn for page in pages for arn in page["taskArns"]), 100):
        yield from aws.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]


def _before(aws: Aws, service: Any) -> Iterator[str]:
    """What the service would go back to: the sources of the deployments under way, and of the last one that went well.

    Only deployments by ECS itself are kept so; those of CodeDeploy, and of others, are task sets.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
    """
    if service.get("deploymentController", {}).get("type", "ECS") != "ECS":
        return
    named = {"cluster": service["clusterArn"], "service": service["serviceArn"]}
    answer: Any = aws.ecs.list_service_deployments(**named, maxResults=100)
    listed = sorted(answer["serviceDeployments"], key=lambda one: one["createdAt"], reverse=True)
    wanted = [one["serviceDeploymentArn"] for one in listed if one.get("status") not in _OVER]
    wanted += [one["serviceDeploymentArn"] for one in listed if one.get("status") == "SUCCESSFUL"][:1]
    for arns in _parts(iter(wanted), 20):
        deployments = aws.ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]
        revisions = {revision for deployment in deployments for revision in _revisions(deployment)}
        for some in _parts(iter(sorted(revisions)), 20):
            found = aws.ecs.describe_service_revisions(serviceRevisionArns=some)["serviceRevisions"]
            yield from (revision["taskDefinition"] for revision in found if revision.get("taskDefinition"))


_OVER = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")


def _revisions(deployment: Any) -> Iterator[str]:
    parts = [*deployment.get("sourceServiceRevisions", []), deployment.get("targetServiceRevision"), deployment.get("rollback")]
    yield from (part.get("arn") or part["serviceRevisionArn"] for part in parts if part)


# EventBridge


def _rules(aws: Aws) -> Iterator[tuple[str, str]]:
    rules = [
        {"Rule": rule["Name"], "EventBusName": bus["Name"]}
        for bus in _listed(aws.events, "list_event_buses", "EventBuses")
        for rule in _listed(aws.events, "list_rules", "Rules", EventBusName=bus["Name"])
    ]
    found = each(lambda rule: list(_listed(aws.events, "list_targets_by_rule", "Targets", **rule)), rules)
    for rule, targets in zip(rules, found, strict=True):
        for target in targets:
            if arn := target.get("EcsParameters", {}).get("TaskDefinitionArn"):
                yield arn, f"rule {rule['Rule']}"


def _schedules(aws: Aws) -> Iterator[tuple[str, str]]:
    listed = [one for one in _listed(aws.scheduler, "list_schedules", "Schedules") if ":ecs:" in one["Target"]["Arn"]]
    found = each(lambda one: aws.scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"]), listed)
    for entry, schedule in zip(listed, found, strict=True):
        name, target = f"schedule {entry['GroupName']}/{entry['Name']}", schedule["Target"]
        called = _CALL in entry["Target"]["Arn"]
        arn = _of_call(target, name) if called else target.get("EcsParameters", {}).get("TaskDefinitionArn")
        if arn:
            yield arn, name


_CALL = ":aws-sdk:ecs:"
"""In ARNs of universal targets, by which a schedule makes any call of ECS.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""


def _of_call(target: Any, schedule: str) -> str | None:
    """What the call names, as ARN or `family:revision`; None where it starts no task, as one that scales. Raises DeployError."""
    call = target["Arn"].rpartition(":")[2]
    try:
        named = {key.lower(): value for key, value in json.loads(target.get("Input") or "").items()}.get("taskdefinition")
    except (ValueError, AttributeError) as error:
        raise DeployError(f"{schedule}: what it calls {call} with cannot be read: {error}", hint=_MEND) from error
    if not named and call in ("runTask", "startTask"):
        raise DeployError(f"{schedule}: it calls {call} without a TaskDefinition", hint=_MEND)
    return str(named) if named else None


_MEND = "what it starts cannot be told, so nothing is taken for unused: mend the schedule's Input, or delete it"


# CloudFormation


_TAG = "dockyard:application"


def _to_be_run(aws: Aws) -> Iterator[tuple[str, str]]:
    """Jobs and tasks of stacks of ours: what runs a job is a state machine, and a task is run by hand."""
    for page in aws.cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            ours = _TAG in {tag["Key"] for tag in stack.get("Tags", [])}
            for output in stack.get("Outputs", []):
                if ours and output["OutputKey"] == "RunTask":
                    name = f"stack {stack['StackName']}"
                    yield parameters_in(output["OutputValue"], name)["taskDefinition"], name


def _listed(client: Any, call: str, key: str, **asked: Any) -> Iterator[Any]:
    """All of a list that comes in pages; not every one of these calls has a paginator."""
    while True:
        answer = getattr(client, call)(**asked)
        yield from answer.get(key, [])
        if not answer.get("NextToken"):
            return
        asked["NextToken"] = answer["NextToken"]


def _parts(items: Iterator[str], size: int) -> Iterator[list[str]]:
    while part := list(islice(items, size)):
        yield part
