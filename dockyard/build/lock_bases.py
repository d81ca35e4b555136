"""Which images the bases are: their tags' digests, asked of their registries, for dockyard.lock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dockyard.build.bases import Bases
from dockyard.build.recipe import Recipe
from dockyard.doors.docker import Docker
from dockyard.errors import BuildError


@dataclass
class LockedBases:
    """What was found out."""

    digests: dict[str, str] = field(default_factory=dict)
    """Reference to digest, of every base that is in use."""
    changed: dict[str, str] = field(default_factory=dict)
    """Those with another digest than before."""
    faults: list[str] = field(default_factory=list)
    """What could not be asked; what was known of these stays."""


def lock_bases(recipes: Iterable[Recipe], before: Mapping[str, str], bases: Bases, docker: Docker) -> LockedBases:
    """Ask for the digest of each base that the recipes name by a tag. Stand-ins are images of this machine, and not asked for."""
    found = LockedBases()
    named = {base for recipe in recipes for base in recipe.bases}
    for reference in sorted(base for base in named if "@" not in base and base not in bases.stand_ins):
        try:
            digest = docker.digest(reference)
        except BuildError as error:
            found.faults.append(str(error))
            if reference in before:
                found.digests[reference] = before[reference]
            continue
        found.digests[reference] = digest
        if before.get(reference) != digest:
            found.changed[reference] = digest
    return found
