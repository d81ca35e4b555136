"""Rules of EventBridge that AWS refuses: without a pattern and a schedule, and with a rate that is one of several.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from dockyard.local import schedules
from dockyard.local.extensions.instance import Instance


def install(_: Instance) -> None:
    """Check by call and by template; the latter changes a rule by the call."""
    put = eventbridge._put_rule
    handler = provisioners._RESOURCE_HANDLERS["AWS::Events::Rule"]
    create = handler["create"]

    def put_rule(data: dict[str, Any]) -> Any:
        try:
            schedules.check_rule(data.get("ScheduleExpression"), data.get("EventPattern"))
        except ValueError as error:
            return eventbridge.error_response_json("ValidationException", str(error), 400)
        return put(data)

    def create_checked(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        schedules.check_rule(props.get("ScheduleExpression"), props.get("EventPattern"))
        return create(logical_id, props, stack)

    eventbridge._put_rule = put_rule
    handler["create"] = create_checked
