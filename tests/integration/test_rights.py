"""Who deploys needs no right of their own but to take on the bootstrap's roles, and a pipeline has just that."""

import fnmatch

import pytest

from tests.integration.rights import only_roles
from tests.integration.support import get


@pytest.fixture
def account(site):
    with only_roles(site.port) as made:
        yield made


def test_a_service_is_built_pushed_and_deployed_by_roles_alone(site, source, account):
    address = site.addresses()["hello-python"]
    site.edit(source, 'VERSION = "1"', 'VERSION = "6"')
    variables = site.account()
    variables["AWS_ENDPOINT_URL"] = f"http://localhost:{account.server_port}"
    told = site.dockyard("deploy", **variables).stderr
    assert account.refused == []
    assert "demo-dev-hello-python: deployed" in told
    assert get(address)[1]["version"] == "6"
    assert site.dockyard("url", "hello-python", **variables).stdout.strip() == address
    assert account.refused == []


READS = ["*:Describe*", "*:Get*", "*:List*", "*:BatchGet*", "logs:FilterLogEvents"]
"""AWS's policies for who only reads (ReadOnlyAccess, AWSCloudFormationReadOnlyAccess), as far as they are of use here."""


@pytest.fixture(scope="module")
def roles(site):
    """Name to ARN of the pipeline's roles, which the site's dockyard.yaml asks for."""
    variables = site.account()
    site.dockyard("pipeline", "deploy", **variables)
    printed = site.dockyard("pipeline", "variables", **variables).stdout
    return {name: arn for name, _, arn in (line.partition("=") for line in printed.splitlines()) if arn.startswith("arn:")}


@pytest.fixture
def documents(site):
    """Of a role's ARN: what its policies allow, as patterns of action and resource."""
    iam = site.client("iam")

    def found(arn):
        name = arn.rpartition("/")[2]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        allowed = [(action, "*") for action in READS if any("ReadOnlyAccess" in one["PolicyArn"] for one in attached)]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            for one in iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]["Statement"]:
                if one["Effect"] == "Allow":
                    actions, resources = (
                        value if isinstance(value, list) else [value] for value in (one["Action"], one["Resource"])
                    )
                    allowed += [(action, resource) for action in actions for resource in resources]
        return allowed

    return found


def test_the_role_of_an_environment_may_do_what_a_deploy_does_and_nothing_of_another_application(
    site, source, account, roles, documents
):
    mine = documents(roles["DOCKYARD_ROLE_DEV"])
    assert {action for action, _ in mine} == {"sts:AssumeRole"}
    account.may_assume = {resource for _, resource in mine}
    place = "000000000000-us-east-1"
    assert {arn.rpartition("/")[2] for arn in account.may_assume} == {
        f"cdk-demo-publish-{place}", *(f"cdk-hnb659fds-{one}-role-{place}" for one in ("deploy", "file-publishing", "lookup")),
    }  # fmt: skip
    site.edit(source, 'VERSION = "1"', 'VERSION = "7"')
    variables = {**site.account(), "AWS_ENDPOINT_URL": f"http://localhost:{account.server_port}"}
    for command in (["plan"], ["push", "--assembly", "a"], ["deploy", "--assembly", "a"], ["pipeline", "smoke"], ["status"]):
        site.dockyard(*command, code=10 if command == ["plan"] else 0, **variables)
    assert account.refused == []
    calls = set(account.calls)
    assert {one.action for one in calls if one.role is None} == {"sts:AssumeRole", "sts:GetCallerIdentity"}
    in_roles = [one for one in calls if one.role and one.action != "sts:GetCallerIdentity"]  # which needs no permission
    assert {"cloudformation:CreateChangeSet", "ecr:GetAuthorizationToken", "ecs:DescribeServices"} <= {
        one.action for one in in_roles
    }
    allowed = {role: documents(role) for role in {one.role for one in in_roles}}
    assert [one for one in in_roles if not _is_allowed(one, allowed[one.role])] == []


def _is_allowed(call, allowed):
    """Whether a statement allows the action and, where the request names one, the repository."""
    resource = f":repository/{call.resource}" if call.resource else ""
    return any(fnmatch.fnmatchcase(call.action, action) and (on == "*" or on.endswith(resource)) for action, on in allowed)


def test_the_role_of_pull_requests_can_plan_and_nothing_else(site, source, account, roles, documents):
    account.may_assume = {resource for _, resource in documents(roles["DOCKYARD_PLAN_ROLE"])}
    site.edit(source, 'VERSION = "1"', 'VERSION = "planned only"')
    variables = {**site.account(), "AWS_ENDPOINT_URL": f"http://localhost:{account.server_port}"}
    site.dockyard("plan", code=10, **variables)
    assert account.refused == []
    for command in (["push"], ["destroy", "--yes"], ["secrets", "set", "A", "hello-python"]):
        account.refused.clear()
        site.dockyard(*command, code=1, typed="x", **variables)
        assert account.refused != []
