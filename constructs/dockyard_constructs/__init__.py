"""CDK constructs for containers on AWS: repository, cluster, load balancer and services, with safe defaults.

They depend on aws-cdk-lib and constructs alone, and each takes resources that are owned or imported.
"""

from dockyard_constructs.capacity import Capacity, Ec2Capacity, FargateCapacity, ManagedCapacity
from dockyard_constructs.container_cluster import ContainerCluster
from dockyard_constructs.executable_image import ExecutableImage
from dockyard_constructs.group_deletion import GroupDeletion
from dockyard_constructs.image_repository import ImageRepository, PublishingRole
from dockyard_constructs.instance_group import InstanceGroup
from dockyard_constructs.load_balancer import LoadBalancer
from dockyard_constructs.managed_instances import ManagedInstances
from dockyard_constructs.pull_through_cache import CachedImage, PullThroughCache
from dockyard_constructs.repository_synthesizer import RepositorySynthesizer
from dockyard_constructs.web_service import HealthCheck, Route, WebService

__all__ = [
    "CachedImage",
    "Capacity",
    "ContainerCluster",
    "Ec2Capacity",
    "ExecutableImage",
    "FargateCapacity",
    "GroupDeletion",
    "HealthCheck",
    "ImageRepository",
    "InstanceGroup",
    "LoadBalancer",
    "ManagedCapacity",
    "ManagedInstances",
    "PublishingRole",
    "PullThroughCache",
    "RepositorySynthesizer",
    "Route",
    "WebService",
]
