"""What is known of a service by its stack."""

import json
from datetime import UTC, datetime

import pytest

from dockyard.errors import DockyardError
from dockyard.operate.deployed import SERVICE, Deployed

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_a_service_is_known_by_its_cluster_and_name():
    found = Deployed("web", NOW, "CREATE_COMPLETE", {}, {SERVICE: ["arn:aws:ecs:eu-west-1:1:service/shop-dev/shop-dev-web-S1"]})
    assert (found.service, found.sure_service(), found.family) == (("shop-dev", "shop-dev-web-S1"), found.service, None)


def test_a_job_is_known_by_its_family_whatever_its_revision():
    run = {
        "cluster": "arn:aws:ecs:eu-west-1:1:cluster/shop-dev",
        "taskDefinition": "arn:aws:ecs:eu-west-1:1:task-definition/night:7",
    }
    found = Deployed("night", NOW, "CREATE_COMPLETE", {"RunTask": json.dumps(run)})
    assert (found.service, found.family) == (None, ("shop-dev", "night"))


def test_a_stack_whose_creation_failed_has_nothing():
    found = Deployed("web", NOW, "ROLLBACK_COMPLETE")
    assert (found.service, found.family, found.of(SERVICE)) == (None, None, ())
    with pytest.raises(DockyardError, match="the stack of web has no service: it is in state ROLLBACK_COMPLETE"):
        found.sure_service()
