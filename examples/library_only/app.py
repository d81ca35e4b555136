"""The constructs without the tool: a public image on Fargate and on servers of your own, behind one load balancer."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from dockyard_constructs import ContainerCluster, Ec2Capacity, InstanceGroup, LoadBalancer, Route, WebService

app = cdk.App()
stack = cdk.Stack(app, "LibraryOnly")
vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
front = LoadBalancer(stack, "LoadBalancer", vpc=vpc)
home = ContainerCluster(
    stack,
    "Cluster",
    vpc=vpc,
    instances=InstanceGroup(instance_types=["t3.small", "t3a.small"]),
    load_balancer_security_group=front.security_group,
)

image = ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx:1.29")
WebService(stack, "Site", cluster=home.cluster, listener=front.listener, image=image, port=80, route=Route(200, ["/*"]))
WebService(
    stack,
    "Docs",
    cluster=home.cluster,
    listener=front.listener,
    image=image,
    port=80,
    route=Route(100, ["/docs", "/docs/*"]),
    capacity=Ec2Capacity(home.capacity_provider_name),
)
app.synth()
