"""`dockyard images`: what ECR holds of an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from dockyard.build.sizes import size
from dockyard.cli import screen, short
from dockyard.cli.arguments import Environment, Json, Project
from dockyard.cli.arguments import Services as Names
from dockyard.cli.session import Session
from dockyard.operate.care import repositories
from dockyard.operate.held import Held, held
from dockyard.operate.in_use import Use, Version, in_use
from dockyard.threads import each


def images(services: Names = None, env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Print tags, digests, compressed sizes and age of images in ECR, where each is deployed, and which the sources give now.

    Example: dockyard images shop
    """
    session = Session(project, env)
    reading = session.site.reading
    current = {(image.repository, image.tag) for image in session.images([])}
    uses = in_use(reading, screen.warn)
    names = repositories(session.site, services or [])
    found = dict(zip(names, each(partial(held, reading), names), strict=True))
    rows = [_Row(image, uses, current) for all_ in found.values() for image in all_ if image.tags and not image.is_cache]
    if json:
        screen.as_json({"images": [row.full() for row in rows], "repositories": [_counted(*one) for one in found.items()]})
        return
    screen.table([row.short(session.site.cluster) for row in rows])
    for name, all_ in found.items():
        counted = _counted(name, all_)
        numbers = short.counted(images=counted["images"], caches=counted["caches"], without_a_tag=counted["untagged"])
        screen.say(f"{name}: {numbers}" + (f", {size(counted['bytes'])}" if counted["bytes"] else ""))


@dataclass(frozen=True)
class _Row:
    image: Held
    uses: Mapping[Version, Sequence[Use]]
    current: set[Version]

    @property
    def deployed(self) -> list[Use]:
        versions = [(self.image.repository, version) for version in (*self.image.tags, self.image.digest, *self.image.listed)]
        return list(dict.fromkeys(use for version in versions for use in self.uses.get(version, ())))

    @property
    def is_current(self) -> bool:
        return any((self.image.repository, tag) in self.current for tag in self.image.tags)

    def short(self, cluster: str) -> dict[str, Any]:
        image = self.image
        sizes = [f"{platform} {size(count)}" for platform, count in image.platforms.items()]
        return {
            "repository": image.repository,
            "tag": " ".join(image.tags),
            "digest": image.digest[:19],
            "size": ", ".join(sizes) or size(image.size),
            "pushed": f"{_age(image.pushed)} ago",
            "current": "yes" if self.is_current else None,
            "deployed": ", ".join(dict.fromkeys(short.uses(str(use), cluster) for use in self.deployed)),
        }

    def full(self) -> dict[str, Any]:
        image = self.image
        return {
            "repository": image.repository,
            "tags": image.tags,
            "digest": image.digest,
            "bytes": image.size,
            "platforms": dict(image.platforms),
            "pushed": image.pushed.isoformat(),
            "pulled": image.pulled.isoformat() if image.pulled else None,
            "current": self.is_current,
            "deployed": [{"by": use.by, "task_definition": use.task_definition} for use in self.deployed],
        }


def _counted(name: str, found: Sequence[Held]) -> dict[str, Any]:
    """Layers that images have in common are counted for each, as ECR tells them."""
    listed = {digest for image in found for digest in image.listed}
    return {
        "repository": name,
        "images": len([image for image in found if image.tags and not image.is_cache]),
        "caches": len([image for image in found if image.is_cache]),
        "untagged": len([image for image in found if not image.tags and image.digest not in listed]),
        "bytes": sum(image.size for image in found if not image.listed),
    }


def _age(when: datetime) -> str:
    seconds = (datetime.now(UTC) - when).total_seconds()
    for length, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
