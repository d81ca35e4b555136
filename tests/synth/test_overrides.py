"""Properties of generated resources: set, merged, taken away; what is not there is told with what is."""

import pytest
from aws_cdk import aws_ecs as ecs

from dockyard.errors import ConfigError
from dockyard_constructs import override
from tests.synth.projects import resources, stacks

PROJECT = "name: shop\nenvironments: {dev: {account: '111122223333', region: eu-west-1}}\n"
WEB = "kind: web\nimage: {from: nginx, mirror: false}\n"


@pytest.fixture
def service(stack, vpc):
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("app", image=ecs.ContainerImage.from_registry("nginx"), docker_labels={"a.b": "c"})
    return ecs.FargateService(stack, "Web", cluster=ecs.Cluster(stack, "Cluster", vpc=vpc), task_definition=task)


def test_a_property_is_set_merged_or_taken_away(stack, service, template):
    deployment = {"DeploymentConfiguration.MaximumPercent": 150, "DeploymentConfiguration": {"BakeTimeInMinutes": 2}}
    container = {"Ulimits": [{"Name": "nofile", "SoftLimit": 9, "HardLimit": 9}], "DockerLabels": {"a.b": None, "d.e": "f"}}
    overrides = {
        "Web": {**deployment, "SchedulingStrategy": {"Fn::Sub": "REPLICA"}},
        "AWS::ECS::TaskDefinition": {"ContainerDefinitions.0": container, "Memory": None},
    }
    assert override(overrides, stack) == []
    made, task = template().one("ECS::Service"), template().one("ECS::TaskDefinition")
    kept = {"MinimumHealthyPercent": 50}
    assert made["DeploymentConfiguration"].items() >= {"MaximumPercent": 150, "BakeTimeInMinutes": 2, **kept}.items()
    assert made["SchedulingStrategy"] == {"Fn::Sub": "REPLICA"}
    assert "Memory" not in task
    assert task["ContainerDefinitions"][0]["DockerLabels"] == {"d.e": "f"}
    assert task["ContainerDefinitions"][0]["Ulimits"] == container["Ulimits"]


@pytest.mark.parametrize(
    ("overrides", "keys", "says"),
    [
        ({"Wep": {"DesiredCount": 1}}, ("Wep",), "there is no resource of that path in the stack Test; did you mean Web"),
        ({"x": {}}, ("x",), "there is no resource of that path in the stack Test; it has Cluster, Task, Task/TaskRole, Web"),
        ({"AWS::ECS::Servic": {}}, ("AWS::ECS::Servic",), "no resource of that type in the stack Test; did you mean AWS::ECS::Service"),
        ({"AWS::SQS::Queue": {}}, ("AWS::SQS::Queue",), "no resource of that type"),
        ({"Web": {"DesiredCuont": 1}}, ("Web", "DesiredCuont"), "DesiredCuont is no property; did you mean DesiredCount"),
        ({"Web": {"desiredCount": 1}}, ("Web", "desiredCount"), "is no property; did you mean DesiredCount"),
        ({"Web": {"Desiredcount": 1}}, ("Web", "Desiredcount"), "is no property; did you mean DesiredCount"),
        ({"Web": {"Zzz": 1}}, ("Web", "Zzz"), "is no property; known here: "),
        ({"Web": {"Tags.Key": 1}}, ("Web", "Tags.Key"), "is a list: name one of its items by its number, the first is 0"),
        ({"Web": {"Tags": [{"Kee": 1}]}}, ("Web", "Tags"), "Tags.Kee is no property; did you mean Key"),
        ({"Web": {"DesiredCount.x": 1}}, ("Web", "DesiredCount.x"), "is no property: what it is in has no parts"),
        ({"Web": {"DeploymentConfiguration": {"Max": 1}}}, ("Web", "DeploymentConfiguration"), "DeploymentConfiguration.Max is"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_with_what_is(stack, service, template, overrides, keys, says):
    (fault,) = override({**overrides, "Cluster": {"ClusterName": "other"}}, stack)
    assert fault[0] == keys
    assert says in fault[1]
    assert "ClusterName" not in template().all("ECS::Cluster")[0].get("Properties", {}), "nothing is set where something is wrong"


def test_a_type_of_which_there_are_several_is_refused_with_their_paths(stack, service):
    ecs.FargateTaskDefinition(stack, "Other")
    ((_, message),) = override({"AWS::ECS::TaskDefinition": {"Memory": "1024"}}, stack)
    assert message == "names 2 resources of the stack Test; supply one of Other, Task"


def test_services_platform_and_resources_have_overrides_by_environment(tmp_path):
    base = 'overrides: {Web/Service: {DeploymentConfiguration.MaximumPercent: 150}, Web/Targets: {Name: x, HealthCheckPath: "/"}}'
    own = "environments: {dev: {overrides: {AWS::ECS::Service: {DesiredCount: 3}, Web/Targets: {Name: , HealthCheckPath: }}}}"
    platform = (
        "overrides: {LoadBalancer: {IpAddressType: dualstack}, orders: {BillingMode: PROVISIONED}}\n"
        "resources: {orders: {kind: table}}"
    )
    _, read = stacks(tmp_path, files={"dockyard.yaml": PROJECT + platform, "services/web/service.yaml": f"{WEB}{base}\n{own}"})
    (service,) = resources(read("shop-dev-web"), "ECS::Service")
    assert (service["DeploymentConfiguration"]["MaximumPercent"], service["DesiredCount"]) == (150, 3)
    assert not {"Name", "HealthCheckPath"} & resources(read("shop-dev-web"), "ElasticLoadBalancingV2::TargetGroup")[0].keys()
    (balancer,) = resources(read("shop-dev-platform"), "ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["IpAddressType"] == "dualstack"
    (table,) = resources(read("shop-dev-resources"), "DynamoDB::GlobalTable")
    assert table["BillingMode"] == "PROVISIONED"


def test_faults_of_all_services_are_told_at_once_with_file_and_key(tmp_path):
    files = {"dockyard.yaml": f"{PROJECT}overrides: {{Cluster/Cluster: {{ClusterNam: x}}}}"}
    files |= {f"services/{name}/service.yaml": f"{WEB}http: {{path: /{name}}}\noverrides: {{Wep: {{A: 1}}}}" for name in "ab"}
    with pytest.raises(ConfigError) as caught:
        stacks(tmp_path, files=files)
    assert [problem.split(" ")[:2] for problem in caught.value.problems] == [
        ["dockyard.yaml:", "overrides.Cluster/Cluster.ClusterNam:"],
        ["services/a/service.yaml:", "overrides.Wep:"],
        ["services/b/service.yaml:", "overrides.Wep:"],
    ]


def test_a_fault_of_an_environments_overrides_is_told_at_their_key(tmp_path):
    platform = "name: shop\noverrides: {Cluster/Cluster: {A: 1}}\nenvironments: {dev: {overrides: {Cluster/Cluster: {B: 1}}}}"
    own = "overrides: {Web/Service: {C: 1}}\nenvironments: {dev: {overrides: {Web/Service: {D: 1}, Wep: {E: 1}}}}"
    with pytest.raises(ConfigError) as caught:
        stacks(tmp_path, files={"dockyard.yaml": platform, "services/web/service.yaml": f"{WEB}{own}"})
    assert [problem.split(": ")[1] for problem in caught.value.problems] == [
        "overrides.Cluster/Cluster.A",
        "environments.dev.overrides.Cluster/Cluster.B",
        "environments.dev.overrides.Wep",
        "overrides.Web/Service.C",
        "environments.dev.overrides.Web/Service.D",
    ]
