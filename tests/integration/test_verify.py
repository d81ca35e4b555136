"""`dockyard verify` tells whether a deploy can go well, and a deploy makes the quick part of it by itself."""

import json

import pytest

from dockyard.doors.trial import LABEL

NAME = "hello-python"


@pytest.fixture
def look(site):
    """Checks by subject and name, and the exit code."""
    here = site.in_local_aws()

    def looked(*arguments, code=0):
        told = json.loads(site.dockyard("verify", *arguments, "--json", code=code, **here).stdout)
        assert told["ok"] is (code == 0)
        return {(one["subject"], one["name"]): one for one in told["checks"]}

    return looked


@pytest.fixture
def project(site):
    """The path of dockyard.yaml; whatever a test does to it is undone. Nothing is deployed with it."""
    file = site.root / "dockyard.yaml"
    before = file.read_text()
    yield file
    file.write_text(before)


@pytest.fixture
def front(site):
    """A load balancer of others, with a listener, in a network whose subnets have no way out."""
    ec2, elbv2 = site.client("ec2"), site.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="front", Description="of others", VpcId=vpc)["GroupId"]
    balancer = elbv2.create_load_balancer(Name="front", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    arn = balancer["LoadBalancerArn"]
    listener = elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=8099, DefaultActions=[answer])["Listeners"][0]

    def rule(priority, *paths):
        condition = {"Field": "path-pattern", "Values": list(paths)}
        elbv2.create_rule(ListenerArn=listener["ListenerArn"], Priority=priority, Conditions=[condition], Actions=[answer])

    existing = {
        "listener": listener["ListenerArn"], "security_group": group, "dns_name": balancer["DNSName"].partition(":")[0], "port": 8099,
    }  # fmt: skip
    yield (
        {
            "network": {"vpc": {"id": vpc, "cidr": "10.7.0.0/16", "public_subnets": subnets}},
            "load_balancer": {"existing": existing},
        },
        rule,
    )
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)


def test_where_all_is_well_no_check_fails_and_images_that_are_here_are_run(site, look, engine):
    site.up()
    found = look()
    verdicts = {key: one["verdict"] for key, one in found.items()}
    assert "NG" not in verdicts.values()
    for subject, names in {
        "account": ("credentials", "roles", "bootstrap"),
        "network": ("subnets",),
        "cluster": ("servers",),
        "registry": ("stack", "drift"),
        NAME: ("image", "port", "health", "stack", "drift"),
        "hello-node": ("image", "port", "health", "stack", "drift"),
    }.items():
        for name in names:
            assert verdicts[subject, name] == "OK", found[subject, name]
    assert found[NAME, "health"]["found"].startswith("GET /health gives 200 after ")
    assert "in ECR, for amd64" in found[NAME, "image"]["found"]
    assert found["quotas", "rules"]["found"] == "2 of a load balancer, of 100"
    assert found["quotas", "load balancers"]["verdict"] == "OK"
    assert found["quotas", "Fargate vCPU"]["found"].endswith("at the most, with a deployment under way, of 6")
    assert engine.containers(f"{LABEL}={site.root}", ended=True) == []


def test_what_is_wrong_with_a_service_is_told_with_what_to_do(look, settings):
    settings.write_text(settings.read_text().replace("/health}", "/nowhere}") + "\nsecrets: [KEY]\n")
    found = look(NAME, code=1)
    assert found[NAME, "health"]["verdict"] == "SKIP"
    assert "GET /nowhere gives 404, and 200 is wanted" in found[NAME, "health"]["found"]
    assert found[NAME, "secrets"]["verdict"] == "NG"
    assert found[NAME, "secrets"]["hint"] == f"run: dockyard secrets set KEY {NAME} --env dev"
    settings.write_text(settings.read_text().replace("\nsecrets: [KEY]\n", ""))
    wrong = look(NAME, code=1)[NAME, "health"]
    assert (wrong["verdict"], wrong["hint"][:51]) == ("NG", "set http.health in service.yaml to what the app ans")


def test_more_vcpus_of_fargate_than_the_account_may_have_are_told(site, look, settings):
    settings.write_text(settings.read_text() + "\ncpu: 2\nmemory: 4096\ncount: 3\n")
    found = look(NAME, code=1)["quotas", "Fargate vCPU"]
    assert (found["verdict"], found["found"]) == ("NG", "12 at the most, with a deployment under way, and the quota is 6")
    assert found["hint"] == 'have "Fargate On-Demand vCPU resource count" raised (Service Quotas), or need less'
    quotas = site.client("service-quotas")
    quotas.request_service_quota_increase(ServiceCode="fargate", QuotaCode="L-3032A538", DesiredValue=12)
    assert look(NAME)["quotas", "Fargate vCPU"]["verdict"] == "OK"


def test_what_was_changed_by_other_means_is_told(site, look):
    logs = site.client("logs")
    (group,) = (one["logGroupName"] for one in logs.describe_log_groups()["logGroups"] if NAME in one["logGroupName"])
    before = next(one for one in logs.describe_log_groups()["logGroups"] if one["logGroupName"] == group).get("retentionInDays")
    logs.put_retention_policy(logGroupName=group, retentionInDays=3)
    try:
        found = look(NAME, code=1)[NAME, "drift"]
    finally:
        logs.put_retention_policy(logGroupName=group, retentionInDays=before)
    assert found["found"].startswith("changed by other means: ")
    assert f"/RetentionInDays is 3, and should be {before}" in found["found"]


def test_credentials_of_another_account_are_told_before_all_else(site, look, project):
    project.write_text(project.read_text().replace("dev: {}", 'dev: {account: "111122223333"}'))
    (only,) = look(code=1).values()
    assert only["found"] == "environment dev is in account 111122223333, and the credentials are of 000000000000"


def test_rules_and_a_network_of_others_are_looked_at_and_a_deploy_refuses_what_clashes(site, look, project, front):
    settings, rule = front
    rule(7, "/hello-python*")
    rule(49500, "/others")
    project.write_text(
        json.dumps(
            {"name": "demo", "environments": {"dev": settings}, "cluster": {"ec2": {"instance_types": ["t3.small"], "max": 2}}}
        )
    )
    found = look(NAME, code=1)
    assert "dockyard.yaml says" not in found["listener", "settings"]["found"]
    clash = found["listener", f"rule of {NAME}"]
    assert "(path-pattern=/hello-python*) comes first (7 before " in clash["found"]
    reach = found["network", settings["network"]["vpc"]["public_subnets"][0]]
    assert reach["found"].startswith("it has no way out; no endpoint for ecr.api")
    refused = site.dockyard("deploy", NAME, code=1, **site.account()).stderr
    assert f"listener: rule of {NAME}: a rule of others" in refused
    assert "synth" not in refused
