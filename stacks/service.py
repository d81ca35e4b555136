"""One service of an environment, in a stack of its own: rolling it out touches nothing else."""

import os

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from dockyard.build import Bases, mirrored, recipe, repository_name
from dockyard.config import (
    Cluster,
    Environment,
    ManagedSecret,
    Project,
    Service,
    architecture,
    has_own_address,
    path_patterns,
    shares,
    target,
)
from dockyard_constructs import (
    CachedImage,
    Capacity,
    Ec2Capacity,
    ExecutableImage,
    FargateCapacity,
    HealthCheck,
    ManagedCapacity,
    PublishingRole,
    RepositorySynthesizer,
    Route,
    WebService,
)
from stacks.platform import PlatformStack, zones


class ServiceStack(cdk.Stack):
    """A service with its image, behind the platform's load balancer. Its output `Address` is where it answers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        project: Project,
        environment: Environment,
        name: str,
        bases: Bases,
        registry: cdk.Stack,
        platform: PlatformStack,
        env: cdk.Environment,
    ) -> None:
        tags = {"dockyard:application": project.name, "dockyard:environment": environment.name, "dockyard:service": name}
        self._images = RepositorySynthesizer(
            registry=registry,
            repository_name=repository_name(project, name),
            publishing_role_arn=PublishingRole.arn_of(project.name),
        )
        super().__init__(scope, id, env=env, tags=tags, synthesizer=self._images)
        self._images.bind(self)
        self.add_stack_dependency(registry)
        self.add_stack_dependency(platform)
        self._project, self._platform = project, platform
        self._cached: CachedImage | None = None
        settings = environment.services[name]
        http = settings.http
        vpc = self._vpc(has_own_address(settings))
        number = project.lock.priority(http, environment=environment.name, service=name)
        self.service = WebService(
            self,
            "Web",
            cluster=ecs.Cluster.from_cluster_attributes(
                self, "Cluster", cluster_name=platform.parameter(self, "cluster-name"), vpc=vpc
            ),
            listener=self._listener(has_own_address(settings)),
            image=self._image(name, environment, bases),
            route=Route(number, list(path_patterns(http.path)), http.host),
            port=settings.port,
            capacity=self._capacity(settings, environment.settings.cluster),
            cpu=round(settings.cpu * 1024),
            memory_limit_mib=settings.memory,
            desired_count=settings.count,
            environment=settings.env,
            secrets={variable: self._secret(variable, source) for variable, source in settings.secrets.items()},
            health_check=HealthCheck(**http.health.model_dump()),
        )
        if self._cached:
            self._cached.grant_pull(self.service.task_definition.obtain_execution_role())
        balancer = platform.parameter(self, "load-balancer-dns-name")
        host = http.host if http.host and not http.host.startswith("*") else balancer
        cdk.CfnOutput(self, "Address", value=f"http://{host}{http.path}", description="Where the service answers")
        if http.host:
            cdk.CfnOutput(self, "LoadBalancer", value=balancer, description="Where the name of the host must point")

    def _image(self, name: str, environment: Environment, bases: Bases) -> ecs.ContainerImage:
        settings = environment.services[name]
        made = mirrored(self._project, name, settings, bases) or recipe(self._project, name, settings, bases)
        if made is None:
            return self._named_image(settings, bases)
        known = not cdk.Token.is_unresolved(self.account)  # without credentials it is not
        outdir = cdk.Stage.of(self).outdir  # type: ignore[union-attr]  # an app is a stage
        return ExecutableImage(
            self,
            "Image",
            synthesizer=self._images,
            repository_name=made.repository,
            tag=made.tag,
            command=[
                *("dockyard", "asset", name, made.tag, "--env", environment.name),
                *("--project", os.path.relpath(self._project.root, outdir)),
                *(("--account", self.account, "--region", self.region) if made.is_index and known else ()),
            ],
            pushed_by_command=made.is_index,
            display_name=name,
        ).container_image

    def _named_image(self, settings: Service, bases: Bases) -> ecs.ContainerImage:
        """The image that is named, in its own registry or by a cache of it; by its digest where that is locked."""
        named = settings.image.reference
        assert named  # noqa: S101  # else there is a recipe
        named = named.at(bases.locked.get(str(settings.image.from_)))
        if self._project.way(settings) == "pull-through":
            prefix = self._project.pull_through[named.registry].prefix
            self._cached = CachedImage(
                self, "Image", repository_prefix=prefix, repository_name=named.repository, version=named.version
            )
            return self._cached.container_image
        if not named.ecr:
            return ecs.ContainerImage.from_registry(str(named))
        account, region = named.ecr
        arn = self.format_arn(
            service="ecr", resource="repository", resource_name=named.repository, account=account, region=region
        )
        repository = ecr.Repository.from_repository_attributes(
            self, "Repository", repository_arn=arn, repository_name=named.repository
        )
        return ecs.ContainerImage.from_ecr_repository(repository, named.version)  # so that the task may pull it

    def _vpc(self, own_address: bool) -> ec2.IVpc:
        """The platform's network; subnets only where tasks have addresses of their own."""
        count = self._platform.task_subnet_count if own_address else 0
        subnets = [self._platform.parameter(self, f"task-subnet-{n + 1}") for n in range(count)]
        public = self._platform.public_tasks
        vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=self._platform.parameter(self, "vpc-id"),
            availability_zones=zones(max(1, len(subnets))),
            public_subnet_ids=(subnets or None) if public else None,
            private_subnet_ids=None if public else (subnets or None),
        )
        for subnet in [*vpc.public_subnets, *vpc.private_subnets]:
            cdk.Annotations.of(subnet).acknowledge_warning(
                "@aws-cdk/aws-ec2:noSubnetRouteTableId", "services add no routes; the platform owns them"
            )
        return vpc

    def _listener(self, own_address: bool) -> elbv2.IApplicationListener:
        """The platform's listener. Without own addresses the one rule for its group is the platform's, so no name is needed."""
        name = self._platform.parameter(self, "load-balancer-security-group") if own_address else "not-used"
        group = ec2.SecurityGroup.from_security_group_id(self, "LoadBalancerSecurityGroup", name, mutable=False)
        return elbv2.ApplicationListener.from_application_listener_attributes(
            self, "Listener", listener_arn=self._platform.parameter(self, "listener-arn"), security_group=group
        )

    def _capacity(self, settings: Service, cluster: Cluster) -> Capacity:
        public = self._platform.public_tasks
        subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC if public else ec2.SubnetType.PRIVATE_WITH_EGRESS)
        if target(settings.runs_on) == "ec2":
            provider = self._platform.parameter(self, "capacity-provider")
            return Ec2Capacity(provider, settings.network_mode, subnets)
        if target(settings.runs_on) == "managed":
            on_arm = architecture(settings.runs_on, cluster) == "arm64"
            provider = self._platform.parameter(self, "managed-capacity-provider")
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
        )

    def _secret(self, variable: str, source: str | ManagedSecret) -> ecs.Secret:
        id = f"Secret-{variable}"
        if isinstance(source, ManagedSecret):
            secret = secretsmanager.Secret.from_secret_name_v2(self, id, source.secretsmanager)
            return ecs.Secret.from_secrets_manager(secret, source.key)
        return ecs.Secret.from_ssm_parameter(
            ssm.StringParameter.from_secure_string_parameter_attributes(self, id, parameter_name=source)
        )
