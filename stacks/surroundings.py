"""What the stack of a service has around it: its container's settings, and what it uses of the platform."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm

from dockyard.config import (
    Backend,
    Environment,
    Http,
    ManagedSecret,
    Project,
    Service,
    Source,
    Web,
    architecture,
    has_own_address,
    parameter_name,
    shares,
    target,
)
from dockyard_constructs import Capacity, ContainerSettings, Ec2Capacity, FargateCapacity, ManagedCapacity, Namespace
from stacks.logs import retention
from stacks.network import add_no_routes, zones
from stacks.platform import Platform
from stacks.resources import Resources
from stacks.runtime import add_runtime

_PLATFORM_VERSIONS = {"LATEST": ecs.FargatePlatformVersion.LATEST, "1.4.0": ecs.FargatePlatformVersion.VERSION1_4}


@dataclass(frozen=True)
class Surroundings:
    """Of one service in one environment. What the methods make is in `stack`."""

    stack: cdk.Stack
    project: Project
    environment: Environment
    name: str
    platform: Platform
    resources: Resources
    """Those of dockyard.yaml."""
    is_rolled_back: bool = False
    """Whether it runs a version that it went back to, and not the one of its sources."""

    def value(self, name: str) -> str:
        """What the platform published under that name."""
        return self.platform.parameter(self.stack, name)

    def cluster(self, settings: Service) -> ecs.ICluster:
        """The platform's cluster, with its network."""
        vpc = self._vpc(settings)
        return ecs.Cluster.from_cluster_attributes(self.stack, "Cluster", cluster_name=self.value("cluster-name"), vpc=vpc)

    def listeners(self, http: Http | None, settings: Web) -> dict[str, elbv2.IApplicationListener]:
        """The platform's listeners that it has a rule on. On servers the one rule for their security group is the platform's."""
        if http is None:
            return {}
        group = self._group("LoadBalancerSecurityGroup", "load-balancer-security-group" if has_own_address(settings) else None)
        ids = {"public": ("Listener", "listener-arn"), "internal": ("InternalListener", "internal-listener-arn")}
        return {
            entrance: elbv2.ApplicationListener.from_application_listener_attributes(
                self.stack, ids[entrance][0], listener_arn=self.value(ids[entrance][1]), security_group=group
            )
            for entrance in http.entrances
        }

    def namespace(self, settings: Service) -> Namespace:
        """The platform's namespace. On servers all rules of security groups are the platform's, so no names are needed."""
        own_address = has_own_address(settings)
        called_from_servers = own_address and isinstance(settings, Backend) and self.environment.settings.cluster.ec2
        return Namespace(
            self.value("namespace"),
            members=self._group("Callers", "callers-security-group" if own_address else None),
            servers=self._group("Servers", "instance-security-group") if called_from_servers else None,
        )

    def _group(self, id: str, name: str | None) -> ec2.ISecurityGroup:
        value = self.value(name) if name else "not-used"
        return ec2.SecurityGroup.from_security_group_id(self.stack, id, value, mutable=False)

    def container(self, settings: Service, image: ecs.ContainerImage) -> ContainerSettings:
        """What all kinds tell of their container."""
        made = ContainerSettings(
            image=image,
            capacity=self._capacity(settings),
            cpu=round(settings.cpu * 1024),
            memory_limit_mib=settings.memory,
            environment=settings.env,
            secrets=self.secrets(settings.secrets),
            enable_execute_command=settings.exec,
            allow_all_ipv6_outbound=self.environment.settings.network.has_ipv6,
            log_retention=retention(settings.log_retention or self.environment.settings.log_retention),
        )
        if settings.gpu:
            made["gpu_count"] = settings.gpu
        add_runtime(made, settings)
        return made

    def secrets(self, sources: Mapping[str, Source], of: str = "") -> dict[str, ecs.Secret]:
        """Variables with their secrets.

        :param of: the sidecar that has them. Default: the service's own container.
        """
        return {variable: self._secret(f"Secret-{of}{variable}", variable, source) for variable, source in sources.items()}

    def servers(self) -> ec2.ISecurityGroup:
        """The security group of the platform's servers."""
        return self._group("Instances", "instance-security-group")

    def opened_servers(self) -> ec2.ISecurityGroup:
        """The same, to which the service's stack adds rules."""
        return ec2.SecurityGroup.from_security_group_id(self.stack, "OpenedInstances", self.value("instance-security-group"))

    def public_network(self, id: str) -> ec2.IVpc:
        """The platform's network, with its public subnets."""
        kind = "task" if self.platform.public_tasks else "public"
        subnets = [self.value(f"{kind}-subnet-{n + 1}") for n in range(self.platform.public_subnet_count)]
        add_no_routes(self.stack)
        return ec2.Vpc.from_vpc_attributes(
            self.stack, id, vpc_id=self.value("vpc-id"), availability_zones=zones(len(subnets)), public_subnet_ids=subnets
        )

    def task_network(self, id: str) -> ec2.IVpc:
        """The platform's network, with the subnets that tasks may be in."""
        return self._network(id, self.value("vpc-id"), self.platform.task_subnet_count)

    def _vpc(self, settings: Service) -> ec2.IVpc:
        """The platform's network; subnets only where tasks have addresses of their own."""
        own_address = has_own_address(settings)
        vpc_id = self.value("vpc-id") if own_address or isinstance(settings, Web) else "not-used"
        return self._network("Vpc", vpc_id, self.platform.task_subnet_count if own_address else 0)

    def _network(self, id: str, vpc_id: str, count: int) -> ec2.IVpc:
        subnets = [self.value(f"task-subnet-{n + 1}") for n in range(count)]
        public = self.platform.public_tasks
        add_no_routes(self.stack)
        return ec2.Vpc.from_vpc_attributes(
            self.stack,
            id,
            vpc_id=vpc_id,
            availability_zones=zones(max(1, len(subnets))),
            public_subnet_ids=(subnets or None) if public else None,
            private_subnet_ids=None if public else (subnets or None),
        )

    def _capacity(self, settings: Service) -> Capacity:
        public = self.platform.public_tasks
        subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC if public else ec2.SubnetType.PRIVATE_WITH_EGRESS)
        if target(settings.runs_on) == "ec2":
            return Ec2Capacity(self.value("capacity-provider"), settings.network_mode, subnets)
        if target(settings.runs_on) == "managed":
            on_arm = architecture(settings.runs_on, self.environment.settings.cluster) == "arm64"
            provider = self.value("managed-capacity-provider")
            return ManagedCapacity(provider, subnets, cpu_architecture=ecs.CpuArchitecture.ARM64 if on_arm else None)
        mix, build = shares(settings.runs_on), settings.image.build
        built_for_arm = build is not None and "linux/amd64" not in build.platforms
        return FargateCapacity(
            subnets=subnets,
            assign_public_ip=public,
            cpu_architecture=ecs.CpuArchitecture.ARM64 if built_for_arm else None,
            weight=mix.fargate,
            spot_weight=mix.fargate_spot,
            base=mix.base,
            ephemeral_storage_gib=settings.ephemeral_storage,
            platform_version=_PLATFORM_VERSIONS[settings.platform_version],
        )

    def _secret(self, id: str, variable: str, source: Source) -> ecs.Secret:
        if source is True:
            source = parameter_name(self.project.name, self.environment.shared, self.name, variable)
        if isinstance(source, ManagedSecret):
            secret = secretsmanager.Secret.from_secret_name_v2(self.stack, id, source.secretsmanager)
            return ecs.Secret.from_secrets_manager(secret, source.key)
        return ecs.Secret.from_ssm_parameter(
            ssm.StringParameter.from_secure_string_parameter_attributes(self.stack, id, parameter_name=source)
        )
