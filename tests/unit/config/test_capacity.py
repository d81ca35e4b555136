"""`runs_on`, and what goes with it."""

import pytest

from dockyard.config.cluster import architecture_of

CLUSTERS = """
name: shop
environments: {dev: {}}
cluster: {ec2: {instance_types: [c7g.large, t4g.small]}, managed: {architecture: arm64}}
"""


@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("t3.small", "x86-64"), ("m7i-flex.large", "x86-64"), ("g5.xlarge", "x86-64"), ("c7g.large", "arm64"),
        ("m6gd.metal", "arm64"), ("t4g.nano", "arm64"), ("c7gn.16xlarge", "arm64"), ("g5g.xlarge", "arm64"), ("a1.large", "arm64"),
        ("p6-b300.48xlarge", "x86-64"), ("p6e-gb200.36xlarge", "arm64"),
    ],
)  # fmt: skip
def test_the_name_of_a_type_tells_its_architecture(name, architecture):
    assert architecture_of(name) == architecture


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("runs_on: {fargate: 1}", "runs_on: a mix has fargate-spot with a weight of 1 or more; without it, write fargate"),
        ("runs_on: {fargate-spot: 1}",
         "runs_on: a mix has fargate with a weight, or a base; without both, write fargate-spot"),
        ("runs_on: {fargate: 1, fargate-spot: 1, ec2: 1}", "runs_on.ec2: unknown key; known here: fargate, fargate-spot, base"),
        ("runs_on: {fargate: -1, fargate-spot: 1}", "runs_on.fargate: should be 0 to 1000, got -1"),
        ("runs_on: fargate-spot\ncpu: 0.3", "cpu: should be 0.25, 0.5, 1, 2, 4, 8 or 16 (vCPU) on Fargate, got 0.3"),
        ("runs_on: {fargate: 1, fargate-spot: 1}\nmemory: 100",
         "memory: should be 512, 1024 or 2048 (MiB) with cpu 0.25 on Fargate, got 100"),
        ("ephemeral_storage: 20", "ephemeral_storage: should be 21 to 200 (GiB), got 20"),
        ("log_retention: 31",
         "log_retention: should be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, "
         "2922, 3288, 3653 (days) or forever, got 31"),
        ("log_retention: true", "log_retention: should be 1, 3, "),
        ("log_retention: [30]", "log_retention: should be 1, 3, "),
        ("platform_version: 1.3.0", 'platform_version: should be LATEST or 1.4.0, got "1.3.0"'),
        ("runs_on: ec2\nplatform_version: 1.4.0",
         "platform_version: is of Fargate: remove it, or let runs_on be fargate, got ec2"),
        ("runs_on: ec2\nephemeral_storage: 50",
         "ephemeral_storage: is of Fargate: on ec2 tasks share the server's volume (cluster.ec2.volume)"),
        ("network_mode: awsvpc",
         "network_mode: is of servers (runs_on: ec2): on fargate it is awsvpc in any case; remove it"),
        ("gpu: 1", "gpu: Fargate has no GPUs: let runs_on be ec2 or managed, or remove gpu"),
        ("runs_on: fargate-spot\ngpu: 1", "gpu: Fargate has no GPUs: let runs_on be ec2 or managed, or remove gpu"),
        ("runs_on: ec2\ngpu: 0", "gpu: should be 1 to 16 (GPUs), got 0"),
        ("runs_on: ec2\ngpu: 0.5", "gpu: should be an integer, 1 to 16 (GPUs), got 0.5"),
        ("runs_on: ec2\ngpu: 1",
         "gpu: the servers of cluster.ec2 have no GPUs: supply instance_types with GPUs such as g5.xlarge in dockyard.yaml, or "
         "remove gpu"),
        ("runs_on: managed", "runs_on: managed needs cluster.managed in dockyard.yaml: supply at least {} there"),
        ("runs_on: ec2\nimage: {build: {platforms: [linux/arm64]}}",
         "image.build.platforms: should have linux/amd64: the servers of cluster.ec2 are x86-64"),
    ],
)  # fmt: skip
def test_a_place_that_makes_no_sense_is_told_with_its_key(problem, lines, text):
    assert problem(lines).startswith(f"services/web/service.yaml: {text}")


@pytest.mark.parametrize(
    ("cluster", "text"),
    [
        ("ec2: {instance_types: [g6.xlarge, m7i.large]}",
         "cluster.ec2: instance_types should all have a GPU or none, as they share a machine image, got g6.xlarge and m7i.large"),
        ("ec2: {instance_types: [m7i.large, p5.48xlarge]}",
         "cluster.ec2: instance_types should all have a GPU or none, as they share a machine image, got p5.48xlarge and m7i.large"),
        ("ec2: {instance_types: [g4ad.xlarge]}",
         "cluster.ec2: instance_types should have GPUs that ECS serves: those of g4ad.xlarge are AMD's, and ECS has machine images "
         "for those of NVIDIA"),
        ("ec2: {instance_types: [g5g.xlarge]}",
         "cluster.ec2: operating_system should be bottlerocket for g5g.xlarge: Amazon Linux 2023 for ECS has no machine image with "
         "GPUs for Graviton"),
        ("ec2: {instance_types: [t3.small, t3.small]}",
         "cluster.ec2.instance_types: should be different instance types, got t3.small more than once"),
        ("ec2: {instance_types: [a1.large]}",
         "cluster.ec2: instance_types should be newer than a1.large: Amazon Linux 2023 does not run on a1"),
        ("ec2: {instance_types: [t3.small], max: 2, spot_percent: 50, on_demand_base: 2}",
         "cluster.ec2: on_demand_base should be less than max (2), or none is Spot, got 2"),
        ("managed: {min_gpus: 4, max_gpus: 2}", "cluster.managed: min_gpus should be at most max_gpus (2), got 4"),
        ("managed: {max_gpus: 2}",
         "cluster.managed: max_gpus has no use without min_gpus: instances without a GPU would do as well"),
    ],
)  # fmt: skip
def test_servers_that_cannot_be_are_told_why(files, cluster, text):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\ncluster: {{{cluster}}}")
    assert files.problems() == [f"dockyard.yaml: {text}"]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("[t3.small, t3a.small], warm_pool: true",
         "cluster.ec2: warm_pool is for one instance type: keep one of t3.small, t3a.small, or remove warm_pool"),
        ("[t3.small], spot_percent: 50, warm_pool: {min: 1}",
         "cluster.ec2: warm_pool is for On-Demand instances: remove spot_percent (50), or warm_pool"),
        ("[t3.small], max: 3, warm_pool: {max_prepared: 4}",
         "cluster.ec2: warm_pool.max_prepared should be at most max (3), as more never work, got 4"),
        ("[t3.small], max: 3, warm_pool: {min: 4}",
         "cluster.ec2: warm_pool.min should be at most 3, as many as there may be in all, got 4"),
        ("[t3.small], warm_pool: {min: 3, max_prepared: 2}",
         "cluster.ec2: warm_pool.min should be at most 2, as many as there may be in all, got 3"),
        ("[t3.small], warm_pool: {state: hibernated}",
         'cluster.ec2.warm_pool.state: should be stopped or running, got "hibernated"'),
        ("[t3.small], operating_system: bottlerocket, managed_termination_protection: true, warm_pool: true",
         "cluster.ec2: warm_pool and managed_termination_protection do not go together on bottlerocket, whose ECS agent does not give "
         "the protection up: remove one of them, or set operating_system: al2023"),
        ("[t3.small], warm_pool: {reuse: true}", "cluster.ec2.warm_pool.reuse: unknown key; known here: min, max_prepared, state"),
        ("[t3.small], warm_pool: 3", "cluster.ec2.warm_pool: should be a mapping of keys, got 3"),
    ],
)  # fmt: skip
def test_a_warm_pool_that_cannot_be_is_told_why(files, keys, text):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\ncluster: {{ec2: {{instance_types: {keys}}}}}")
    assert files.problems() == [f"dockyard.yaml: {text}"]


@pytest.mark.parametrize("name", ["g4dn.xlarge", "g5.xlarge", "g6e.12xlarge", "gr6.4xlarge", "p4d.24xlarge", "p6-b200.48xlarge"])
def test_a_service_may_have_gpus_of_servers_that_have_some(files, name):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\ncluster: {{ec2: {{instance_types: [{name}]}}}}")
    files.service("kind: web\nruns_on: ec2\ngpu: 1")
    assert files.load().environment("dev").services["web"].gpu == 1


def test_gpus_of_managed_instances_are_asked_for_in_the_cluster(files):
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}\ncluster: {managed: {}}")
    files.service("kind: web\nruns_on: managed\ngpu: 4")
    assert files.problems() == [
        "services/web/service.yaml: gpu: the servers of cluster.managed have no GPUs: supply min_gpus: 1 in dockyard.yaml, or remove gpu"
    ]
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}\ncluster: {managed: {min_gpus: 1, max_gpus: 2}}")
    assert files.problems() == ["services/web/service.yaml: gpu: should be at most cluster.managed.max_gpus (2), got 4"]


def test_servers_must_be_there_for_services_that_run_on_them(files):
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}")
    files.service("kind: web\nruns_on: ec2")
    assert files.problems() == [
        "services/web/service.yaml: runs_on: ec2 needs cluster.ec2 in dockyard.yaml: supply its instance_types there"
    ]


@pytest.mark.parametrize("runs_on", ["ec2", "managed"])
def test_on_graviton_an_image_is_built_for_it_unless_the_service_says_more(files, runs_on):
    files.write("dockyard.yaml", CLUSTERS)
    files.service(f"kind: web\nruns_on: {runs_on}", name="a")
    both = "[linux/amd64, linux/arm64]"
    files.service(f"kind: web\nruns_on: {runs_on}\nhttp: {{path: /b}}\nimage: {{build: {{platforms: {both}}}}}", name="b")
    files.service("kind: web\nhttp: {path: /c}", name="c")
    built = {name: service.image.build for name, service in files.load().environment().services.items()}
    assert built["a"].platforms == ("linux/arm64",)
    assert built["b"].platforms == ("linux/amd64", "linux/arm64")
    assert built["c"] is None


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (
            "build: {platforms: [linux/amd64]}",
            "image.build.platforms: should have linux/arm64: the servers of cluster.ec2 are arm64",
        ),
        ("from: nginx", "image.platforms: should be all: the servers of cluster.ec2 are arm64, and needed is linux/amd64"),
        ("from: nginx, platforms: all", None),
        ("from: nginx, mirror: false", None),
    ],
)
def test_on_graviton_an_image_for_x86_alone_is_refused(files, image, text):
    files.write("dockyard.yaml", CLUSTERS)
    files.service(f"kind: web\nruns_on: ec2\nimage: {{{image}}}")
    assert files.problems() == [f"services/web/service.yaml: {text}"] if text else files.load()


BUILT = "{image: {build: {context: b}}}"


@pytest.mark.parametrize(
    "lines",
    ["runs_on: ec2", "runs_on: managed", "image: {build: {platforms: [linux/arm64]}}", "environments: {dev: {runs_on: ec2}}"],
)
def test_on_graviton_images_of_sidecars_and_the_log_router_are_built_for_it(files, lines):
    files.write("dockyard.yaml", CLUSTERS)
    files.write("services/web/b/Dockerfile", "FROM scratch")
    files.service(f"kind: web\n{lines}\nsidecars: {{a: {BUILT}}}\nfirelens: {{options: {{Name: stdout}}, {BUILT[1:-1]}}}")
    images = files.load().environment("dev").images
    assert {name: one.image.build.platforms for name, one in images.items()} == dict.fromkeys(
        ["web", "web.a", "web.log-router"], ("linux/arm64",)
    )


def test_elsewhere_they_are_built_as_ever_and_what_is_said_stays(files):
    files.write("dockyard.yaml", CLUSTERS)
    files.write("services/web/b/Dockerfile", "FROM scratch")
    both = "{image: {build: {context: b, platforms: [linux/amd64, linux/arm64]}}}"
    files.service(f"kind: web\nsidecars: {{a: {BUILT}, c: {both}}}")
    sidecars = files.load().environment("dev").services["web"].sidecars
    assert sidecars["a"].image.build.platforms == ("linux/amd64",)
    files.service(f"kind: web\nruns_on: ec2\nsidecars: {{a: {BUILT}, c: {both}}}")
    assert files.load().environment("dev").services["web"].sidecars["c"].image.build.platforms == ("linux/amd64", "linux/arm64")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("runs_on: ec2\nsidecars: {a: {image: {build: {context: b, platforms: [linux/amd64]}}}}",
         "sidecars.a.image.build.platforms: should have linux/arm64: the servers of cluster.ec2 are arm64"),
        ("sidecars: {a: {image: {build: {context: b, platforms: [linux/arm64]}}}}",
         "sidecars.a.image.build.platforms: should have linux/amd64: the service's own image is for linux/amd64"),
        ("runs_on: managed\nsidecars: {a: {image: {from: redis}}}",
         "sidecars.a.image.platforms: should be all: the servers of cluster.managed are arm64, and needed is linux/amd64"),
        ("image: {build: {platforms: [linux/arm64]}}\nsidecars: {a: {image: {from: redis}}}",
         "sidecars.a.image.platforms: should be all: the service's own image is for linux/arm64, and needed is linux/amd64"),
        ("runs_on: ec2\nsidecars: {a: {image: {from: public.ecr.aws/docker/library/redis:8}}}", None),
        ("runs_on: ec2\nsidecars: {a: {image: {from: redis, platforms: all}}}", None),
    ],
)  # fmt: skip
def test_an_image_beside_is_for_where_the_service_runs(files, lines, text):
    files.write("dockyard.yaml", CLUSTERS)
    files.write("services/web/b/Dockerfile", "FROM scratch")
    files.service(f"kind: web\n{lines}")
    assert files.problems() == [f"services/web/service.yaml: {text}"] if text else files.load()


@pytest.mark.parametrize(
    ("lines", "key"), [("runs_on: managed", "runs_on"), ("runs_on: ec2\nnetwork_mode: awsvpc", "network_mode")]
)
def test_tasks_that_never_have_a_public_address_are_refused_where_only_that_leads_out(files, lines, key):
    files.write("dockyard.yaml", f"{CLUSTERS}network: {{nat: none}}")
    files.service(f"kind: web\n{lines}")
    (problem,) = files.problems()
    assert problem.startswith(f"services/web/service.yaml: {key}: {lines.split(': ')[-1]} gives tasks no public address")
    assert problem.endswith("set network.nat to single or per-az (or network.vpc.task_subnets)")


def test_a_mix_is_read_with_its_base(files):
    files.service("kind: web\nruns_on: {fargate: 1, fargate-spot: 3, base: 2}\nenvironments: {prod: {runs_on: fargate}}")
    project = files.load()
    mix = project.environment("dev").services["web"].runs_on
    assert (mix.fargate, mix.fargate_spot, mix.base) == (1, 3, 2)
    assert project.environment("prod").services["web"].runs_on == "fargate"
