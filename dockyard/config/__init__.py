"""What the user wrote: models of dockyard.yaml and service.yaml, and their loader."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockyard.config.alarms import Notify
    from dockyard.config.auth import Auth, Cognito, SignIn
    from dockyard.config.capacity import architecture, has_own_address, shares, target
    from dockyard.config.cluster import Cluster
    from dockyard.config.container_health import ContainerHealth
    from dockyard.config.domains import Domain, domain_of, hosts_of
    from dockyard.config.environment import Environment, Project, service_of
    from dockyard.config.firelens import ROUTER, Firelens, s3_location
    from dockyard.config.http import Http
    from dockyard.config.image import Build, BuildSecret, Way
    from dockyard.config.kinds.backend import Backend
    from dockyard.config.kinds.calls import deployed_before
    from dockyard.config.kinds.job import Job
    from dockyard.config.kinds.task import Task
    from dockyard.config.kinds.web import Web
    from dockyard.config.kinds.worker import Worker, topic_names
    from dockyard.config.load import LOCK_FILE, load_project
    from dockyard.config.load_balancer import ExistingListener, LoadBalancer, Waf
    from dockyard.config.lock import Lock
    from dockyard.config.logs import RETENTIONS
    from dockyard.config.mutual_tls import BundleInS3, MutualTls, ca_bundle_path
    from dockyard.config.network import Network
    from dockyard.config.nlb import Nlb
    from dockyard.config.pipeline import PLAN_ROLE, PREVIEW_ROLE, Pipeline, role_output, role_variables
    from dockyard.config.problems import Problem
    from dockyard.config.project import EnvironmentSettings
    from dockyard.config.pull_through import PullThrough
    from dockyard.config.reference import Reference
    from dockyard.config.route import Route, path_patterns
    from dockyard.config.route_checks import rule_key
    from dockyard.config.routes import parked
    from dockyard.config.rule import Answer, Rule
    from dockyard.config.runtime import Runtime
    from dockyard.config.secret import ManagedSecret, Source, parameter_name
    from dockyard.config.service import Service, calls
    from dockyard.config.sidecar import SEPARATOR, Sidecar
    from dockyard.config.volume import Volume as ServiceVolume

__all__ = [
    "LOCK_FILE",
    "PLAN_ROLE",
    "PREVIEW_ROLE",
    "RETENTIONS",
    "ROUTER",
    "SEPARATOR",
    "Answer",
    "Auth",
    "Backend",
    "Build",
    "BuildSecret",
    "BundleInS3",
    "Cluster",
    "Cognito",
    "ContainerHealth",
    "Domain",
    "Environment",
    "EnvironmentSettings",
    "ExistingListener",
    "Firelens",
    "Http",
    "Job",
    "LoadBalancer",
    "Lock",
    "ManagedSecret",
    "MutualTls",
    "Network",
    "Nlb",
    "Notify",
    "Pipeline",
    "Problem",
    "Project",
    "PullThrough",
    "Reference",
    "Route",
    "Rule",
    "Runtime",
    "Service",
    "ServiceVolume",
    "Sidecar",
    "SignIn",
    "Source",
    "Task",
    "Waf",
    "Way",
    "Web",
    "Worker",
    "architecture",
    "ca_bundle_path",
    "calls",
    "deployed_before",
    "domain_of",
    "has_own_address",
    "hosts_of",
    "load_project",
    "parameter_name",
    "parked",
    "path_patterns",
    "role_output",
    "role_variables",
    "rule_key",
    "s3_location",
    "service_of",
    "shares",
    "target",
    "topic_names",
]

_MODULES = {
    "Notify": "alarms",
    "Auth": "auth",
    "Cognito": "auth",
    "SignIn": "auth",
    "architecture": "capacity",
    "has_own_address": "capacity",
    "shares": "capacity",
    "target": "capacity",
    "Cluster": "cluster",
    "ContainerHealth": "container_health",
    "Domain": "domains",
    "domain_of": "domains",
    "hosts_of": "domains",
    "Environment": "environment",
    "Project": "environment",
    "service_of": "environment",
    "ROUTER": "firelens",
    "Firelens": "firelens",
    "s3_location": "firelens",
    "Http": "http",
    "Build": "image",
    "BuildSecret": "image",
    "Way": "image",
    "Backend": "kinds.backend",
    "deployed_before": "kinds.calls",
    "Job": "kinds.job",
    "Task": "kinds.task",
    "Web": "kinds.web",
    "Worker": "kinds.worker",
    "topic_names": "kinds.worker",
    "LOCK_FILE": "load",
    "load_project": "load",
    "ExistingListener": "load_balancer",
    "LoadBalancer": "load_balancer",
    "Waf": "load_balancer",
    "Lock": "lock",
    "RETENTIONS": "logs",
    "BundleInS3": "mutual_tls",
    "MutualTls": "mutual_tls",
    "ca_bundle_path": "mutual_tls",
    "Network": "network",
    "Nlb": "nlb",
    "PLAN_ROLE": "pipeline",
    "PREVIEW_ROLE": "pipeline",
    "Pipeline": "pipeline",
    "role_output": "pipeline",
    "role_variables": "pipeline",
    "Problem": "problems",
    "EnvironmentSettings": "project",
    "PullThrough": "pull_through",
    "Reference": "reference",
    "Route": "route",
    "path_patterns": "route",
    "rule_key": "route_checks",
    "parked": "routes",
    "Answer": "rule",
    "Rule": "rule",
    "Runtime": "runtime",
    "ManagedSecret": "secret",
    "Source": "secret",
    "parameter_name": "secret",
    "Service": "service",
    "calls": "service",
    "SEPARATOR": "sidecar",
    "Sidecar": "sidecar",
    "ServiceVolume": "volume",
}
_ELSEWHERE = {"ServiceVolume": "Volume"}
"""Names that are others in their modules."""


def __getattr__(name: str) -> Any:
    """What a name is, from the module that has it: who wants one of them does not wait for all."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), _ELSEWHERE.get(name, name))
