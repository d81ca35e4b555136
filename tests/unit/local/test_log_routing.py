"""Task definitions with a log router, on the local AWS."""

from dockyard.local.log_routing import without_router

ROUTER = {"name": "router", "firelensConfiguration": {"type": "fluentbit"}}
APP = {
    "name": "app",
    "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "datadog"}, "secretOptions": [{"name": "apikey"}]},
    "dependsOn": [{"containerName": "router", "condition": "START"}, {"containerName": "init", "condition": "SUCCESS"}],
}
PLAIN = {"name": "init", "logConfiguration": {"logDriver": "json-file"}}


def test_containers_log_where_the_router_does_and_wait_for_it_no_more():
    own = {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-stream-prefix": "router"}}
    app, init = without_router([APP, PLAIN, {**ROUTER, "logConfiguration": own}])
    assert app["logConfiguration"] == {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-stream-prefix": "app"}}
    assert app["dependsOn"] == [{"containerName": "init", "condition": "SUCCESS"}]
    assert init["logConfiguration"] == PLAIN["logConfiguration"]


def test_where_the_router_logs_nowhere_they_have_the_default():
    (app,) = without_router([APP, ROUTER])
    assert "logConfiguration" not in app


def test_a_definition_without_a_router_stays_as_it_is():
    assert without_router([PLAIN]) == [PLAIN]
