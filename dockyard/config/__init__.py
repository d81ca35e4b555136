"""What the user wrote: models of dockyard.yaml and service.yaml, and their loader."""

from dockyard.config.alarms import Notify
from dockyard.config.image import Build, BuildSecret, Way
from dockyard.config.load import FOLDER, LOCK_FILE, PROJECT_FILE, Environment, Project, load_project
from dockyard.config.lock import Lock
from dockyard.config.network import Network
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
    "Environment",
    "EnvironmentSettings",
    "Lock",
    "ManagedSecret",
    "Network",
    "Notify",
    "Project",
    "PullThrough",
    "Reference",
    "Service",
    "Way",
    "Web",
    "load_project",
    "path_patterns",
]
