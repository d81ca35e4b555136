"""So many services in plain CDK, with the resources that Dockyard makes of them: the peer of its synth.

Written as one would who knows all of them, with CDK's own constructs alone.
"""

import os

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm

MINUTE = cdk.Duration.minutes(1)

app = cdk.App()
env = cdk.Environment(account=os.environ["CDK_DEFAULT_ACCOUNT"], region=os.environ["CDK_DEFAULT_REGION"])
platform = cdk.Stack(app, "Platform", env=env)
zones = [f"{env.region}a", f"{env.region}b"]
vpc = ec2.Vpc(platform, "Vpc", availability_zones=zones, nat_gateways=1)
cluster = ecs.Cluster(platform, "Cluster", vpc=vpc)
balancer = elbv2.ApplicationLoadBalancer(platform, "LoadBalancer", vpc=vpc, internet_facing=True)
listener = balancer.add_listener("Http", port=80, open=False, default_action=elbv2.ListenerAction.fixed_response(404))
topic = sns.Topic(platform, "Alarms")
for name, value in {
    "vpc-id": vpc.vpc_id,
    "task-subnet-1": vpc.private_subnets[0].subnet_id,
    "task-subnet-2": vpc.private_subnets[1].subnet_id,
    "cluster-name": cluster.cluster_name,
    "listener-arn": listener.listener_arn,
    "load-balancer-security-group": balancer.connections.security_groups[0].security_group_id,
    "load-balancer-dns-name": balancer.load_balancer_dns_name,
    "load-balancer-full-name": balancer.load_balancer_full_name,
    "alarm-topic": topic.topic_arn,
}.items():
    ssm.StringParameter(platform, name, parameter_name=f"/peer/{name}", string_value=value)


def service(name: str, number: int) -> None:
    """A stack with one Fargate service behind the load balancer, and its alarms."""
    stack = cdk.Stack(app, f"Service-{name}", env=env, tags={"service": name})
    stack.add_stack_dependency(platform)

    def value(key: str) -> str:
        return ssm.StringParameter.value_for_string_parameter(stack, f"/peer/{key}")

    network = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id=value("vpc-id"),
        availability_zones=zones,
        private_subnet_ids=[value("task-subnet-1"), value("task-subnet-2")],
    )
    for subnet in network.private_subnets:
        cdk.Annotations.of(subnet).acknowledge_warning("@aws-cdk/aws-ec2:noSubnetRouteTableId", "no routes are added")
    shared = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name=value("cluster-name"), vpc=network)
    group = ec2.SecurityGroup.from_security_group_id(stack, "Balancer", value("load-balancer-security-group"), mutable=False)
    front = elbv2.ApplicationListener.from_application_listener_attributes(
        stack, "Listener", listener_arn=value("listener-arn"), security_group=group
    )
    log_group = logs.LogGroup(stack, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=cdk.RemovalPolicy.DESTROY)
    task = ecs.FargateTaskDefinition(
        stack,
        "Task",
        cpu=256,
        memory_limit_mib=512,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.X86_64, operating_system_family=ecs.OperatingSystemFamily.LINUX
        ),
    )
    task.add_container(
        "app",
        image=ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx:1.29"),
        environment={"PORT": "8080"},
        port_mappings=[ecs.PortMapping(container_port=8080)],
        logging=ecs.LogDrivers.aws_logs(stream_prefix="app", log_group=log_group, mode=ecs.AwsLogDriverMode.NON_BLOCKING),
        stop_timeout=cdk.Duration.seconds(30),
        linux_parameters=ecs.LinuxParameters(stack, "Linux", init_process_enabled=True),
    )
    made = ecs.FargateService(
        stack,
        "Service",
        cluster=shared,
        task_definition=task,
        desired_count=1,
        min_healthy_percent=100,
        max_healthy_percent=200,
        capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=1)],
        circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        health_check_grace_period=cdk.Duration.seconds(60),
        propagate_tags=ecs.PropagatedTagSource.SERVICE,
        enable_ecs_managed_tags=True,
    )
    made.node.add_dependency(task.obtain_execution_role())
    targets = elbv2.ApplicationTargetGroup(
        stack,
        "Targets",
        vpc=network,
        port=80,
        protocol=elbv2.ApplicationProtocol.HTTP,
        targets=[made],
        deregistration_delay=cdk.Duration.seconds(5),
        health_check=elbv2.HealthCheck(path="/", interval=cdk.Duration.seconds(5), timeout=cdk.Duration.seconds(4)),
    )
    elbv2.ApplicationListenerRule(
        stack,
        "Rule",
        listener=front,
        priority=number + 1,
        conditions=[elbv2.ListenerCondition.path_patterns([f"/{name}", f"/{name}/*"])],
        action=elbv2.ListenerAction.forward([targets]),
    )
    alarms(stack, name, made, targets, value)
    cdk.CfnOutput(stack, "Address", value=f"http://{value('load-balancer-dns-name')}/{name}")


def alarms(stack: cdk.Stack, name: str, made: ecs.FargateService, targets: elbv2.ApplicationTargetGroup, value) -> None:
    """Five alarms that are told to the topic."""
    told = actions.SnsAction(sns.Topic.from_topic_arn(stack, "Topic", value("alarm-topic")))
    ours = {"ClusterName": value("cluster-name"), "ServiceName": made.service_name}
    theirs = {"TargetGroup": targets.target_group_full_name, "LoadBalancer": value("load-balancer-full-name")}

    def metric(namespace: str, metric_name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace, metric_name=metric_name, dimensions_map=dimensions, statistic=statistic, period=MINUTE
        )

    errors = cloudwatch.MathExpression(
        expression="IF(requests >= 20, 100 * (FILL(answered, 0) + FILL(unreached, 0)) / requests, 0)",
        period=MINUTE,
        using_metrics={
            "requests": metric("AWS/ApplicationELB", "RequestCount", theirs, "Sum"),
            "answered": metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", theirs, "Sum"),
            "unreached": metric("AWS/ApplicationELB", "TargetConnectionErrorCount", theirs, "Sum"),
        },
    )
    for key, measured, threshold in (
        ("cpu", metric("AWS/ECS", "CPUUtilization", ours, "Average"), 90),
        ("memory", metric("AWS/ECS", "MemoryUtilization", ours, "Average"), 90),
        ("errors", errors, 5),
        ("latency", metric("AWS/ApplicationELB", "TargetResponseTime", theirs, "p95"), 2),
        ("unhealthy", metric("AWS/ApplicationELB", "UnHealthyHostCount", theirs, "Maximum"), 1),
    ):
        alarm = cloudwatch.Alarm(
            stack,
            key,
            alarm_name=f"peer-{name}-{key}",
            metric=measured,
            threshold=threshold,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(told)
        alarm.add_ok_action(told)


for index in range(int(os.environ["PEER_SERVICES"])):
    service(f"s{index}", index)
app.synth()
