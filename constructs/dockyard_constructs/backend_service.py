"""A service that other services reach by its name, and nobody else."""

from typing import Literal, Unpack

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from constructs import Construct
from dockyard_constructs.container_task import CONTAINER, ContainerSettings, ContainerTask
from dockyard_constructs.service_connect import Namespace

Protocol = Literal["http", "http2", "grpc", "tcp"]


class BackendService(Construct):
    """A service in a namespace of Service Connect: who is in it, too, reaches it at `http://<dns_name>:<port>`.

    There is no load balancer and no public way in. In `awsvpc` mode its own security group lets in the callers of the
    namespace on the one port; in `bridge` mode the servers' group must, on the ports that the agent picks.

    Read `service`, `task_definition`, `container` and `log_group`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        namespace: Namespace,
        dns_name: str,
        port: int = 8080,
        protocol: Protocol = "http",
        desired_count: int = 1,
        health_check: ecs.HealthCheck | None = None,
        **container: Unpack[ContainerSettings],
    ) -> None:
        """Make the service.

        :param cluster: where it runs, owned or imported.
        :param namespace: where it has its name.
        :param dns_name: its name.
        :param port: port that the container listens on, 1 to 65535, and that callers name; it is told so by the variable PORT.
        :param protocol: what is spoken there: it tells how requests are spread, tried again and counted.
        :param desired_count: how many tasks run.
        :param health_check: command in the container that tells whether it is well. Default: it is while it runs.
        :param container: what runs, and on what (`ContainerSettings`).
        """
        super().__init__(scope, id)
        spoken = None if protocol == "tcp" else getattr(ecs.AppProtocol, protocol)
        task = ContainerTask(self, port=port, port_name=CONTAINER, app_protocol=spoken, health_check=health_check, **container)
        self.task_definition, self.container, self.log_group = task.task_definition, task.container, task.log_group
        endpoint = ecs.ServiceConnectService(
            port_mapping_name=CONTAINER,
            discovery_name=dns_name,
            dns_name=dns_name,
            port=port,
            per_request_timeout=Duration.seconds(0) if spoken else None,  # none; AWS's default ends long answers after 15 s
        )
        self.service = task.service(self, cluster=cluster, desired_count=desired_count, namespace=namespace, endpoints=[endpoint])
        if task.has_own_address:
            for group in namespace.callers:
                self.service.connections.allow_from(group, ec2.Port.tcp(port), "services of the namespace")
