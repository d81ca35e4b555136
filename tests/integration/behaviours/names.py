"""Behaviours of names between services: Cloud Map and Service Connect."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import APP, Server, task, until

CLUSTER = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}}
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "app"}}
PORTS = [{"ContainerPort": 8080, "Name": "http"}]


def resources(**services: tuple[dict, dict]) -> dict:
    """A cluster with services, each a task definition and further properties of the service."""
    made = {"Cluster": CLUSTER, "Logs": LOGS}
    for name, (definition, properties) in services.items():
        definition["Properties"]["Family"] = name.lower()
        made[f"{name}Task"] = definition
        made[name] = {"Type": "AWS::ECS::Service", "DependsOn": ["Cluster", "Logs"], "Properties": {
            "Cluster": "c", "ServiceName": name.lower(), "TaskDefinition": {"Ref": f"{name}Task"}, "DesiredCount": 1, **properties}}  # fmt: skip
    return made


def listening(image: str, **more) -> dict:
    """A task that answers with its host's name, which is another in each."""
    code = APP.replace('os.environ.get("ANSWER", "hello")', "os.uname().nodename")
    return task(image, ["python", "-c", code], **{"PortMappings": PORTS, **more})


def asking(image: str, code: str, **more) -> dict:
    """A task that runs code each second, in which `say` prints once what has not been printed yet, and `get` asks a URL."""
    lines = [
        "import socket, time, urllib.request as u",
        "seen = set()",
        "get = lambda url: u.urlopen(url, timeout=2).read().decode()",
        "def say(text): text in seen or print(text, flush=True); seen.add(text)",
        "while True:",
        "    try:",
        f"        {code}",
        "    except Exception as error: say(repr(error))",
        "    time.sleep(0.1)",
    ]
    return task(image, ["python", "-c", "\n".join(lines)], PortMappings=[], **more)


def printed(aws: Server) -> list[str]:
    return [event["message"] for event in aws.client("logs").filter_log_events(logGroupName="app")["events"]]


def addresses(aws: Server, service: str) -> set[str]:
    """Of the running tasks."""
    ecs = aws.client("ecs")
    tasks = ecs.describe_tasks(cluster="c", tasks=ecs.list_tasks(cluster="c", serviceName=service)["taskArns"])["tasks"]
    details = [detail for one in tasks for attached in one["attachments"] for detail in attached["details"]]
    return {detail["value"] for detail in details if detail["name"] == "privateIPv4Address"}


def discovery(aws: Server):
    """A client that asks DiscoverInstances of the very address, too, not of one with `data-` before it."""
    return boto3.client(
        "servicediscovery", endpoint_url=f"http://localhost:{aws.port}", region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test", config=Config(inject_host_prefix=False),
    )  # fmt: skip


def cloud_map(**more) -> dict:
    return {
        "Names": {"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": {"Name": "shop.local", "Vpc": "vpc-1"}},
        "Registry": {"Type": "AWS::ServiceDiscovery::Service", "Properties": {
            "Name": "orders", "NamespaceId": {"Ref": "Names"}, "HealthCheckCustomConfig": {"FailureThreshold": 1},
            "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 10}]}, **more}},
    }  # fmt: skip


def registered(**more) -> dict:
    return {"ServiceRegistries": [{"RegistryArn": {"Fn::GetAtt": ["Registry", "Arn"]}, **more}]}


@acts("service_discovery")
def a_cloud_map_name_has_all_tasks_of_a_service(aws: Server) -> None:
    """Services find each other by `service.namespace`."""
    image = aws.image()
    lookup = "say(' '.join(sorted(socket.gethostbyname_ex('orders.shop.local')[2])))"
    client = asking(image, f"{lookup}; say(get('http://orders.shop.local:8080'))")
    made = resources(Orders=(listening(image), {"DesiredCount": 2, **registered()}), Client=(client, {}))
    made["Client"]["DependsOn"].append("Orders")
    assert aws.deploy("n", {**cloud_map(), **made}) == "CREATE_COMPLETE"
    both = addresses(aws, "orders")
    assert len(both) == 2
    until(lambda: " ".join(sorted(both)) in printed(aws), 5)
    aws.client("ecs").update_service(cluster="c", service="orders", desiredCount=1)
    (one,) = until(lambda: len(found := addresses(aws, "orders")) == 1 and found, 5)
    until(lambda: one in printed(aws), 5)


@acts("service_discovery")
def running_tasks_are_instances_of_their_cloud_map_service(aws: Server) -> None:
    """With address, port and health, for as long as they run."""
    cloud = discovery(aws)
    check = {"Command": ["CMD", "python", "-c", "import os; os.stat('/tmp/well')"], "Interval": 1, "StartPeriod": 30}
    code = "import time; time.sleep(3); open('/tmp/well', 'w'); time.sleep(600)"
    definition = task(aws.image(), ["python", "-c", code], PortMappings=PORTS, HealthCheck=check)
    made = {**cloud_map(), **resources(Orders=(definition, registered(ContainerName="app", ContainerPort=8080)))}
    made["Orders"]["Properties"]["DesiredCount"] = 0
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    (registry,) = cloud.list_services()["Services"]
    aws.client("ecs").update_service(cluster="c", service="orders", desiredCount=1)
    (listed,) = until(lambda: cloud.list_instances(ServiceId=registry["Id"])["Instances"], 5)

    def found(status: str) -> list[dict]:
        return cloud.discover_instances(NamespaceName="shop.local", ServiceName="orders", HealthStatus=status)["Instances"]

    assert [one["InstanceId"] for one in found("UNHEALTHY")] == [listed["Id"]]
    (well,) = until(lambda: found("HEALTHY"), 8)
    assert {well["Attributes"]["AWS_INSTANCE_IPV4"]} == addresses(aws, "orders")
    assert (well["Attributes"]["AWS_INSTANCE_PORT"], well["Attributes"]["ECS_SERVICE_NAME"]) == ("8080", "orders")
    aws.client("ecs").update_service(cluster="c", service="orders", desiredCount=0)
    until(lambda: not cloud.list_instances(ServiceId=registry["Id"])["Instances"], 5)


@acts("service_discovery")
def a_task_in_bridge_mode_is_registered_with_container_and_port(aws: Server) -> None:
    """Without them AWS refuses the service."""
    image = aws.image()
    made = {**cloud_map(), **resources(Orders=(listening(image, mode="bridge"), {}))}
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    (registry,) = aws.client("servicediscovery").list_services()["Services"]
    ecs = aws.client("ecs")
    with pytest.raises(ClientError, match="'containerName' and 'containerPort' must be specified from the task definition"):
        ecs.create_service(
            cluster="c", serviceName="o", taskDefinition="orders", serviceRegistries=[{"registryArn": registry["Arn"]}]
        )
    made["Orders"]["Properties"].update(registered(ContainerName="app", ContainerPort=8080))
    assert aws.deploy("n", made, update=True) == "UPDATE_COMPLETE"
    (instance,) = aws.client("servicediscovery").list_instances(ServiceId=registry["Id"])["Instances"]
    assert instance["Attributes"]["AWS_INSTANCE_PORT"] == "8080"
