"""Which hook took a deployment back, in words: somebody rejected it, nobody approved it in time, or what is asked of it failed.

Of all of them ECS says that a hook failed, and nobody's name: who rejects by Dockyard leaves a note in the bootstrap's bucket.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

from dockyard.deploy.ledger import made
from dockyard.deploy.receipt import Made
from dockyard.deploy.site import Site, bootstrap_bucket, in_publishing_role

REJECTED = "rejected"
_OF_STAGE = {"PRE_SCALE_UP": "its command before", "POST_TEST_TRAFFIC_SHIFT": "its smoke test"}
_NOTE = TypeAdapter(Made)


def refusal(deployment: Mapping[str, Any]) -> str:
    """Which one it was; empty where none was, or ECS does not tell."""
    return next(filter(None, (_told(hook, deployment) for hook in deployment.get("lifecycleHookDetails") or [])), "")


def _told(hook: Mapping[str, Any], deployment: Mapping[str, Any]) -> str:
    late = hook.get("status") == "TIMED_OUT" and hook.get("timeoutAction") != "CONTINUE"
    if not (late or hook.get("status") == "FAILED"):
        return ""
    if hook.get("targetType") == "PAUSE":
        return "nobody approved it in time" if late else REJECTED
    return f"{_name(str(hook.get('targetArn')), deployment)} {'took too long' if late else 'failed'}"


def _name(function: str, deployment: Mapping[str, Any]) -> str:
    """Of a hook's function, by the stage that it is configured for."""
    stages = [
        stage
        for hook in _hooks(deployment)
        if hook.get("hookTargetArn") == function
        for stage in hook.get("lifecycleStages") or []
    ]
    return next((_OF_STAGE[stage] for stage in stages if stage in _OF_STAGE), "a hook")


def reason(deployment: Mapping[str, Any], said: str, rejected_by: Callable[[str], str]) -> str:
    """Why it goes back: who rejected it, else what failed, with what ECS says.

    :param said: by ECS; empty where it does not go back.
    :param rejected_by: who rejected the deployment of an ARN; empty where nobody did, or is known.
    """
    if not said:
        return ""
    what = refusal(deployment)
    if pauses(deployment) and (who := rejected_by(str(deployment.get("serviceDeploymentArn")))):
        return f"{REJECTED} by {who}"
    return REJECTED if what == REJECTED else ": ".join(filter(None, (what, said)))


def is_rejection(reason: str) -> bool:
    """Whether such a reason says that somebody rejected it."""
    return reason == REJECTED or reason.startswith(f"{REJECTED} by ")


def pauses(deployment: Mapping[str, Any]) -> bool:
    """Whether it waits for an approval at any of its steps."""
    return any(
        hook.get("targetType") == "PAUSE" for hook in [*_hooks(deployment), *(deployment.get("lifecycleHookDetails") or [])]
    )


def _hooks(deployment: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """As they are configured."""
    return (deployment.get("deploymentConfiguration") or {}).get("lifecycleHooks") or []


def note_rejection(site: Site, arn: str) -> None:
    """Leave a note of who rejects this deployment, now; where that is refused, nobody will know."""
    bucket, key = _place(site, arn)
    with contextlib.suppress(ClientError, BotoCoreError):
        in_publishing_role(site.aws, site.project.root).keep(bucket, key, _NOTE.dump_json(made(site)))


def rejected_by(site: Site, arn: str) -> str:
    """Who rejected a deployment; empty where there is no note of it, or it may not be read."""
    try:
        return _NOTE.validate_json(site.reading.kept(*_place(site, arn))).actor
    except (ClientError, BotoCoreError, ValueError):
        return ""


def _place(site: Site, arn: str) -> tuple[str, str]:
    """Of the note; an ARN ends with cluster, service and the deployment's id."""
    return bootstrap_bucket(site.aws, site.project.root), f"dockyard/rejections/{arn.partition('/')[2]}.json"
