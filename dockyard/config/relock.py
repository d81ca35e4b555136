"""Writes dockyard.lock: a priority of its own for each rule whose computed one was taken."""

from pathlib import Path

from ruamel.yaml import YAML

from dockyard.config.load import LOCK_FILE, load_project
from dockyard.config.routes import neighbour, priority


def relock(root: Path) -> dict[str, int]:
    """Resolve collisions of priorities; what was added, `environment/service` to priority. Raises ConfigError for other faults.

    Each gets the next free priority of its band, so that its place among narrower and wider routes stays.
    """
    project = load_project(root, allow_collisions=True)
    added: dict[str, int] = {}
    for environment in project.environments.values():
        taken: set[int] = set()
        for service, settings in environment.services.items():
            key = f"{environment.name}/{service}"
            number = project.lock.priorities.get(key) or priority(settings.http, environment=environment.name, service=service)
            if number in taken:
                number = added[key] = neighbour(number, taken)
            taken.add(number)
    if added:
        content = project.lock.model_dump(exclude_defaults=True)
        content["priorities"] = {**content.get("priorities", {}), **added}
        yaml = YAML()
        with (root / LOCK_FILE).open("w", encoding="utf-8") as file:
            file.write("# Written by `dockyard lock`. Commit it.\n")
            yaml.dump(content, file)
    return added
