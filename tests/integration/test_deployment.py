"""`deploy` of a service: how a new version takes the place of the old one, as its clients see it."""

import json
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.integration import database
from tests.integration.local_aws import until
from tests.integration.support import Requests, get

TEST = {"x-dockyard-test": "1"}


def test_versions_take_turns_by_each_strategy_and_no_request_fails(
    site, source, settings
):  # whose end goes first: it ends the pauses
    """A running service changes its strategy; tests reach the next version first; a canary has its share for its time."""
    address = site.addresses()["hello-python"]
    with Requests(address) as requests, ThreadPoolExecutor() as pool:
        up = _deploy(pool, site, settings, source, "{strategy: canary, percent: 30, interval: 20, bake: 1}", "2")
        until(lambda: up.done() or get(address, **TEST)[1]["version"] == "2", 180)
        until(lambda: up.done() or get(address)[1]["version"] == "2", 30)
        seen = _while_shared(site, address)
        up.result()
        assert seen.total() >= 20
        assert abs(seen["2"] / seen.total() - 0.3) < 2.5 / seen.total() ** 0.5, seen  # five standard deviations
        assert {get(address)[1]["version"] for _ in range(10)} == {"2"}
        up = _deploy(pool, site, settings, source, "{strategy: blue-green, bake: 0, smoke: [/hello-python], approve: true}", "3")
        try:
            until(lambda: up.done() or _is_paused(site), 180)
            assert (get(address, **TEST)[1]["version"], get(address)[1]["version"]) == ("3", "2")
            site.dockyard("approve", "hello-python", **site.account())
            assert "waits for approval: dockyard approve hello-python --env dev" in up.result().stderr
        finally:
            _let_go(site, up)
        assert {get(address)[1]["version"] for _ in range(10)} == {"3"}
        site.edit(source, 'VERSION = "3"', 'VERSION = "4"')
        up = pool.submit(site.up, code=1)
        try:
            until(lambda: up.done() or _is_paused(site), 180)
            site.dockyard("reject", "hello-python", **site.account())
            assert "demo-dev-hello-python: rejected by root" in up.result().stderr
        finally:
            _let_go(site, up)
        assert "hello-python: rejected by root" in site.dockyard("status", "hello-python", **site.account()).stdout
        assert json.loads(site.dockyard("history", "hello-python", "--json", **site.account()).stdout)[0]["what"] == "rejected"
    assert requests.failed == {}
    assert requests.versions == {"1", "2", "3"}


def _deploy(pool, site, settings, source, deploy: str, version: str):
    """Begin to deploy another version so."""
    settings.write_text(settings.read_text().split("\ndeploy: ")[0] + f"\ndeploy: {deploy}\n")
    site.edit(source, f'VERSION = "{int(version) - 1}"', f'VERSION = "{version}"')
    return pool.submit(site.up)


def _while_shared(site, address) -> Counter:
    """Versions that answer while the service's rule has the weights of the canary, up to a hundred answers."""
    seen: Counter = Counter()
    elbv2 = site.client("elbv2")
    while seen.total() < 100 and _is_shared(elbv2):
        version = get(address)[1]["version"]
        if _is_shared(elbv2):
            seen[version] += 1
    return seen


def _is_shared(elbv2) -> bool:
    balancers = [one["LoadBalancerArn"] for one in elbv2.describe_load_balancers()["LoadBalancers"]]
    listeners = [one for arn in balancers for one in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]]
    rules = [rule for one in listeners for rule in elbv2.describe_rules(ListenerArn=one["ListenerArn"])["Rules"]]
    groups = [action.get("ForwardConfig", {}).get("TargetGroups", []) for rule in rules for action in rule["Actions"]]
    return any({group.get("Weight") for group in one} == {30, 70} for one in groups)


def _let_go(site, up) -> None:
    """Whatever has failed, nothing waits for approval any more: what comes next would wait with it."""
    until(lambda: up.done() or (_is_paused(site) and site.dockyard("reject", "hello-python", **site.account())), 180)


def _is_paused(site) -> bool:
    ecs = site.client("ecs")
    (service,) = [arn for arn in ecs.list_services(cluster="demo-dev")["serviceArns"] if "hello-python" in arn]
    found = ecs.list_service_deployments(cluster="demo-dev", service=service, status=["IN_PROGRESS"])["serviceDeployments"]
    arns = [one["serviceDeploymentArn"] for one in found]
    told = ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"] if arns else []
    return any(hook["status"] == "AWAITING_ACTION" for one in told for hook in one.get("lifecycleHookDetails", []))


def test_a_smoke_test_that_fails_is_told_with_its_answer_at_the_end_and_afterwards(site, source, settings):
    site.edit(source, '"path": request.url.path})', '"path": request.url.path}, 500 if "broken" in request.url.path else 200)')
    settings.write_text(f"{settings.read_text()}\ndeploy: {{strategy: blue-green, bake: 0, smoke: [/hello-python/broken]}}\n")
    why, told = "its smoke test failed: GET /hello-python/broken: 500 (wanted: 2xx)", site.up(code=1).stderr
    assert f"error: demo-dev-hello-python: {why}" in told
    assert "try:   see that GET /hello-python/broken gives 2xx, or set deploy.smoke in service.yaml to what does" in told
    assert f"hello-python: {why}" in site.dockyard("status", "hello-python", **site.account()).stdout
    (last, *_) = json.loads(site.dockyard("history", "hello-python", "--json", **site.account()).stdout)
    assert (last["what"], last["reason"]) == ("rolled back", why)
    assert "demo-dev-hello-python" in last["deploy"]["steps"]


def test_a_migration_runs_once_before_the_tasks_of_its_version_start_and_where_it_fails_they_do_not(site):
    """Against a real database, in a rolling deployment of two tasks and as a hook of a blue/green one."""
    services = site.root / "services"
    database.write(services / "db", database.DB)
    try:
        site.up()
        database.write(services / "shop", database.SHOP, ADDRESS=_address(site, "demo-dev-db"))
        told = site.up()
        address = next(line.split()[1] for line in told.stdout.splitlines() if line.startswith("shop"))
        assert "before | migrated to 1" in told.stderr
        assert get(address) == (200, {"version": 1, "migrations": [1]})
        site.edit("services/shop/version.py", "1", "2")
        site.edit("services/shop/service.yaml", "{before:", "{strategy: blue-green, bake: 0, before:")
        assert "before | migrated to 2" in site.up().stderr
        assert get(address) == (200, {"version": 2, "migrations": [1, 2]})
        site.edit("services/shop/version.py", "2", "3")
        told = site.up(code=1).stderr
        assert "| a column is missing" in told
        assert "its command before failed: Service deployment rolled back because a lifecycle hook failed" in told
        assert get(address) == (200, {"version": 2, "migrations": [1, 2, 3]})
    finally:
        for name in ("shop", "db"):
            shutil.rmtree(services / name, ignore_errors=True)
            _delete(site, f"demo-dev-{name}")


def _address(site, stack: str) -> str:
    """Of the one task of a stack's service."""
    ecs = site.client("ecs")
    (arn,) = [arn for arn in ecs.list_services(cluster="demo-dev")["serviceArns"] if f"/{stack}-" in arn]
    tasks = ecs.list_tasks(cluster="demo-dev", serviceName=arn.rsplit("/", 1)[-1])["taskArns"]
    (task,) = ecs.describe_tasks(cluster="demo-dev", tasks=tasks)["tasks"]
    details = {one["name"]: one["value"] for attached in task["attachments"] for one in attached["details"]}
    return details["privateIPv4Address"]


def _delete(site, stack: str) -> None:
    cloudformation = site.client("cloudformation")
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
