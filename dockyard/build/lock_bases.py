"""Which images the bases are, and those that services take as they are: digests of tags, as their registries tell them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dockyard.build.bases import Bases
from dockyard.config import Reference
from dockyard.doors.distribution import Repository
from dockyard.doors.registry_auth import of_docker
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
    stand_ins: list[str] = field(default_factory=list)
    """Those that were not asked for, as a stand-in takes their place; what was known of these stays."""
    answered: int = 0
    """How many were told by their registries."""

    @property
    def unknown(self) -> int:
        """Of how many it is not known what they are now."""
        return len(self.faults) + len(self.stand_ins)


def digest_of(reference: str, ca: Path | None = None) -> str:
    """What a tag is in its registry now: of the index where there are several platforms. Raises BuildError.

    :param ca: as of `Repository`.
    """
    try:
        named = Reference.parse(reference)
    except ValueError as error:
        raise BuildError(f"{reference}: {error}") from error
    with Repository(named.host, named.repository, of_docker(named.registry), ca) as repository:
        return repository.manifest(named.version).digest


def lock_bases(
    named: Collection[str], before: Mapping[str, str], bases: Bases, ask: Callable[[str], str] = digest_of
) -> LockedBases:
    """Ask for the digest of each that is named by a tag. Stand-ins are images of this machine, and not asked for."""
    found = LockedBases()
    tags = sorted(base for base in set(named) if "@" not in base)
    found.digests = {reference: before[reference] for reference in tags if reference in before}
    for reference in tags:
        if reference in bases.stand_ins:
            found.stand_ins.append(reference)
            continue
        try:
            digest = ask(reference)
        except BuildError as error:
            found.faults.append(f"{reference}: its registry does not tell its digest: {error}")
            continue
        found.answered += 1
        found.digests[reference] = digest
        if before.get(reference) != digest:
            found.changed[reference] = digest
    return found
