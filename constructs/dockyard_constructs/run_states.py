"""The states of one run of a job, in the Amazon States Language.

    Before -> IsRunning -> Skipped
                        -> Run -> (end)
                           Run -> Late -> Stop -> TookTooLong

Step Functions takes a task for failed where any of its containers ended with another code than 0, and those beside the one that
does the work are ended by a signal. So where there are such, Run is a branch that judges by that one:

    Task -> (end)
    Task -> Judge -> Done
                  -> Failed

A run by hand is a task of the same family, so it counts as a run, too.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
"""

from collections.abc import Mapping
from typing import Any

NOT_FOR_STATES = ("enableECSManagedTags",)
"""Parameters of RunTask that Step Functions does not list among those that it takes."""


FAILED = "RunFailed"
"""Error of a run whose container failed."""


def run_states(
    parameters: Mapping[str, Any], *, family: str, timeout_seconds: int, retries: int, container: str | None = None
) -> dict[str, Any]:
    """A state machine that runs a task unless one of the family runs, and waits for its end.

    :param parameters: of ECS RunTask, as its API names them.
    :param family: of the task definition.
    :param timeout_seconds: after which a run is stopped.
    :param retries: how often a run that failed is tried again, after 10, 20, 40 … seconds.
    :param container: the one that does the work, where there are others beside it. Default: it is alone.
    """
    cluster = parameters["cluster"]
    run = {key: value for key, value in parameters.items() if key not in NOT_FOR_STATES}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::ecs:runTask.sync",
        "Parameters": _with_capitals(run),
        "TimeoutSeconds": timeout_seconds,
    }
    failed = FAILED if container else "States.TaskFailed"
    retry = {"ErrorEquals": [failed], "IntervalSeconds": 10, "BackoffRate": 2, "MaxAttempts": retries}
    return {
        "StartAt": "Before",
        "States": {
            "Before": {**_running(cluster, family), "Next": "IsRunning"},
            "IsRunning": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.TaskArns[0]", "IsPresent": True, "Next": "Skipped"}],
                "Default": "Run",
            },
            "Skipped": {"Type": "Succeed", "Comment": "the run before is still under way"},
            "Run": {
                **(_judged(task, container) if container else task),
                **({"Retry": [retry]} if retries else {}),
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
                "End": True,
            },
            "Late": {**_running(cluster, family), "Next": "Stop"},
            "Stop": {
                "Type": "Map",
                "ItemsPath": "$.TaskArns",
                "Parameters": {"Task.$": "$$.Map.Item.Value"},
                "ItemProcessor": {
                    "StartAt": "StopOne",
                    "States": {
                        "StopOne": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::aws-sdk:ecs:stopTask",
                            "Parameters": {"Cluster": cluster, "Task.$": "$.Task", "Reason": "the run took too long"},
                            "End": True,
                        }
                    },
                },
                "Next": "TookTooLong",
            },
            "TookTooLong": {"Type": "Fail", "Error": "Timeout", "Cause": f"the run took longer than {timeout_seconds} seconds"},
        },
    }


def _judged(task: Mapping[str, Any], container: str) -> dict[str, Any]:
    """A state that fails where this container of the task does, and by FAILED. The cause of a task that ran is its description.

    https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
    """
    cause = "$states.input.Cause"
    ended = f"$parse({cause}).Containers[Name = '{container}'].ExitCode"
    well = f"{{% $substring({cause}, 0, 1) = '{{' ? {ended} = 0 : false %}}"
    states = {
        "Task": {**task, "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Judge"}], "End": True},
        "Judge": {
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [{"Condition": well, "Next": "Done"}],
            "Default": "Failed",
        },
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": FAILED, "CausePath": "$.Cause"},
    }
    return {"Type": "Parallel", "Branches": [{"StartAt": "Task", "States": states}]}


def _running(cluster: str, family: str) -> dict[str, Any]:
    """A state that lists the tasks of the family that run or are to run."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ecs:listTasks",
        "Parameters": {"Cluster": cluster, "Family": family, "DesiredStatus": "RUNNING"},
    }


def _with_capitals(value: Any) -> Any:
    """Parameters as Step Functions names them."""
    if isinstance(value, Mapping):
        return {key[0].upper() + key[1:]: _with_capitals(inner) for key, inner in value.items()}
    return [_with_capitals(inner) for inner in value] if isinstance(value, list) else value
