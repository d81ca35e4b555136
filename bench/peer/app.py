"""The peer: what CDK's own documentation gives a team with services on Fargate and on EC2.

`aws_ecs_patterns` and `DockerImageAsset`, a stack for the network and one a service, default settings. The Dockerfiles are
those that Dockyard generates, so that both build the same images.
"""

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns

HERE = Path(__file__).parent

app = cdk.App()
env = cdk.Environment(account=os.environ["CDK_DEFAULT_ACCOUNT"], region=os.environ["CDK_DEFAULT_REGION"])
base = cdk.Stack(app, "Peer", env=env)
vpc = ec2.Vpc(base, "Vpc", availability_zones=[f"{env.region}a", f"{env.region}b"], nat_gateways=1)
cluster = ecs.Cluster(base, "Cluster", vpc=vpc)
cluster.add_capacity("Servers", instance_type=ec2.InstanceType("t3.small"), min_capacity=0, max_capacity=2)


def image(stack: cdk.Stack, name: str) -> ecs.ContainerImage:
    """An image of the service's folder."""
    ca = os.environ.get("PEER_CA")
    secrets = {"ca": cdk.DockerBuildSecret.from_src(ca)} if ca else None
    folder = str(HERE / "services" / name)
    return ecs.ContainerImage.from_docker_image_asset(
        assets.DockerImageAsset(stack, "Image", directory=folder, build_secrets=secrets)
    )


def fargate(name: str) -> None:
    """A service on Fargate with a load balancer of its own."""
    stack = cdk.Stack(app, f"Peer-{name}", env=env)
    options = patterns.ApplicationLoadBalancedTaskImageOptions(image=image(stack, name), container_port=8080)
    service = patterns.ApplicationLoadBalancedFargateService(
        stack, "Service", cluster=cluster, cpu=256, memory_limit_mib=512, task_image_options=options
    )
    service.target_group.configure_health_check(path="/health")


def server(name: str) -> None:
    """A service on servers with a load balancer of its own."""
    stack = cdk.Stack(app, f"Peer-{name}", env=env)
    options = patterns.ApplicationLoadBalancedTaskImageOptions(image=image(stack, name), container_port=8080)
    service = patterns.ApplicationLoadBalancedEc2Service(
        stack, "Service", cluster=cluster, memory_limit_mib=256, task_image_options=options
    )
    service.target_group.configure_health_check(path="/health")


for service in sorted((HERE / "services").iterdir()):
    (fargate if "python" in service.name else server)(service.name)
app.synth()
