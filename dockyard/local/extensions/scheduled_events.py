"""Schedules are due within a second of their time, in their own time zone.

Both those of EventBridge Scheduler and the rules of EventBridge that have a schedule. Of the Scheduler's:

- `StartDate`, `EndDate`, `State`; a rate without a `StartDate` is due at once; a flexible time window begins at its begin.
- A target that is a cluster runs ECS tasks, with `Input` as overrides; `arn:aws:scheduler:::aws-sdk:service:operation` is that
  call. A failed one is tried again and goes to the dead-letter queue with AWS's attributes.
- `ActionAfterCompletion: DELETE` after the last time.
  https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
  https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import eventbridge, scheduler
from ministack.services.cloudformation import provisioners

from dockyard.local import own_api, schedules
from dockyard.local.extensions.event_targets import (
    Delivery,
    NotDeliveredError,
    call,
    deliver,
    in_background,
    run_task,
    run_task_request,
)
from dockyard.local.extensions.instance import Instance
from dockyard.local.timetables import Timetable

_TICK = 0.2
_UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
_VERSION = ("ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate", "State", "LastModificationDate")
_PROPERTIES = (
    "ActionAfterCompletion", "Description", "EndDate", "FlexibleTimeWindow", "GroupName", "KmsKeyArn", "ScheduleExpression",
    "ScheduleExpressionTimezone", "StartDate", "State", "Target",
)  # fmt: skip

Key = tuple[str, str, str]
"""Account, region, and ministack's name of the schedule or rule."""
Record = dict[str, Any]


@dataclass
class _Plan:
    version: tuple[Any, ...]
    made: str
    due: datetime | None


_plans: dict[tuple[str, Key], _Plan] = {}
_started = threading.Event()


def install(_: Instance) -> None:
    """One loop instead of ministack's two, which look every ten seconds."""
    scheduler.start_scheduler = eventbridge.start_scheduler = _start
    for name in ("_create_schedule", "_update_schedule"):
        setattr(scheduler, name, _checked(getattr(scheduler, name)))
    handler = provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
    handler.update(create=_create_from_template, update=_update_from_template)


def reset() -> None:
    """Forget what was due."""
    _plans.clear()


def _start() -> None:
    if not _started.is_set():
        _started.set()
        threading.Thread(target=_loop, daemon=True, name="dockyard-schedules").start()


def _loop() -> None:
    while True:
        time.sleep(_TICK)
        try:
            _tick(datetime.now(UTC))
        except Exception:
            scheduler.logger.exception("a schedule")


def _tick(now: datetime) -> None:
    for kind, table, fire in (("schedule", scheduler._schedules, _fire_schedule), ("rule", eventbridge._rules, _fire_rule)):
        records = dict(table._data)
        for gone in [known for known in _plans if known[0] == kind and known[1] not in records]:
            del _plans[gone]
        for key, record in records.items():
            if record.get("ScheduleExpression"):
                _look(kind, key, record, now, fire)


def _look(kind: str, key: Key, record: Record, now: datetime, fire: Callable[[Key, Record, datetime, bool], None]) -> None:
    version, made = tuple(str(record.get(name)) for name in _VERSION), str(_made(record))
    plan, timetable = _plans.get((kind, key)), _timetable(kind, record, now)
    is_new = plan is None or plan.made != made  # another of the same name may have been deleted since the last look
    if plan is None or is_new or plan.version != version:
        plan = _plans[kind, key] = _Plan(version, made, timetable.first(now, is_new=is_new))
    if record.get("State") != "ENABLED" or plan.due is None or plan.due > now:
        return
    due, plan.due = plan.due, timetable.next(plan.due, now)
    fire(key, record, due, plan.due is None)


def _timetable(kind: str, record: Record, now: datetime) -> Timetable:
    return Timetable(
        expression=record["ScheduleExpression"],
        made=datetime.fromtimestamp(_made(record) or now.timestamp(), UTC),
        zone=record.get("ScheduleExpressionTimezone") or "UTC",
        start=_moment(record.get("StartDate")),
        end=_moment(record.get("EndDate")),
        begins_at_once=kind == "schedule",
    )


def _made(record: Record) -> Any:
    return record.get("CreationDate") or record.get("CreationTime")


def _moment(value: Any) -> datetime | None:
    seconds = scheduler._to_epoch(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _fire_rule(key: Key, rule: Record, due: datetime, _: bool) -> None:
    account, region, _name = key
    event = _event("aws.events", rule, due, account, region)
    targets = list(eventbridge._targets._data.get(key, []))

    def work() -> None:
        for target in targets:
            eventbridge._invoke_target(target, dict(event), rule)

    in_background(work, account, region)


def _fire_schedule(key: Key, schedule: Record, due: datetime, is_last: bool) -> None:
    account, region, _ = key

    def work() -> None:
        _invoke(schedule, due, account, region)
        if is_last and schedule.get("ActionAfterCompletion") == "DELETE" and scheduler._schedules._data.get(key) is schedule:
            del scheduler._schedules._data[key]

    in_background(work, account, region)


def _invoke(schedule: Record, due: datetime, account: str, region: str) -> None:
    execution, arn = new_uuid(), schedule["Target"]["Arn"]
    target = {**schedule["Target"], "Input": _filled(schedule, due, execution)}
    if arn.startswith(_UNIVERSAL):
        service, operation = arn.removeprefix(_UNIVERSAL).split(":")
        request = json.loads(target["Input"] or "{}")
        work = lambda: _universal(service, operation, request, account, region)  # noqa: E731
    elif arn.startswith("arn:aws:ecs:"):
        request = run_task_request(target, target["Input"], f"chronos-schedule/{schedule['Name']}")
        work = lambda: run_task(request, account, region)  # noqa: E731
    else:
        eventbridge._invoke_target(target, _event("aws.scheduler", schedule, due, account, region), schedule)
        return
    attributes = {
        "EXECUTION_ID": execution,
        "IS_PAYLOAD_TRUNCATED": "false",
        "SCHEDULED_TIME": due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SCHEDULE_ARN": schedule["Arn"],
        "TARGET_ARN": arn,
    }
    body = json.dumps({key[:1].upper() + key[1:]: value for key, value in request.items()})
    deliver(Delivery(target, work, body, attributes), account, region)


def _universal(service: str, operation: str, request: dict[str, Any], account: str, region: str) -> None:
    """A call of any operation; the input has the operation's parameters, with capitals."""
    try:
        work = own_api.operation(own_api.client(own_api.service_name(service), account, region), operation, request)
    except ValueError as error:
        raise NotDeliveredError("ValidationException", str(error)) from error
    call(work)


def _filled(schedule: Record, due: datetime, execution: str) -> str:
    """The input with the context attributes that it names."""
    text = str(schedule["Target"].get("Input") or "")
    for name, value in (
        ("schedule-arn", schedule["Arn"]),
        ("scheduled-time", due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("execution-id", execution),
        ("attempt-number", "1"),
    ):
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _event(source: str, record: Record, due: datetime, account: str, region: str) -> Record:
    return {
        "EventId": new_uuid(),
        "Source": source,
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "EventBusName": record.get("EventBusName", "default"),
        "Time": int(due.timestamp()),
        "Resources": [record["Arn"]],
        "Account": account,
        "Region": region,
    }


def _checked(original: Callable[[str, Record], Any]) -> Callable[[str, Record], Any]:
    def checked(name: str, body: Record) -> Any:
        try:
            zone = body.get("ScheduleExpressionTimezone") or "UTC"
            schedules.next_after(str(body.get("ScheduleExpression")), datetime.now(UTC), zone)
        except ValueError as error:
            return scheduler._error(400, "ValidationException", str(error))
        return original(name, body)

    return checked


def _create_from_template(logical_id: str, props: Record, stack: str) -> tuple[str, Record]:
    name = props.get("Name") or provisioners._physical_name(stack, logical_id, max_len=64)
    return _put(scheduler._create_schedule, name, props)


def _update_from_template(name: str, old: Record, new: Record, stack: str) -> tuple[str, Record]:
    if new.get("Name", name) != name or new.get("GroupName") != old.get("GroupName"):
        provisioners._scheduler_schedule_delete(name, old)
        return _create_from_template(new.get("Name", name), {"Name": name, **new}, stack)
    return _put(scheduler._update_schedule, name, new)


def _put(action: Callable[[str, Record], Any], name: str, props: Record) -> tuple[str, Record]:
    status, _, body = action(name, {key: props[key] for key in _PROPERTIES if key in props})
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(f'Resource handler returned message: "{answer["Message"]}"')
    return name, {"Arn": answer["ScheduleArn"]}
