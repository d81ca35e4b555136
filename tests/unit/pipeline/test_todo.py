"""What `dockyard pipeline init` leaves to do."""

import pytest

from dockyard.config import Pipeline, load_project
from dockyard.pipeline.todo import cautions, setup_cautions, steps

ACCOUNTS = """
  staging: {account: '111111111111', region: eu-west-1}
  live: {account: '222222222222', region: eu-west-1}
  far: {account: '222222222222', region: us-east-1}
"""


@pytest.fixture
def left(tmp_path):
    def of(environments, qualifier="hnb659fds"):
        (tmp_path / "dockyard.yaml").write_text(f"name: shop\nenvironments: {environments}\npipeline: {{repository: acme/shop}}")
        project = load_project(tmp_path)
        return list(steps(project, project.pipeline, qualifier))

    return of


def test_one_environment_needs_a_bootstrap_and_its_roles_before_the_first_push(left):
    bootstrap, roles, push = left("{dev: {}}")
    assert (bootstrap.what, bootstrap.commands) == (
        "bootstrap the account, unless that is done, as administrator",
        ("cdk bootstrap",),
    )
    assert (push.what, push.commands) == ("commit the workflows, and push to main: that is the first deploy", ())
    assert roles.commands == (
        "dockyard pipeline deploy --env dev",
        "dockyard pipeline variables --env dev | gh variable set --env-file -",
    )


def test_a_domain_of_previews_is_led_to_the_load_balancer_that_is_there_then(left):
    *_, last = left("{dev: {}, pr: {preview: {of: dev, domain: try.example.com}}}")
    assert last.what == "then lead *.try.example.com to the load balancer of dev, by a CNAME at whoever has that domain"
    assert last.commands[0].endswith(" --name /shop/dev/platform/load-balancer-dns-name")


def test_reviewers_come_before_the_roles_by_which_a_push_reaches_production(left):
    first, *others = left("{staging: {}, production: {}}")
    assert first.what.startswith("give production reviewers, at https://github.com/acme/shop/settings/environments")
    assert (first.commands, [one.what.split()[0] for one in others]) == ((), ["bootstrap", "make", "commit"])


def test_an_account_that_is_promoted_from_lets_the_next_one_read(left):
    commands = [command for step in left(ACCOUNTS) for command in step.commands]
    assert commands[:3] == [
        "cdk bootstrap --trust-for-lookup 222222222222 aws://111111111111/eu-west-1",
        "cdk bootstrap aws://222222222222/eu-west-1",
        "cdk bootstrap aws://222222222222/us-east-1",
    ]
    assert [one for one in commands if "deploy --env" in one] == [
        "dockyard pipeline deploy --env staging",
        "dockyard pipeline deploy --env live",
    ]
    own, *_ = [command for step in left(ACCOUNTS, "shop") for command in step.commands if "bootstrap" in command]
    assert own == "cdk bootstrap --trust-for-lookup 222222222222 --qualifier shop aws://111111111111/eu-west-1"


@pytest.mark.parametrize(
    ("environments", "told"),
    [
        ("dev: {}, live: {}, pr: {preview: {of: live}}", []),
        (
            "dev: {}, live: {}, pr: {preview: {of: dev}}",
            [
                "dockyard.yaml: environments.pr.preview.of: dev is not in pipeline.environments, so pull requests get no previews: "
                "add dev there, or let previews be of live"
            ],
        ),
        (
            "live: {}, pr: {preview: {of: live}}, try: {preview: {of: live}}",
            [
                "dockyard.yaml: environments.try.preview: pull requests get those previews that are written first, which are pr: "
                "write try before, or deploy its previews by hand"
            ],
        ),
    ],
)
def test_previews_that_no_workflow_makes_are_told_with_what_to_write(tmp_path, environments, told):
    (tmp_path / "dockyard.yaml").write_text(
        f"name: shop\nenvironments: {{{environments}}}\npipeline: {{repository: acme/shop, environments: [live]}}"
    )
    assert list(cautions(load_project(tmp_path))) == told


@pytest.mark.parametrize(
    ("settings", "requirements", "pinned", "told"),
    [
        ({}, "dockyard==1.0\n", True, []),
        ({}, None, True, ["which is no dockyard: name it there, or write how it is installed"]),
        ({}, "boto3\n# via dockyard\n", False, ["which is no dockyard", "npm ci, which wants a package-lock.json"]),
        ({"setup": ["make setup"]}, None, False, []),
        ({}, "dockyard[local] @ file:///src/dockyard\n", True, ["jobs have not the place that it names"]),
        ({}, "dockyard[local] @ git+https://example.com/d.git@abc\n", True, []),
    ],
)
def test_a_set_up_that_would_install_no_dockyard_is_told_before_the_first_push(settings, requirements, pinned, told):
    found = list(setup_cautions(Pipeline(repository="acme/shop", **settings), requirements, pinned=pinned))
    assert len(found) == len(told)
    assert all(part in text for part, text in zip(told, found, strict=True))
