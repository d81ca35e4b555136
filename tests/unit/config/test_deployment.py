"""`deploy` of a service.yaml: a strategy, or a mapping of it."""

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from dockyard.config.deployment import Deploy, Deployment
from dockyard.config.routes import priority


def deploy(files, text):
    files.service(f"kind: web\n{text}")
    return files.load().environment().services["web"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("ROLLING", None, None, None, False)),
        ("deploy: rolling", ("ROLLING", None, None, None, False)),
        ("deploy: {alternate_targets: true}", ("ROLLING", None, None, None, True)),
        ("deploy: blue-green", ("BLUE_GREEN", None, None, 5, True)),
        ("deploy: canary", ("CANARY", 5, 10, 5, True)),
        ("deploy: {strategy: canary, percent: 0.1, interval: 0, bake: 0}", ("CANARY", 0.1, 0, 0, True)),
        ("deploy: linear", ("LINEAR", 10, 6, 5, True)),
        ("deploy: {strategy: linear, percent: 3, interval: 59, test_header: off}", ("LINEAR", 3, 59, 5, False)),
    ],
)
def test_a_strategy_has_defaults_that_are_aws_own(files, text, expected):
    found = deploy(files, text).deploy
    assert (found.ecs_strategy, found.share, found.wait, found.bake_minutes, found.has_test_rule) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["errors", "latency"]),
        ("alarms: {latency: off}", ["errors"]),
        ("deploy: {alarms: off}", []),
        ("deploy: {strategy: canary, alarms: [cpu, errors]}", ["cpu", "errors"]),
    ],
)
def test_alarms_of_requests_that_are_there_fail_a_deployment_unless_others_are_named(files, text, names):
    settings = deploy(files, text)
    assert settings.deploy.watched(settings.alarms) == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("canry", 'deploy: should be rolling, blue-green, canary or linear, got "canry"; did you mean canary?'),
        ("", "deploy: should be rolling, blue-green, canary or linear, or a mapping with strategy, got nothing"),
        ("3", "deploy: should be rolling, blue-green, canary or linear, or a mapping with strategy, got 3"),
        ("{strategy: canry}",
         'deploy.strategy: should be rolling, blue-green, canary or linear, got "canry"; did you mean canary?'),
        ("{strat: canary}", "deploy.strat: unknown key; did you mean strategy?"),
        ("{strategy: canary, percent: 100}", "deploy.percent: should be 0.1 to 99.9 (percent), got 100"),
        ("{strategy: canary, percent: 0}", "deploy.percent: should be 0.1 to 99.9 (percent), got 0"),
        ("{strategy: canary, percent: 5.05}", "deploy: percent should be a multiple of 0.1, got 5.05"),
        ("{strategy: linear, percent: 2.9}", "deploy: percent of linear should be 3 to 99.9, got 2.9"),
        ("{strategy: canary, interval: 1441}", "deploy.interval: should be 0 to 1440 (minutes), got 1441"),
        ("{strategy: blue-green, bake: -1}", "deploy.bake: should be 0 to 1440 (minutes), got -1"),
        ("{strategy: canary, interval: 1440, bake: 541}", "deploy: all its times together should be at most 1980 minutes, got 1981"),
        ("{strategy: linear, percent: 3, interval: 60}", "deploy: all its times together should be at most 1980 minutes, got 1985"),
        ("{percent: 5}", "deploy: percent is of canary or linear, which rolling is not"),
        ("{strategy: blue-green, interval: 5}", "deploy: interval is of canary or linear, which blue-green is not"),
        ("{bake: 5}", "deploy: bake is of blue-green, canary or linear, which rolling is not"),
        ("{strategy: canary, early_success: true}", "deploy: early_success is of rolling, which canary is not"),
        ("{failures: 0}", "deploy.failures: should be 1 to 10000 (tasks), got 0"),
        ("{alarms: errors}", 'deploy.alarms: should be off, or a list of errors, latency, unhealthy, cpu or memory, got "errors"'),
        ("{alarms: [eror]}", 'deploy.alarms[0]: should be errors, latency, unhealthy, cpu or memory, got "eror"; did you mean errors?'),
        ("{smoke: [/up]}", "deploy: smoke is of blue-green, canary or linear, which rolling is not"),
        ("{approve: true}", "deploy: approve is of blue-green, canary or linear, which rolling is not"),
        ("{strategy: canary, smoke: [up]}", 'deploy.smoke[0]: should be a path that begins with /, got "up"'),
        ("{strategy: canary, smoke: [/up], test_header: off}",
         "deploy: smoke needs the rule of test requests: take test_header: off away"),
        ("{before: ''}", "deploy.before: should have at least 1, got 0"),
        ("{before: \"a 'b\"}", "deploy.before: should be a command line, got \"a 'b\": no closing quotation"),
        ("{strategy: canary, test_header: 'x test'}",
         'deploy.test_header: should be off, or the name of a header such as x-dockyard-test, and not Host, got "x test"'),
        ("{strategy: canary, test_header: host}",
         'deploy.test_header: should be off, or the name of a header such as x-dockyard-test, and not Host, got "host"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_key(problem, text, said):
    assert problem(f"deploy: {text}") == f"services/web/service.yaml: {said}"


def test_an_alarm_that_is_off_cannot_fail_a_deployment(problem):
    told = problem("alarms: {errors: off}\ndeploy: {alarms: [latency, errors]}")
    said = 'should be an alarm that is there, got "errors", which is off in alarms'
    assert told == f"services/web/service.yaml: deploy.alarms[1]: {said}"


def test_only_a_web_service_is_deployed_so(files):
    files.service("kind: worker\ndeploy: canary", name="mail")
    (told,) = files.problems()
    assert told.startswith("services/mail/service.yaml: deploy: ")
    assert "web" in told


@pytest.mark.parametrize("kind", ["kind: web", "kind: job\nschedule: rate(1 hour)"])
def test_a_key_of_deploy_in_the_service_itself_is_told_its_place(files, kind):
    files.service(f"{kind}\nbefore: migrate", name="one")
    assert files.problems() == ["services/one/service.yaml: before: is deploy.before of kind web"]


def test_an_environment_may_have_another_strategy(files):
    files.service("kind: web\ndeploy: rolling\nenvironments: {prod: {deploy: {strategy: linear, percent: 20}}}")
    project = files.load()
    assert project.environment("dev").services["web"].deploy.strategy == "rolling"
    assert project.environment("prod").services["web"].deploy.share == 20


@pytest.mark.parametrize(
    ("own", "override", "expected"),
    [
        ("canary", "{failures: 3}", ("canary", 5, 3)),
        ("canary", "{percent: 20}", ("canary", 20, None)),
        ("{strategy: canary, failures: 3}", "{percent: 20}", ("canary", 20, 3)),
        ("{strategy: canary, failures: 3}", "linear", ("linear", 10, None)),
        ("canary", "rolling", ("rolling", None, None)),
    ],
)
def test_an_environment_adds_to_a_strategy_and_a_word_of_its_own_replaces_it(files, own, override, expected):
    files.service(f"kind: web\ndeploy: {own}\nenvironments: {{prod: {{deploy: {override}}}}}")
    project = files.load()
    found = project.environment("prod").services["web"].deploy
    assert (found.strategy, found.share, found.failures) == expected
    assert project.environment("dev").services["web"].deploy.strategy == "canary"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("http: {path: /a, priority: 8}\ndeploy: canary", "http: {path: /b, priority: 7}", "priority 7, that of service b"),
        ("http: {path: /a, priority: 1}\ndeploy: canary", "http: {path: /b}", "priority 0, before the first"),
    ],
)
def test_a_test_rule_has_a_number_of_its_own(files, first, second, said):
    files.service(f"kind: web\n{first}", name="a")
    files.service(f"kind: web\n{second}", name="b")
    told = f"services/a/service.yaml: deploy.test_header: its rule would have {said}; give the service another http.priority"
    assert {text.split(", or set off")[0] for text in files.problems()} == {told}


def test_where_the_rule_is_off_so_is_its_number(files):
    files.service("kind: web\nhttp: {priority: 1}\ndeploy: {strategy: canary, test_header: off}")
    settings = files.load().environment().services["web"]
    assert priority(settings.http, environment="dev", service="web") == 1


@pytest.mark.parametrize(
    ("http", "said"),
    [
        ("reach: both", "http.reach: blue-green shifts requests between two target groups by the one rule of the service"),
        (
            "maintenance: true",
            "http.maintenance: blue-green shifts requests between two target groups by the one rule of the service",
        ),
        (
            "stickiness: 60",
            "http.stickiness: blue-green shifts requests between two target groups by the one rule of the service, and "
            "http.stickiness is of a rule with one",
        ),
        ("methods: [GET, POST, PUT]", "deploy.test_header: its rule has the header too, and a rule has 5 values"),
    ],
)
def test_what_does_not_go_with_a_second_target_group_is_told(files, http, said):
    files.write("dockyard.yaml", "name: shop\nload_balancer: {internal: true}\n")
    files.service(f"kind: web\nhttp: {{path: /a, {http}}}\ndeploy: blue-green\n")
    assert any(problem.removeprefix("services/web/service.yaml: ").startswith(said) for problem in files.problems())


@pytest.mark.parametrize("deploy", ["canary", "{alternate_targets: true}"])
@pytest.mark.parametrize("key", ["requests", "response_time"])
def test_what_is_measured_of_one_target_group_scales_no_service_with_two(problem, deploy, key):
    said = (
        "is measured of one target group, and with deploy the tasks take turns between two: count by cpu, or set deploy: rolling"
    )
    assert problem(f"count: {{max: 4, {key}: 1}}\ndeploy: {deploy}") == f"services/web/service.yaml: count.{key}: {said}"


def test_a_service_with_two_target_groups_scales_by_its_processors(files):
    assert deploy(files, "count: {max: 4, cpu: 60}\ndeploy: canary").count.cpu == 60


def test_a_smoke_request_that_is_another_services_is_told(problem):
    told = problem("http: {path: /shop}\ndeploy: {strategy: canary, smoke: [/shop, /shop/up?a=b, /shops]}")
    assert told == 'services/web/service.yaml: deploy.smoke[2]: should be "/shop" or below it, as http.path is, got "/shops"'


@pytest.mark.parametrize("protocol", ["grpc", "http2"])
def test_a_smoke_request_is_no_other_protocol(files, protocol):
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}\ndomains: {example.com: {hosted_zone: Z1}}")
    files.service(f"kind: web\nhttp: {{protocol: {protocol}}}\ndeploy: {{strategy: canary, smoke: [/up]}}")
    said = f"deploy.smoke: is asked by HTTP/1.1, and http.protocol is {protocol}"
    assert files.problems() == [f"services/web/service.yaml: {said}"]


def test_before_goes_with_no_disk_of_its_own(problem):
    told = problem("volumes: {data: {path: /data, type: ebs, size: 8}}\ndeploy: {before: migrate}")
    said = "runs in a task of no service, which has no EBS volume, and data is one; use efs"
    assert told == f"services/web/service.yaml: deploy.before: {said}"


@pytest.mark.parametrize("text", ["python migrate.py", "[python, migrate.py]"])
def test_before_is_a_line_or_words(files, text):
    assert deploy(files, f"deploy: {{before: {text}}}").deploy.before == ("python", "migrate.py")


def test_the_page_on_deployments_shows_what_is_taken():
    page = (Path(__file__).parents[3] / "docs/deployments.md").read_text()
    shown = [YAML(typ="safe", pure=True).load(text)["deploy"] for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    assert [TypeAdapter(Deploy).validate_python(one).strategy for one in shown] == ["canary", "canary"]
    keys = set(Deployment.model_fields)
    assert keys <= {*shown[1], "early_success", "alternate_targets"}
