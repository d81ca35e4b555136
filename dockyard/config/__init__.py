"""What the user wrote: models of dockyard.yaml and service.yaml, and their loader."""

from dockyard.config.capacity import architecture, has_own_address, shares, target
from dockyard.config.cluster import Cluster
from dockyard.config.image import Build, BuildSecret, Way
from dockyard.config.load import FOLDER, LOCK_FILE, PROJECT_FILE, Environment, Project, load_project
from dockyard.config.lock import Lock
from dockyard.config.project import EnvironmentSettings
from dockyard.config.pull_through import PullThrough
from dockyard.config.reference import Reference
from dockyard.config.routes import path_patterns
from dockyard.config.secret import ManagedSecret
from dockyard.config.service import Service, Web

__all__ = [
    "FOLDER",
    "LOCK_FILE",
    "PROJECT_FILE",
    "Build",
    "BuildSecret",
    "Cluster",
    "Environment",
    "EnvironmentSettings",
    "Lock",
    "ManagedSecret",
    "Project",
    "PullThrough",
    "Reference",
    "Service",
    "Way",
    "Web",
    "architecture",
    "has_own_address",
    "load_project",
    "path_patterns",
    "shares",
    "target",
]
