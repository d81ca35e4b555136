"""Behaviours of names between services: Cloud Map and Service Connect."""

import itertools

import pytest
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


ADDRESS = "__import__('socket').gethostbyname(os.uname().nodename)"
HOST = "os.uname().nodename"


def listening(image: str, own: str = ADDRESS, **more) -> dict:
    """A task that answers with its address, or its host's name: it is another in each."""
    code = APP.replace('os.environ.get("ANSWER", "hello")', own)
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
    """A client that asks DiscoverInstances of the very address where there is one, not of one with `data-` before it."""
    return aws.client("servicediscovery", inject_host_prefix=False)


def cloud_map(**more) -> dict:
    return {
        "Names": {"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace", "Properties": {"Name": "shop.local"}},
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
    check = {"Command": ["CMD", "python", "-c", "import os; os.stat('/tmp/well')"], "Interval": aws.interval, "StartPeriod": 300}
    code = f"import time; time.sleep({aws.late.seconds + 1}); open('/tmp/well', 'w'); time.sleep(600)"
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


@acts("service_discovery", only_here="it needs a server")
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


def connect(dns_name: str | None = None, port: int = 80, **more) -> dict:
    """Service Connect with one endpoint, of the port `http`."""
    alias = {"Port": port, **({"DnsName": dns_name} if dns_name else {})}
    return {"ServiceConnectConfiguration": {
        "Enabled": True, "Namespace": "shop", "Services": [{"PortName": "http", "ClientAliases": [alias], **more}]}}  # fmt: skip


CLIENT = {"ServiceConnectConfiguration": {"Enabled": True, "Namespace": "shop"}}
SHOP = {"Type": "AWS::ServiceDiscovery::HttpNamespace", "Properties": {"Name": "shop"}}


def shop(**services: tuple[dict, dict]) -> dict:
    """Services in the namespace `shop`, the later ones after the earlier."""
    made = {"Shop": SHOP, **resources(**services)}
    for before, name in itertools.pairwise(["Shop", *services]):
        made[name]["DependsOn"].append(before)
    return made


def hosts(aws: Server, service: str) -> set[str]:
    """Names that the running tasks have for themselves: the short ids of the containers that hold their network."""
    ecs = aws.client("ecs")
    tasks = ecs.describe_tasks(cluster="c", tasks=ecs.list_tasks(cluster="c", serviceName=service)["taskArns"])["tasks"]
    return {container["runtimeId"] for one in tasks for container in one["containers"]}


@acts("service_connect", only_here="one of its services needs a server")
def an_alias_leads_to_all_tasks_of_a_service_by_a_port_of_its_own(aws: Server) -> None:
    """Two services may have the same one; a connection goes to each task in turn."""
    image = aws.image()
    client = asking(image, "say(get('http://orders')); say(get('http://users.shop.internal'))")
    made = shop(
        Orders=(listening(image, HOST), {"DesiredCount": 2, **connect("orders")}),
        Users=(listening(image, HOST, mode="bridge"), connect("users.shop.internal", DiscoveryName="users")),
        Client=(client, CLIENT),
    )
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    every = hosts(aws, "orders") | hosts(aws, "users")
    assert len(every) == 3
    until(lambda: set(printed(aws)) == every, 5)


@acts("service_connect")
def an_alias_is_known_in_its_namespace_only(aws: Server) -> None:
    """And to tasks whose deployment began when it was there."""
    image = aws.image()
    stranger = asking(image, "say(get('http://orders:8080'))")
    early = asking(image, "say('early ' + get('http://orders:8080'))")
    made = shop(Early=(early, CLIENT), Stranger=(stranger, {}), Orders=(listening(image), connect("orders", 8080)))
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    until(lambda: len([line for line in printed(aws) if "not known" in line or "resolution" in line]) == 2, 8)
    aws.client("ecs").update_service(cluster="c", service="early", forceNewDeployment=True)
    (host,) = addresses(aws, "orders")
    until(lambda: f"early {host}" in printed(aws), 5)


@acts("service_connect")
def tasks_that_are_stopped_get_no_new_connections(aws: Server) -> None:
    """Through an update no request of a client fails."""
    image = aws.image()
    client = asking(image, "say(str(bool(get('http://orders:8080'))))")
    version = listening(image)
    made = shop(Orders=(version, {"DesiredCount": 2, **connect("orders", 8080)}), Client=(client, CLIENT))
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    until(lambda: printed(aws) == ["True"], 5)
    before = addresses(aws, "orders")
    version["Properties"]["ContainerDefinitions"][0]["Memory"] = 96
    assert aws.deploy("n", made, update=True) == "UPDATE_COMPLETE"
    assert not before & addresses(aws, "orders")
    assert set(printed(aws)) == {"True"}


@acts("service_connect")
def a_deployment_tells_its_service_connect_resources(aws: Server) -> None:
    """The endpoints are services of Cloud Map, too, and go with their service."""
    made = shop(Orders=(listening(aws.image()), connect(DiscoveryName="orders-api")))
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    ecs, cloud = aws.client("ecs"), aws.client("servicediscovery")
    (told,) = ecs.describe_services(cluster="c", services=["orders"])["services"]
    (deployment,) = told["deployments"]
    (found,) = cloud.list_services()["Services"]
    assert deployment["serviceConnectResources"] == [{"discoveryName": "orders-api", "discoveryArn": found["Arn"]}]
    assert deployment["serviceConnectConfiguration"]["services"] == [
        {"portName": "http", "discoveryName": "orders-api", "clientAliases": [{"port": 80}]}
    ]
    (instance,) = cloud.list_instances(ServiceId=found["Id"])["Instances"]
    assert instance["Attributes"]["AWS_INSTANCE_PORT"] == "8080"
    assert ecs.list_services_by_namespace(namespace="shop")["serviceArns"] == [told["serviceArn"]]
    ecs.delete_service(cluster="c", service="orders", force=True)
    assert cloud.list_services()["Services"] == ecs.list_services_by_namespace(namespace="shop")["serviceArns"] == []


@acts("service_connect")
def a_wrong_service_connect_configuration_is_refused(aws: Server) -> None:
    """A namespace or a port that is not there, an alias that is another's."""
    made = shop(Orders=(listening(aws.image()), connect("orders")))
    made["Orders"]["Properties"]["DesiredCount"] = 0
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    for wrong, code in (
        ({"namespace": "none"}, "NamespaceNotFoundException"),
        ({"services": [{"portName": "grpc"}]}, "InvalidParameterException"),
        ({"services": [{"portName": "http", "discoveryName": "x", "clientAliases": [{"dnsName": "orders", "port": 80}]}]},
         "InvalidParameterException"),
        ({"services": [{"portName": "http", "tls": {"issuerCertificateAuthority": {}}}]}, "InvalidParameterException"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as refused:
            aws.client("ecs").create_service(
                cluster="c", serviceName="o", taskDefinition="orders", desiredCount=0, **aws.surroundings.service,
                serviceConnectConfiguration={"enabled": True, "namespace": "shop", **wrong},
            )  # fmt: skip
        assert refused.value.response["Error"]["Code"] == code
    assert len(aws.client("servicediscovery").list_services()["Services"]) == 1


@acts("service_connect")
def the_namespace_of_the_cluster_is_the_default(aws: Server) -> None:
    """It is made where it is not there."""
    image = aws.image()
    client = asking(image, "say(get('http://http.plaza:8080'))")
    alone = {"ServiceConnectConfiguration": {"Enabled": True}}
    answering = connect(port=8080)
    del answering["ServiceConnectConfiguration"]["Namespace"]
    made = resources(Orders=(listening(image), answering), Client=(client, alone))
    made["Cluster"] = {**CLUSTER, "Properties": {"ClusterName": "c", "ServiceConnectDefaults": {"Namespace": "plaza"}}}
    made["Client"]["DependsOn"].append("Orders")
    assert aws.deploy("n", made) == "CREATE_COMPLETE"
    until(lambda: set(printed(aws)) == addresses(aws, "orders"), 5)
