"""Previews: environments that come and go with pull requests, on the platform of another one."""

import pytest

from dockyard.config import Web
from dockyard.errors import UsageError

DOMAINS = "domains: {example.com: {hosted_zone: Z0123456789}}"
PROJECT = f"""
name: shop
{DOMAINS}
environments:
  staging: {{region: eu-west-1, network: {{nat: none}}, load_balancer: {{rules: {{old: {{path: /old, redirect: /new}}}}}}}}
  pr: {{preview: {{of: staging, lifetime: 24}}}}
cluster: {{ec2: {{instance_types: [t3.small]}}}}
"""


@pytest.fixture
def preview(files):
    """A service of the preview with number 7."""
    files.write("dockyard.yaml", PROJECT)

    def made(text):
        files.service(text)
        return files.load().environment("pr-7").services["web"]

    return made


def test_it_is_on_the_platform_of_the_environment_that_it_is_of(files):
    files.write("dockyard.yaml", PROJECT)
    project = files.load()
    found = project.environment("pr-7")
    assert (found.name, found.shared, found.settings.region, found.settings.network.nat) == (
        "pr-7",
        "staging",
        "eu-west-1",
        "none",
    )
    assert (found.routes, project.previews.name, project.environment("staging").shared) == ({}, "pr", "staging")


def test_a_service_is_as_there_but_cheap_and_quiet(preview):
    found = preview("kind: web\ncpu: 1\nmemory: 2048\ncount: {min: 2, max: 9, cpu: 50}\nenvironments: {staging: {env: {A: b}}}")
    assert (found.runs_on, found.count, found.cpu, found.env) == ("fargate-spot", 1, 1, {"A": "b"})
    assert set(found.alarms.model_dump().values()) == {"off"}


def test_what_is_written_for_previews_comes_last(preview):
    found = preview("kind: web\nenvironments: {staging: {count: 3}, pr: {count: 2, runs_on: fargate, alarms: {cpu: 50}}}")
    assert (found.count, found.runs_on, found.alarms.cpu, found.alarms.memory) == (2, "fargate", 50, "off")


def test_servers_that_are_there_are_used(preview):
    assert preview("kind: web\nruns_on: ec2\ncpu: 0.125\nmemory: 64").runs_on == "ec2"


def test_alarms_that_a_deployment_watches_stay(preview):
    found = preview("kind: web\nalarms: {errors: 1}\ndeploy: {strategy: canary, alarms: [errors]}")
    assert (found.alarms.errors, found.deploy.strategy) == (1, "canary")


def test_a_schedule_is_not_carried_out(preview):
    assert preview("kind: job\nschedule: rate(1 day)").enabled is False


def test_resources_of_its_own_go_with_it(preview):
    links = preview(
        "kind: web\nlinks: {a: {kind: table}, b: {kind: bucket, removal: keep}, c: {kind: table, existing: old-table}}"
    ).links
    assert [links[name].removal for name in "abc"] == ["delete", "delete", "keep"]


@pytest.mark.parametrize(
    ("http", "hosts"),
    [
        ("{}", ("pr-7.example.com",)),
        ("{path: /api, host: example.com}", ("pr-7.example.com",)),
        ("{host: [shop.example.com, example.com]}", ("shop-pr-7.example.com", "pr-7.example.com")),
    ],
)
def test_each_has_hosts_of_its_own_which_the_certificate_covers(preview, http, hosts):
    found = preview(f"kind: web\nhttp: {http}")
    assert isinstance(found, Web)
    assert found.http.host == hosts


def test_a_host_may_be_written_for_previews(preview):
    assert preview("kind: web\nenvironments: {pr: {http: {host: try.example.com}}}").http.host == ("try-7.example.com",)


def test_without_domains_they_need_a_name(files):
    files.write("dockyard.yaml", PROJECT.replace(DOMAINS, ""))
    files.service("kind: web")
    assert files.problems() == [
        "services/web/service.yaml: environments.pr.http.host: is needed: give previews a domain (preview.domain in dockyard.yaml), "
        "or all (domains)"
    ]
    files.write("dockyard.yaml", PROJECT.replace(DOMAINS, "").replace("lifetime: 24", "domain: try.example.org"))
    assert files.load().environment("pr-12").services["web"].http.host == ("pr-12.try.example.org",)


def test_rules_of_previews_of_a_service_and_their_rules_for_tests_never_meet(files):
    files.write("dockyard.yaml", PROJECT)
    files.service("kind: web\nhttp: {host: shop.example.com}")
    project = files.load()
    numbers = [
        project.lock.priority(project.environment(f"pr-{number}").routes["web"], environment=f"pr-{number}", service="web")
        for number in range(4500)
    ]
    assert len({*numbers, *(number - 1 for number in numbers)}) == 2 * 4500
    assert {9000 <= number < 18000 for number in numbers} == {True}  # the band of exact hosts with no path


def test_rules_of_one_preview_are_as_far_from_one_another_as_those_of_all(files):
    files.write("dockyard.yaml", PROJECT)
    for name in ("web", "api"):
        files.service(f"kind: web\nhttp: {{host: {name}.example.com}}", name)
    project = files.load()

    def distance(number):
        environment = project.environment(f"pr-{number}")
        web, api = (
            project.lock.priority(environment.routes[one], environment=f"pr-{number}", service=one) for one in ("web", "api")
        )
        return (web - api) % 9000

    assert len({distance(number) for number in range(0, 4500, 100)}) == 1


def test_a_locked_priority_holds_for_all_of_them(files):
    files.write("dockyard.yaml", PROJECT)
    files.write("dockyard.lock", "priorities: {pr/web: {route: 'pr.example.com/', priority: 9500}}")
    files.service("kind: web")
    lock, environment = files.load().lock, files.load().environment("pr-3")
    assert lock.priority(environment.services["web"].http, environment="pr-3", service="web") == 9506


@pytest.mark.parametrize("name", ["pr", "pr-x", "pr-", "pr-123456789", "staging-1"])
def test_other_names_are_none(files, name):
    files.write("dockyard.yaml", PROJECT)
    with pytest.raises(UsageError, match=r"environment should"):
        files.load().environment(name)


def test_the_default_environment_is_no_preview(files):
    files.write("dockyard.yaml", "name: shop\nenvironments: {pr: {preview: {of: dev}}, dev: {}}")
    assert files.load().environment().name == "dev"


@pytest.mark.parametrize(
    ("preview", "text"),
    [
        ("{of: prod}", 'environments.pr.preview.of: should be staging, got "prod"'),
        ("{of: pr}", 'environments.pr.preview.of: should be staging, got "pr"'),
        ("{}", "preview.of: is required: that environment"),
        ("{of: staging, lifetime: 0}", "environments.pr.preview.lifetime: should be 1 to 2160 (hours), got 0"),
        ("{of: staging, domain: try.example.org}",
         "environments.pr.preview.domain: names below the first of domains get records by themselves: remove it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(files, preview, text):
    files.write("dockyard.yaml", f"name: shop\n{DOMAINS}\nenvironments: {{staging: {{}}, pr: {{preview: {preview}}}}}")
    assert files.problems() == [f"dockyard.yaml: {text}"]


EDGE = "{certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d', prefix_list: pl-4fa04526}"


@pytest.mark.parametrize("own", ["", ", load_balancer: {cloudfront: null}", f", load_balancer: {{cloudfront: {EDGE}}}"])
def test_they_are_of_no_environment_behind_cloudfront(files, own):
    there = f"staging: {{load_balancer: {{cloudfront: {EDGE}}}}}"
    files.write("dockyard.yaml", f"name: shop\n{DOMAINS}\nenvironments: {{{there}, pr: {{preview: {{of: staging}}{own}}}}}")
    assert files.problems()[0] == (
        "dockyard.yaml: environments.pr.preview.of: staging has load_balancer.cloudfront, with names of its own alone: let previews "
        "be of one without it"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("load_balancer", "{access_logs: true}"),
        ("load_balancer", "{internal: true}"),
        ("load_balancer", "{rules: {new: {path: /new, redirect: /old}}}"),
        ("domains", "{try.example.com: {hosted_zone: Z0123456789}}"),
        ("domains", "{example.com: null}"),
        ("network", "{nat: single}"),
        ("cluster", "{ec2: {max: 3}}"),
    ],
)
def test_they_have_nothing_that_the_platform_there_has_not(files, key, value):
    files.write("dockyard.yaml", PROJECT.replace("lifetime: 24}", f"lifetime: 24}}, {key}: {value}"))
    files.service("kind: web\nnlb: {listeners: [443/tls], host: shop.example.com}\nhttp: {host: example.com}")
    told = f"dockyard.yaml: environments.pr.{key}: should be as staging has it, on whose platform previews are: remove it"
    assert told in files.problems()


def test_what_is_written_as_it_is_there_is_taken(files):
    same = "lifetime: 24}, network: {nat: none}, load_balancer: {access_logs: null, idle_timeout: 60}"
    files.write("dockyard.yaml", PROJECT.replace("lifetime: 24}", same))
    assert files.load().environment("pr-7").settings.network.nat == "none"


def test_a_wildcard_host_is_no_name(files):
    files.write("dockyard.yaml", PROJECT)
    files.service("kind: web\nhttp: {host: '*.example.com'}")
    assert files.problems() == [
        "services/web/service.yaml: environments.pr.http.host: should be no wildcard, as each preview has a name of its own, "
        'got "*.example.com"'
    ]
