"""dockyard.yaml, its environments, and files that cannot be read."""

import pytest

from dockyard.errors import UsageError


def test_the_first_environment_is_the_default(files):
    project = files.load()
    assert project.environment().name == "dev"
    assert project.environment("prod").settings.account == "123456789012"


def test_an_unknown_environment_is_a_wrong_usage(files):
    with pytest.raises(UsageError, match='environment should be dev or prod, got "test"'):
        files.load().environment("test")


def vpc(public: str, tasks: str) -> str:
    return f"network: {{vpc: {{id: vpc-0a1b2c3d, cidr: 10.0.0.0/16, public_subnets: [{public}], task_subnets: [{tasks}]}}}}"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("name: Shop", 'name: should be 1 to 20 lower-case letters, digits and single hyphens, a letter first, got "Shop"'),
        ("name: a-very-long-application", "name: should be 1 to 20 lower-case letters, digits and single hyphens, a letter "
         'first, got "a-very-long-application"'),
        ("name: ssm-shop", 'name: should not begin with aws or ssm: SSM takes no parameters below such a name, got "ssm-shop"'),
        ("environments: {a-long-environment: {}}", "environments.a-long-environment: should be 1 to 11 lower-case letters, digits "
         'and single hyphens, a letter first, got "a-long-environment"'),
        ("pull_through: {quay.io: {prefix: Q}}",
         'pull_through.quay.io.prefix: should be 2 to 30 lower-case letters, digits and . _ - / between them, got "Q"'),
        ("pull_through: {docker.io: {prefix: hub}}",
         "pull_through: docker.io needs a secret: ECR takes a rule for it with credentials only"),
        ("pull_through: {docker.io: {prefix: hub, secret: mine}}", "pull_through.docker.io.secret: should be a secret whose name "
         'begins with ecr-pullthroughcache/, or its ARN, got "mine"'),
        ("pull_through: {quay.io: {prefix: a1}, public.ecr.aws: {prefix: a1}}",
         "pull_through: public.ecr.aws and quay.io should have different prefixes, got a1 for both"),
        ("pull_through: {example.com: {prefix: a1}}", "pull_through.example.com: should be public.ecr.aws, quay.io, "
         "registry.k8s.io, docker.io, ghcr.io, registry.gitlab.com, cgr.dev or NAME.azurecr.io: ECR caches no others, "
         'got "example.com"'),
        ("network: {nat: two}", 'network.nat: should be none, single or per-az, got "two"'),
        ("network: {cidr: 10.0.0.0/8}", 'network.cidr: should be a range of /16 to /24, got "10.0.0.0/8"'),
        ("network: {cidr: 10.0.0.0/25}", 'network.cidr: should be a range of /16 to /24, got "10.0.0.0/25"'),
        ("network: {cidr: 10.0.0.0}", 'network.cidr: should be a range of /16 to /24, got "10.0.0.0"'),
        ("network: {cidr: 127.0.0.0/16}",
         'network.cidr: should be a range of addresses for private networks such as 10.0.0.0/16, got "127.0.0.0/16"'),
        ("network: {cidr: 0.1.0.0/16}",
         'network.cidr: should be a range of addresses for private networks such as 10.0.0.0/16, got "0.1.0.0/16"'),
        (vpc("subnet-0a1b2c3d, subnet-0a1b2c3e", "subnet-0a1b2c31, subnet-0a1b2c32, subnet-0a1b2c33"),
         "network.vpc: task_subnets should be 2, as public_subnets are, or a multiple of that, got 3"),
        (vpc("subnet-0a1b2c3d, subnet-0a1b2c3e", "subnet-0a1b2c31"),
         "network.vpc: task_subnets should be 2, as public_subnets are, or a multiple of that, got 1"),
        (vpc("subnet-0a1b2c3d, subnet-0a1b2c3d", ""),
         "network.vpc.public_subnets: should be different subnets, got subnet-0a1b2c3d more than once"),
        (vpc("subnet-0a1b2c3d", ""), "network.vpc.public_subnets: should have at least 2, got 1"),
        ("environments: {prod: {region: frankfurt}}",
         'environments.prod.region: should be an AWS region such as eu-west-1, got "frankfurt"'),
        *((f"environments: {{prod: {{region: {region}}}}}", "environments.prod.region: should be a region of the commercial partition "
           f'such as eu-west-1, got "{region}": China, GovCloud, sovereign and isolated regions are not supported')
          for region in ("cn-north-1", "us-gov-west-1", "us-iso-east-1", "eu-isoe-west-1", "eusc-de-east-1")),
        (vpc("subnet-0a1b2c3d, subnet-0a1b2c3e", "")[:-1] + ", endpoints: interface, nat: none}",
         "network: vpc is given, so nat, endpoints have no use: remove them (or set to null), or vpc"),
        (vpc("subnet-0a1b2c3d, subnet-0a1b2c3e", "")[:-1] + ", flow_logs: all}",
         "network: vpc is given, so flow_logs has no use: remove it (or set to null), or vpc"),
        ("alarms: {email: [me]}", 'alarms.email[0]: should be an e-mail address, got "me"'),
        ("alarms: {topic: ops}", 'alarms.topic: should be the ARN of an SNS topic, got "ops"'),
        ("network: {availability_zones: 1}", "network.availability_zones: should be 2 to 4, got 1"),
        ("cluster: {ec2: {instance_types: []}}", "cluster.ec2.instance_types: should have at least 1, got 0"),
        ("cluster: {ec2: {instance_types: [t3]}}",
         'cluster.ec2.instance_types[0]: should be an EC2 instance type such as t3.small, got "t3"'),
        ("cluster: {ec2: {instance_types: [t3.small, t4g.small]}}", "cluster.ec2: instance_types should be of one architecture, "
         "got t3.small (x86-64) and t4g.small (arm64)"),
        ("cluster: {ec2: {instance_types: [t3.small], spot_percent: 101}}", "cluster.ec2.spot_percent: should be 0 to 100, got 101"),
        ("cluster: {ec2: {instance_types: [t3.small], on_demand_base: 1}}",
         "cluster.ec2: on_demand_base has no use without spot_percent: all instances are On-Demand"),
        ("cluster: {ec2: {instance_types: [t3.small], max_lifetime: 0}}",
         "cluster.ec2.max_lifetime: should be 1 to 365 (days), got 0"),
        ("cluster: {ec2: {instance_types: [t3.small], operating_system: windows}}",
         'cluster.ec2.operating_system: should be al2023 or bottlerocket, got "windows"'),
        ("cluster: {managed: {min_vcpus: 8, max_vcpus: 4}}", "cluster.managed: min_vcpus should be at most max_vcpus (4), got 8"),
        ("cluster: {managed: {instance_types: [M7]}}",
         'cluster.managed.instance_types[0]: should be an instance type or a pattern such as m7*, got "M7"'),
        ("base_images: nowhere", "base_images: should be docker-hub, ecr-public or a registry's prefix such as "
         '123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library, got "nowhere"'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_key(files, line, text):
    others = [default for default in ("name: shop", "environments: {dev: {}}") if default.split(":")[0] != line.split(":")[0]]
    files.write("dockyard.yaml", "\n".join([*others, line]))
    assert files.problems() == [f"dockyard.yaml: {text}"]


def test_a_range_is_read_in_either_form(files):
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {network: {cidr: 10.0.0.0/255.255.0.0}}}")
    assert files.load().environment().settings.network.cidr == "10.0.0.0/16"


def test_all_faults_of_all_files_are_told_at_once(files):
    files.write("dockyard.yaml", "name: Shop\nenvironments: {dev: {}}\nnetwrk: {}")
    files.service("kind: web\nport: 0\nmemory: 100\nprot: 1", name="a")
    files.service("kind: web\nport: x", name="b")
    files.write("services/b/service.yaml", "kind: web\nport: x\nhttp: {path: /b}")
    assert [text.split(":")[0] + ":" + text.split(":")[1] for text in files.problems()] == [
        "dockyard.yaml: name",
        "dockyard.yaml: netwrk",
        "services/a/service.yaml: port",
        "services/a/service.yaml: prot",
        "services/a/service.yaml: memory",
        "services/b/service.yaml: port",
    ]


def test_without_a_project_file_it_is_said_where_one_was_looked_for(files):
    (files.root / "dockyard.yaml").unlink()
    assert files.problems() == [f"dockyard.yaml: not found in {files.root}; a project has one in its top folder"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: web\nkind: web", "line 2, column 1: not valid YAML: found duplicate key"),
        ("kind: [web", "line 1, column 11: not valid YAML"),
        ("- kind", "should be a mapping of keys, got a list"),
        ("", "should be a mapping of keys, got nothing"),
        ("kind: web\nenv: {A: 1, A: 2}", 'line 2, column 13: not valid YAML: found duplicate key "A"'),
        ("kind: web\nport: \a", "line 2: not valid YAML: found control character #x07"),
        ("kind: web\nport: !!int x", "not valid YAML: invalid literal for int"),
        ("kind: web\nport: !!bool x", "not valid YAML: a value does not fit its tag"),
        ("kind: web\nport: !!set {a}", "line 2, column 7: not valid YAML: unknown tag !!set"),
        ("kind: web\nenv: {[A]: 1}", "line 2, column 7: not valid YAML: a key should be text"),
        ("kind: web\nenv: &a {A: *a}", "line 2, column 6: not valid YAML: found an alias within what it stands for"),
        ("kind: " + 60 * "[" + 60 * "]", "line 1, column 57: not valid YAML: nested more than 50 deep"),
        ("kind: " + 9000 * "[", "nested too deeply"),
        ("a: &a [1,2,3,4]\n" + "".join(f"{b}: &{b} [{','.join(9 * ['*' + a])}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)),
         "more than 50000 values"),
        ("kind: 2024-13-45", 'kind: should be web, backend, worker, job or task, got "2024-13-45"'),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_once_and_with_its_place(files, text, expected):
    files.service(text)
    (found,) = files.problems()
    assert found.startswith(f"services/web/service.yaml: {expected}")


def test_a_file_that_is_not_text_is_told(files):
    files.service("kind: web")
    (files.root / "services/web/service.yaml").write_bytes(b"kind: \xff\xfe")
    assert files.problems() == ["services/web/service.yaml: should be UTF-8 text (invalid start byte at byte 6)"]


@pytest.mark.parametrize("file", ["dockyard.yaml", "dockyard.lock", "services/web/service.yaml"])
def test_a_folder_or_a_link_to_nothing_is_no_file(files, file):
    files.service("kind: web")
    path = files.root / file
    path.unlink(missing_ok=True)
    path.mkdir()
    assert f"{file}: should be a file, got a folder" in files.problems()
    path.rmdir()
    path.symlink_to("gone.yaml")
    assert f"{file}: should be a file, got a link to gone.yaml, which is not there" in files.problems()


def test_an_anchor_that_is_set_twice_is_no_fault(files):
    files.service("kind: web\nenv: {A: &a x, B: &a y, C: *a}")
    assert files.load().environment().services["web"].env["C"] == "y"


def test_a_file_of_another_ending_is_not_passed_over(files):
    files.write("services/web/service.yml", "kind: web")
    assert files.problems() == ["services/web/service.yml: is not read; rename it to service.yaml"]
