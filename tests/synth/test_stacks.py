"""The stacks of a project: what they are named, what goes between them, and that each stands alone."""

import json

import pytest

from dockyard.build import Bases, of_sources
from dockyard.config import load_project
from tests.synth.projects import ROOT, resources, synthesized


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return synthesized(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def templates(demo):
    artifacts, read = demo
    return {name: read(name) for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"}


def test_each_service_has_a_stack_of_its_own(templates):
    assert set(templates) == {"demo-registry", "demo-dev-platform", "demo-dev-hello-node", "demo-dev-hello-python"}


def test_a_service_waits_for_the_registry_and_the_platform_and_for_no_other_service(demo):
    artifacts, _ = demo
    for name in ("demo-dev-hello-node", "demo-dev-hello-python"):
        assert set(artifacts[name]["dependencies"]) == {"demo-registry", "demo-dev-platform", f"{name}.assets"}


@pytest.mark.parametrize(
    ("image", "architecture", "asset"),
    [
        ("build: {platforms: [linux/amd64]}", "X86_64", ""),
        ("build: {platforms: [linux/arm64]}", "ARM64", ""),
        ("build: {platforms: [linux/amd64, linux/arm64]}", "X86_64", "cache-"),
        ("from: nginx", "X86_64", ""),
        ("from: nginx, platforms: all", "X86_64", "cache-"),
    ],
)
def test_a_service_runs_on_what_its_image_is_for_and_an_index_is_no_image_of_the_engine(tmp_path, image, architecture, asset):
    files = {
        "dockyard.yaml": "name: demo\ncluster: {ec2: {instance_types: [t3.small], max: 2}}\n"
        "environments: {dev: {account: '111122223333', region: eu-west-1}}",
        "services/web/service.yaml": f"kind: web\nimage: {{{image}}}",
        "services/web/main.py": "1",
    }
    _, read = synthesized(tmp_path, files=files)
    (task,) = resources(read("demo-dev-web"), "ECS::TaskDefinition")
    assert task["RuntimePlatform"]["CpuArchitecture"] == architecture
    (image,) = json.loads((tmp_path / "cdk.out/demo-dev-web.assets.json").read_text())["dockerImages"].values()
    (destination,) = image["destinations"].values()
    command = image["source"]["executable"]
    assert destination["imageTag"] == f"{asset}{command[3]}"
    assert command[4:6] == ["--env", "dev"]
    assert ("--account" in command) == bool(asset)


EVERYWHERE = {
    "dockyard.yaml": """
name: demo
environments: {dev: {}}
log_retention: 365
cluster:
  ec2: {instance_types: [t4g.small, c7g.large], max: 9, min: 1, spot_percent: 80, on_demand_base: 1, volume: 50,
        operating_system: bottlerocket, max_lifetime: 7, managed_termination_protection: true}
  managed: {architecture: arm64, instance_types: [m7g*], min_vcpus: 2, max_vcpus: 8, min_memory: 4096, max_memory: 65536,
            spot: true, volume: 100, scale_in_after: 600}
""",
    **{
        f"services/{name}/{file}": text.replace("NAME", name)
        for name, lines in {
            "spot": "runs_on: fargate-spot",
            "mixed": "runs_on: {fargate: 1, fargate-spot: 3, base: 2}\ncpu: 16\nmemory: 122880\nephemeral_storage: 200\n"
            "platform_version: 1.4.0\nlog_retention: forever",
            "bridge": "runs_on: ec2",
            "own": "runs_on: ec2\nnetwork_mode: awsvpc",
            "managed": "runs_on: managed\ncpu: 0.3\nmemory: 700",
        }.items()
        for file, text in {"service.yaml": f"kind: web\nhttp: {{path: /NAME}}\n{lines}", "main.py": "1"}.items()
    },
    "services/hello-node/service.yaml": "kind: web\nhttp: {path: /node}",
}
"""Each way to run a container, with all that it can be given."""


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory):
    return synthesized(tmp_path_factory.mktemp("everywhere"), files=EVERYWHERE)


def test_a_service_has_its_version_of_fargate_and_its_days_of_logs_or_those_of_all(everywhere):
    _, read = everywhere
    own, usual = read("demo-dev-mixed"), read("demo-dev-spot")
    assert resources(own, "ECS::Service")[0]["PlatformVersion"] == "1.4.0"
    (kept,) = (one for one in own["Resources"].values() if one["Type"] == "AWS::Logs::LogGroup")
    assert "Properties" not in kept  # for ever
    assert resources(usual, "Logs::LogGroup")[0]["RetentionInDays"] == 365


@pytest.mark.parametrize(
    ("service", "providers", "target", "compatible", "parameters"),
    [
        ("hello-node", {"FARGATE": 1}, "ip", "FARGATE", {"task-subnet-1", "load-balancer-security-group"}),
        ("spot", {"FARGATE_SPOT": 1}, "ip", "FARGATE", {"task-subnet-1", "load-balancer-security-group"}),
        ("mixed", {"FARGATE": 1, "FARGATE_SPOT": 3}, "ip", "FARGATE", {"task-subnet-1", "load-balancer-security-group"}),
        ("bridge", {"capacity-provider": 1}, "instance", "EC2", {"capacity-provider"}),
        ("own", {"capacity-provider": 1}, "ip", "EC2", {"capacity-provider", "task-subnet-1", "load-balancer-security-group"}),
        ("managed", {"managed-capacity-provider": 1}, "ip", "MANAGED_INSTANCES", {"managed-capacity-provider", "task-subnet-1"}),
    ],
)
def test_a_service_runs_where_its_one_word_says(everywhere, service, providers, target, compatible, parameters):
    _, read = everywhere
    template = read(f"demo-dev-{service}")
    read_from = {name: p["Default"].removeprefix("/demo/dev/platform/") for name, p in template["Parameters"].items()}
    (made,) = resources(template, "ECS::Service")
    strategy = made["CapacityProviderStrategy"]
    named = [one["CapacityProvider"] for one in strategy]
    names = [name if isinstance(name, str) else read_from[name["Ref"]] for name in named]
    assert dict(zip(names, [one["Weight"] for one in strategy], strict=True)) == providers
    (group,) = resources(template, "ElasticLoadBalancingV2::TargetGroup")
    (task,) = resources(template, "ECS::TaskDefinition")
    assert (group["TargetType"], task["RequiresCompatibilities"]) == (target, [compatible])
    assert parameters <= set(read_from.values())
    assert ("task-subnet-1" in read_from.values()) == (target == "ip")
    published = {p["Name"] for p in resources(read("demo-dev-platform"), "SSM::Parameter")}
    assert {f"/demo/dev/platform/{name}" for name in parameters} <= published


def test_the_servers_are_as_the_project_says(everywhere):
    _, read = everywhere
    platform = read("demo-dev-platform")
    (group,) = resources(platform, "AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"], group["MaxInstanceLifetime"]) == ("1", "9", 7 * 86400)
    assert group["NewInstancesProtectedFromScaleIn"] is True
    (template,) = resources(platform, "EC2::LaunchTemplate")
    data = template["LaunchTemplateData"]
    assert data["ImageId"].startswith("resolve:ssm:/aws/service/bottlerocket/aws-ecs-2/arm64/")
    assert [m["Ebs"]["VolumeSize"] for m in data["BlockDeviceMappings"]] == [4, 50]
    assert data["NetworkInterfaces"][0]["AssociatePublicIpAddress"] is False


def test_another_zone_moves_no_subnet_that_is_there(tmp_path):
    """CloudFormation makes the new ones first, and two may not have the same addresses."""

    def subnets(zones: int) -> set[str]:
        settings = f"name: demo\nenvironments: {{dev: {{}}}}\nnetwork: {{nat: single, availability_zones: {zones}}}\ncluster: {{ec2: {{instance_types: [t3.small], max: 2}}}}"
        _, read = synthesized(tmp_path / str(zones), files={"dockyard.yaml": settings})
        found = read("demo-dev-platform")["Resources"].items()
        return {f"{id} {r['Properties']['CidrBlock']}" for id, r in found if r["Type"] == "AWS::EC2::Subnet"}

    assert subnets(2) < subnets(3) < subnets(4)


def test_nothing_is_exported_and_nothing_is_a_dynamic_reference(templates):
    text = json.dumps(templates)
    for forbidden in ("Fn::ImportValue", '"Export"', "{{resolve:", "Fn::GetStackOutput"):
        assert forbidden not in text


def test_what_a_service_reads_the_platform_publishes_one_value_a_parameter(templates):
    published = {p["Name"] for p in resources(templates["demo-dev-platform"], "SSM::Parameter")}
    for name in ("demo-dev-hello-node", "demo-dev-hello-python"):
        read = {p["Default"] for p in templates[name]["Parameters"].values() if p["Default"].startswith("/demo/")}
        assert read
        assert read <= published


def test_a_parameter_that_is_read_is_used(templates):
    for template in templates.values():
        text = json.dumps([template["Resources"], template.get("Outputs", {})])
        unused = [name for name in template["Parameters"] if f'"Ref": "{name}"' not in text and name != "BootstrapVersion"]
        assert unused == []


def test_the_registry_is_protected_and_has_nothing_of_an_environment(demo, templates):
    artifacts, _ = demo
    assert artifacts["demo-registry"]["properties"]["terminationProtection"] is True
    assert "dev" not in json.dumps(templates["demo-registry"]).replace("device", "")
    assert {r["RepositoryName"] for r in resources(templates["demo-registry"], "ECR::Repository")} == {
        "demo/hello-node",
        "demo/hello-python",
    }


def test_every_stack_says_whose_it_is(demo):
    artifacts, _ = demo
    assert artifacts["demo-dev-hello-node"]["properties"]["tags"] == {
        "dockyard:application": "demo",
        "dockyard:environment": "dev",
        "dockyard:service": "hello-node",
    }


def test_the_address_is_the_load_balancers_and_the_path(templates):
    value = templates["demo-dev-hello-node"]["Outputs"]["Address"]["Value"]
    assert json.dumps(value).count("/hello-node") == 1


def test_the_longest_names_fit(tmp_path):
    """ECS keeps names that begin with ecs to itself, and a role's name has at most 64 characters."""
    app, environment, service = "ecs-" + "a" * 16, "b" * 11, "c" * 30
    text = (ROOT / "dockyard.yaml").read_text().replace("demo", app).replace("dev:", f"{environment}:")
    _, read = synthesized(
        tmp_path, files={"dockyard.yaml": text, f"services/{service}/service.yaml": "kind: web\nimage: {from: a}"}
    )
    assert read(f"{app}-{environment}-{service}")
    (role,) = resources(read(f"{app}-registry"), "IAM::Role")
    assert len(f"{role['RoleName']['Fn::Join'][1][0]}123456789012-ap-southeast-1") <= 64
    (provider,) = resources(read(f"{app}-{environment}-platform"), "ECS::CapacityProvider")
    assert provider["Name"].startswith("cp-")


def test_names_of_roles_hold_the_region(templates):
    names = [r["RoleName"] for t in templates.values() for r in resources(t, "IAM::Role") if "RoleName" in r]
    assert names == [{"Fn::Join": ["", ["cdk-demo-publish-", {"Ref": "AWS::AccountId"}, "-", {"Ref": "AWS::Region"}]]}]


def test_another_environment_is_another_place_and_has_its_own_settings(tmp_path):
    text = (
        (ROOT / "dockyard.yaml")
        .read_text()
        .replace(
            "  dev: {}",
            "  dev: {region: us-east-1}\n  prod: {account: '123456789012', region: eu-west-1, network: {nat: per-az}}",
        )
    )
    artifacts, read = synthesized(tmp_path, "prod", {"dockyard.yaml": text})
    assert "demo-prod-platform" in artifacts
    assert artifacts["demo-prod-platform"]["environment"] == "aws://123456789012/eu-west-1"
    assert len(resources(read("demo-prod-platform"), "EC2::NatGateway")) == 2


def test_without_a_nat_gateway_tasks_have_addresses_of_their_own(tmp_path):
    text = (ROOT / "dockyard.yaml").read_text() + "network: {nat: none}\n"
    _, read = synthesized(tmp_path, files={"dockyard.yaml": text})
    assert resources(read("demo-dev-platform"), "EC2::NatGateway") == []
    (service,) = resources(read("demo-dev-hello-python"), "ECS::Service")
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "ENABLED"


def test_without_any_way_to_the_internet_aws_is_reached_inside_of_the_network(tmp_path):
    text = (ROOT / "dockyard.yaml").read_text() + "network: {nat: none, endpoints: interface, flow_logs: rejected}\n"
    _, read = synthesized(tmp_path, files={"dockyard.yaml": text})
    platform = read("demo-dev-platform")
    assert resources(platform, "EC2::NatGateway") == []
    assert [route for route in resources(platform, "EC2::Route") if "GatewayId" not in route] == []
    assert len(resources(platform, "EC2::Route")) == len(resources(platform, "EC2::Subnet")) / 2
    endpoints = resources(platform, "EC2::VPCEndpoint")
    names = {
        json.dumps(one["ServiceName"]).split('Region"}, ".')[1].split('"')[0]
        for one in endpoints
        if one["VpcEndpointType"] == "Interface"
    }
    assert names >= {"ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages", "sqs", "ecs"}
    assert [flow["TrafficType"] for flow in resources(platform, "EC2::FlowLog")] == ["REJECT"]
    (service,) = resources(read("demo-dev-hello-python"), "ECS::Service")
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"


def test_s3_is_reached_without_the_nat_gateway_and_the_default_security_group_is_closed(templates):
    platform = templates["demo-dev-platform"]
    assert [one["VpcEndpointType"] for one in resources(platform, "EC2::VPCEndpoint")] == ["Gateway", "Gateway"]
    (closed,) = [r for r in platform["Resources"].values() if r["Type"] == "Custom::VpcRestrictDefaultSG"]
    assert "DefaultSecurityGroup" in json.dumps(closed["Properties"]["DefaultSecurityGroupId"])
    assert resources(platform, "EC2::FlowLog") == []


def test_the_smallest_range_is_enough_for_the_most_zones(tmp_path):
    text = (ROOT / "dockyard.yaml").read_text() + "network: {cidr: 10.0.0.0/24, availability_zones: 4}\n"
    _, read = synthesized(tmp_path, files={"dockyard.yaml": text})
    assert [s["CidrBlock"] for s in resources(read("demo-dev-platform"), "EC2::Subnet")] == [
        f"10.0.0.{n}/27" for n in range(0, 256, 32)
    ]


TWO, FOUR = ("\n    task_subnets: [" + ", ".join(f"subnet-0a1b2c3{n}" for n in names) + "]" for names in ("f0", "f012"))


@pytest.mark.parametrize("tasks", ["", TWO, FOUR])
def test_a_vpc_that_is_there_is_used(tmp_path, tasks):
    vpc = f"network:\n  vpc:\n    id: vpc-0a1b2c3d\n    cidr: 10.1.0.0/16\n    public_subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]{tasks}\n"
    _, read = synthesized(tmp_path, files={"dockyard.yaml": (ROOT / "dockyard.yaml").read_text() + vpc})
    platform = read("demo-dev-platform")
    assert resources(platform, "EC2::VPC") == []
    published = {p["Name"]: p["Value"] for p in resources(platform, "SSM::Parameter")}
    assert published["/demo/dev/platform/vpc-id"] == "vpc-0a1b2c3d"
    assert published["/demo/dev/platform/task-subnet-1"] == ("subnet-0a1b2c3f" if tasks else "subnet-0a1b2c3d")


def test_a_service_may_take_its_image_from_a_registry_and_its_secrets_from_both_stores(tmp_path):
    text = "kind: web\nimage: {from: nginx, mirror: false}\nhttp: {path: /n}\nsecrets: {A: /shop/a, B: {secretsmanager: shop, key: b}}"
    _, read = synthesized(tmp_path, files={"services/front/service.yaml": text})
    (task,) = resources(read("demo-dev-front"), "ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    assert container["Image"] == "nginx"
    assert {s["Name"] for s in container["Secrets"]} == {"A", "B"}
    assert "demo/front" not in json.dumps(read("demo-registry"))


def image_of(read, stack):
    (task,) = resources(read(stack), "ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    return container["Image"]


def test_an_image_of_another_registry_is_copied_into_a_repository_of_the_application(tmp_path):
    artifacts, read = synthesized(tmp_path, files={"services/front/service.yaml": "kind: web\nimage: {from: nginx}"})
    assert "/demo/front:" in json.dumps(image_of(read, "demo-dev-front"))
    assert "demo/front" in {r["RepositoryName"] for r in resources(read("demo-registry"), "ECR::Repository")}
    assets = json.loads((tmp_path / "cdk.out/demo-dev-front.assets.json").read_text())
    (asset,) = assets["dockerImages"].values()
    assert asset["source"]["executable"][:3] == ["dockyard", "asset", "front"]
    assert "demo-registry" in artifacts["demo-dev-front.assets"]["dependencies"]


def test_an_image_in_ecr_stays_there_and_the_task_may_pull_it(tmp_path):
    host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    text = f"kind: web\nimage: {{from: {host}/shared/nginx:1}}"
    _, read = synthesized(tmp_path, files={"services/front/service.yaml": text})
    statements = [s for p in resources(read("demo-dev-front"), "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]
    (pull,) = [s for s in statements if "ecr:BatchGetImage" in s["Action"]]
    assert ":ecr:eu-west-1:123456789012:repository/shared/nginx" in json.dumps(pull["Resource"])
    assert f"{host.split('.', 1)[0]}.dkr.ecr.eu-west-1." in json.dumps(image_of(read, "demo-dev-front"))
    assert "demo/front" not in json.dumps(read("demo-registry"))


def test_an_image_that_is_not_copied_is_taken_by_its_locked_digest(tmp_path):
    digest = "sha256:" + "a" * 64
    files = {
        "services/front/service.yaml": "kind: web\nimage: {from: nginx:1.29, mirror: false}",
        "dockyard.lock": f"bases: {{nginx:1.29: {digest}}}",
    }
    _, read = synthesized(tmp_path, files=files)
    assert image_of(read, "demo-dev-front") == f"nginx@{digest}"


RULES = """
pull_through:
  docker.io: {prefix: docker-hub, secret: ecr-pullthroughcache/hub}
  quay.io: {prefix: quay, existing: true}
"""


def test_an_image_of_a_registry_with_a_cache_comes_by_it(tmp_path):
    files = {
        "dockyard.yaml": (ROOT / "dockyard.yaml").read_text() + RULES,
        "services/front/service.yaml": "kind: web\nimage: {from: nginx:1.29}",
        "services/other/service.yaml": "kind: web\nhttp: {path: /o}\nimage: {from: quay.io/a/b}",
        "services/copied/service.yaml": "kind: web\nhttp: {path: /c}\nimage: {from: quay.io/a/c, mirror: true}",
    }
    _, read = synthesized(tmp_path, files=files)
    (rule,) = resources(read("demo-registry"), "ECR::PullThroughCacheRule")
    assert (rule["EcrRepositoryPrefix"], rule["UpstreamRegistryUrl"]) == ("docker-hub", "registry-1.docker.io")
    assert ":secret:ecr-pullthroughcache/hub" in json.dumps(rule["CredentialArn"])
    assert "/docker-hub/library/nginx:1.29" in json.dumps(image_of(read, "demo-dev-front"))
    assert "/quay/a/b:latest" in json.dumps(image_of(read, "demo-dev-other"))
    assert "/demo/copied:" in json.dumps(image_of(read, "demo-dev-copied"))
    assert "demo/front" not in json.dumps(read("demo-registry"))
    statements = [s for p in resources(read("demo-dev-front"), "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]
    (first,) = [s for s in statements if "ecr:CreateRepository" in s["Action"]]
    assert ":repository/docker-hub/library/nginx" in json.dumps(first["Resource"])


def test_a_locked_priority_is_taken(tmp_path):
    _, read = synthesized(tmp_path, files={"dockyard.lock": "priorities: {dev/hello-node: {route: /hello-node, priority: 4242}}"})
    (rule,) = resources(read("demo-dev-hello-node"), "ElasticLoadBalancingV2::ListenerRule")
    assert rule["Priority"] == 4242


def test_who_is_told_of_alarms_is_told_of_tasks_that_end_too(tmp_path):
    text = (ROOT / "dockyard.yaml").read_text() + "alarms: {email: [ops@example.com]}\n"
    _, read = synthesized(tmp_path, files={"dockyard.yaml": text})
    platform = read("demo-dev-platform")
    (topic,) = [id for id, r in platform["Resources"].items() if r["Type"] == "AWS::SNS::Topic"]
    assert resources(platform, "SNS::Subscription") == [
        {"Endpoint": "ops@example.com", "Protocol": "email", "TopicArn": {"Ref": topic}}
    ]
    (rule,) = resources(platform, "Events::Rule")
    assert rule["Targets"][0]["Arn"] == {"Ref": topic}
    assert resources(platform, "CloudWatch::Dashboard")[0]["DashboardName"] == "demo-dev"


def test_the_count_of_a_service_is_a_number_or_what_scales_it(tmp_path):
    files = {
        "services/web/service.yaml": "kind: web\ncount: {min: 2, max: 9, requests: 600, schedule: {daily 22:00-06:00: {min: 0, max: 0}}}",
        "services/web/main.py": "1",
    }
    _, read = synthesized(tmp_path, files=files)
    assert resources(read("demo-dev-hello-node"), "ApplicationAutoScaling::ScalableTarget") == []
    (target,) = resources(read("demo-dev-web"), "ApplicationAutoScaling::ScalableTarget")
    (policy,) = resources(read("demo-dev-web"), "ApplicationAutoScaling::ScalingPolicy")
    assert (target["MinCapacity"], target["MaxCapacity"], len(target["ScheduledActions"])) == (2, 9, 2)
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 600
    (service,) = resources(read("demo-dev-web"), "ECS::Service")
    assert "DesiredCount" not in service


def test_a_service_has_alarms_by_name_until_they_are_off(tmp_path):
    text = "kind: web\nimage: {from: nginx, mirror: false}\nhttp: {path: /n}\nalarms: {latency: off, errors: 0.5, cpu: 70}"
    _, read = synthesized(tmp_path, files={"services/front/service.yaml": text})
    found = {alarm["AlarmName"]: alarm["Threshold"] for alarm in resources(read("demo-dev-front"), "CloudWatch::Alarm")}
    wanted = {"errors": 0.5, "unhealthy": 1, "cpu": 70, "memory": 90}
    assert found == {f"demo-dev-front-{name}": threshold for name, threshold in wanted.items()}
    (task,) = (json.dumps(alarm["AlarmActions"]) for alarm in resources(read("demo-dev-front"), "CloudWatch::Alarm")[:1])
    assert "alarmtopic" in task


def test_a_service_that_was_rolled_back_has_that_image_and_synth_warns_of_it(tmp_path):
    sources, old = load_project(ROOT), "0" * 20
    tag = of_sources(sources, sources.environment("dev"), "hello-python", Bases()).tag
    lock = f"pins: {{dev/hello-python: {{tag: '{old}', instead_of: ['{tag}']}}}}"
    _, read = synthesized(tmp_path, files={"dockyard.lock": lock})
    (definition,) = resources(read("demo-dev-hello-python"), "ECS::TaskDefinition")
    assert f"demo/hello-python:{old}" in json.dumps(definition["ContainerDefinitions"][0]["Image"])
    written = "".join(path.read_text() for path in (tmp_path / "cdk.out").glob("*.json"))
    assert f"hello-python stays rolled back to {old} until its sources change; they give {tag}" in written
