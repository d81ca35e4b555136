"""Secrets that services name: whether they are there, and whether the role that starts the tasks may read them."""

from collections.abc import Iterator, Sequence
from typing import Any

from dockyard.build.plan import side_by_side
from dockyard.config import Service
from dockyard.deploy.secrets import secret_problems
from dockyard.deploy.verify.check import Check, looked, ng, ok, skip
from dockyard.deploy.verify.scene import Scene

NAME, READABLE = "secrets", "secrets readable"
_TASK = "AWS::ECS::TaskDefinition"
_ACTIONS = {"ssm": "ssm:GetParameters", "secretsmanager": "secretsmanager:GetSecretValue"}


def secret_checks(scene: Scene) -> Iterator[Check]:
    """Of each service that names some."""
    naming = [name for name, service in scene.services.items() if count(service)]
    for found in side_by_side(lambda name: [*looked(name, NAME, lambda: _there(scene, name))], naming):
        yield from found


def count(service: Service) -> int:
    """How many secrets its containers name."""
    return sum(map(len, service.all_secrets.values()))


def _there(scene: Scene, name: str) -> Iterator[Check]:
    problems = [*secret_problems(scene.site.project, scene.site.environment, scene.reading, scene.site.aws, [name])]
    for problem in problems:
        told, _, hint = problem.partition("; run: ")
        yield ng(name, NAME, told, f"run: {hint}" if hint else "make it there, or name another in service.yaml")
    if not problems:
        yield ok(name, NAME, f"{count(scene.services[name])} there")


def readable_checks(scene: Scene) -> Iterator[Check]:
    """Of each service that names some: by what IAM says of the role and the secrets of the tasks that are deployed."""
    naming = [name for name, service in scene.services.items() if count(service)]
    for found in side_by_side(lambda name: [*looked(name, READABLE, lambda: _readable(scene, name))], naming):
        yield from found


def _readable(scene: Scene, name: str) -> Iterator[Check]:
    arns = scene.made(scene.site.service_stack(name), _TASK)
    if not arns:
        yield skip(name, READABLE, "its role is made by the first deploy, with the right to read them")
        return
    ecs: Any = scene.reading.ecs
    definition = ecs.describe_task_definition(taskDefinition=arns[0])["taskDefinition"]
    wanted = secrets_of(definition)
    if not wanted:
        yield skip(name, READABLE, "the tasks that are deployed have none yet; the next deploy gives their role the right")
        return
    role = definition["executionRoleArn"]
    answers = [
        one
        for action, named in wanted.items()
        for arn in named
        for one in scene.reading.iam.simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[_whole(scene, arn)]
        )["EvaluationResults"]
    ]
    yield readable_check(name, role, answers)


def _whole(scene: Scene, arn: str) -> str:
    """ARN of a secret with the six characters that Secrets Manager puts at the end, and that task definitions may leave out."""
    if ":secretsmanager:" not in arn:
        return arn
    return str(scene.reading.secretsmanager.describe_secret(SecretId=arn)["ARN"])


def secrets_of(definition: Any) -> dict[str, list[str]]:
    """Action to the ARNs that the execution role of a task definition must be allowed it on."""
    found: dict[str, set[str]] = {}
    for container in definition["containerDefinitions"]:
        for one in [*(container.get("secrets") or []), *(container.get("logConfiguration", {}).get("secretOptions") or [])]:
            arn = ":".join(one["valueFrom"].split(":")[:7])  # what follows in the ARN of a secret is a key of its JSON
            if action := _ACTIONS.get(arn.split(":")[2] if arn.startswith("arn:") else ""):
                found.setdefault(action, set()).add(arn)
    return {action: sorted(arns) for action, arns in sorted(found.items())}


def readable_check(service: str, role: str, answers: Sequence[Any]) -> Check:
    """What IAM says of each."""
    denied = [one for one in answers if one["EvalDecision"] != "allowed"]
    if not denied:
        return ok(service, READABLE, f"by {role.rsplit('/', 1)[-1]}")
    told = "; ".join(f"{one['EvalActionName']} on {one['EvalResourceName']}: {one['EvalDecision']}" for one in denied)
    way = "look for what denies it: a permissions boundary of the bootstrap, or a change of the role by other means"
    return ng(
        service, READABLE, f"{role.rsplit('/', 1)[-1]} may not: {told}", f"{way}; dockyard deploy --force writes its policy anew"
    )
