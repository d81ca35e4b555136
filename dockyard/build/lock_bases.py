"""Which images the bases are, and those that services take as they are: digests of tags, as their registries tell them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dockyard.build.bases import Bases
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


def lock_bases(named: Collection[str], before: Mapping[str, str], bases: Bases, docker: Docker) -> LockedBases:
    """Ask for the digest of each that is named by a tag. Stand-ins are images of this machine, and not asked for."""
    found = LockedBases()
    for reference in sorted(base for base in set(named) if "@" not in base and base not in bases.stand_ins):
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
