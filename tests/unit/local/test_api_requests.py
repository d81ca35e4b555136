import pytest

from dockyard.local.api_requests import RefusedError, checked

TARGET = {"ServiceNamespace": "ecs", "ResourceId": "service/c/web", "ScalableDimension": "ecs:service:DesiredCount"}


def test_numbers_may_be_text_as_in_templates():
    suspended = {"DynamicScalingInSuspended": "true"}
    typed = checked(
        "application-autoscaling", "RegisterScalableTarget", {**TARGET, "MinCapacity": "1", "SuspendedState": suspended}
    )
    assert typed == {**TARGET, "MinCapacity": 1, "SuspendedState": {"DynamicScalingInSuspended": True}}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"ResourceId": None}, "Value null at 'resourceId' failed to satisfy constraint: Member must not be null"),
        ({"ServiceNamespace": "ecz"}, "Value 'ecz' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum"),
        ({"MinCapacity": "many"}, "Value 'many' at 'minCapacity'"),
    ],
)
def test_what_is_wrong_is_told_as_aws_validates(change, message):
    with pytest.raises(RefusedError, match=message):
        checked("application-autoscaling", "RegisterScalableTarget", {**TARGET, **change})
