"""CDK constructs for containers on AWS: repository, cluster, load balancer and services, with safe defaults.

They depend on aws-cdk-lib and constructs alone, and each takes resources that are owned or imported.
"""

from dockyard_constructs.authentication import CognitoSignIn, JwtCheck, OidcSignIn
from dockyard_constructs.backend_service import BackendService
from dockyard_constructs.capacity import Capacity, Ec2Capacity, FargateCapacity, ManagedCapacity
from dockyard_constructs.cluster_dashboard import ClusterDashboard
from dockyard_constructs.container_cluster import ContainerCluster
from dockyard_constructs.container_task import ContainerSettings, ContainerTask
from dockyard_constructs.data_bucket import DataBucket
from dockyard_constructs.database import Database, DatabaseAccess
from dockyard_constructs.deployment import Deployment, SmokeTest, TestRoute
from dockyard_constructs.edge_distribution import EdgeDistribution
from dockyard_constructs.executable_image import ExecutableImage
from dockyard_constructs.file_storage import FileStorage
from dockyard_constructs.github_pipeline import GitHubPipeline
from dockyard_constructs.group_deletion import GroupDeletion
from dockyard_constructs.image_repository import ImageRepository, PublishingRole
from dockyard_constructs.instance_group import InstanceGroup, WarmPool
from dockyard_constructs.load_balancer import NO_CLIENT_CERTIFICATES, LoadBalancer
from dockyard_constructs.log_bucket import LogBucket
from dockyard_constructs.log_router import LogRouter
from dockyard_constructs.managed_instances import ManagedInstances
from dockyard_constructs.message_queue import MessageQueue, Order
from dockyard_constructs.network_load_balancer import NetworkLoadBalancer
from dockyard_constructs.network_targets import NetworkListener, NetworkTargets
from dockyard_constructs.one_off_task import OneOffTask
from dockyard_constructs.overrides import override
from dockyard_constructs.process_settings import ProcessSettings, RestartPolicy
from dockyard_constructs.pull_through_cache import CachedImage, PullThroughCache
from dockyard_constructs.repository_synthesizer import RepositorySynthesizer
from dockyard_constructs.route import Route, listener_rule
from dockyard_constructs.rule_options import Maintenance, Rewrite, RuleOptions
from dockyard_constructs.scheduled_job import ScheduledJob
from dockyard_constructs.service_alarms import AlarmThresholds, ServiceAlarms
from dockyard_constructs.service_connect import Namespace
from dockyard_constructs.service_scaling import ScheduledBounds, ServiceScaling
from dockyard_constructs.sidecar import Sidecar
from dockyard_constructs.step_policy import MetricSteps, Step, StepPolicy
from dockyard_constructs.stopped_tasks import StoppedTasks
from dockyard_constructs.targets import HealthCheck, TargetSettings
from dockyard_constructs.tracing import Tracing
from dockyard_constructs.volumes import EbsVolume, EfsVolume, EphemeralVolume, Mount, Volume
from dockyard_constructs.web_firewall import WebFirewall
from dockyard_constructs.web_service import WebService
from dockyard_constructs.worker_service import Topic, WorkerService

__all__ = [
    "NO_CLIENT_CERTIFICATES",
    "AlarmThresholds",
    "BackendService",
    "CachedImage",
    "Capacity",
    "ClusterDashboard",
    "CognitoSignIn",
    "ContainerCluster",
    "ContainerSettings",
    "ContainerTask",
    "DataBucket",
    "Database",
    "DatabaseAccess",
    "Deployment",
    "EbsVolume",
    "Ec2Capacity",
    "EdgeDistribution",
    "EfsVolume",
    "EphemeralVolume",
    "ExecutableImage",
    "FargateCapacity",
    "FileStorage",
    "GitHubPipeline",
    "GroupDeletion",
    "HealthCheck",
    "ImageRepository",
    "InstanceGroup",
    "JwtCheck",
    "LoadBalancer",
    "LogBucket",
    "LogRouter",
    "Maintenance",
    "ManagedCapacity",
    "ManagedInstances",
    "MessageQueue",
    "MetricSteps",
    "Mount",
    "Namespace",
    "NetworkListener",
    "NetworkLoadBalancer",
    "NetworkTargets",
    "OidcSignIn",
    "OneOffTask",
    "Order",
    "ProcessSettings",
    "PublishingRole",
    "PullThroughCache",
    "RepositorySynthesizer",
    "RestartPolicy",
    "Rewrite",
    "Route",
    "RuleOptions",
    "ScheduledBounds",
    "ScheduledJob",
    "ServiceAlarms",
    "ServiceScaling",
    "Sidecar",
    "SmokeTest",
    "Step",
    "StepPolicy",
    "StoppedTasks",
    "TargetSettings",
    "TestRoute",
    "Topic",
    "Tracing",
    "Volume",
    "WarmPool",
    "WebFirewall",
    "WebService",
    "WorkerService",
    "listener_rule",
    "override",
]
