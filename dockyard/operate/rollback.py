"""Which version a service goes back to, and the pins that keep it there."""

from collections.abc import Collection, Mapping, Sequence

from dockyard.config import service_of
from dockyard.config.lock import TAG, Lock, Pin
from dockyard.deploy.ledger import Entry
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.history import WENT_BACK, Change
from dockyard.operate.version import short_commit

SHORTEST = 4
"""Characters of a tag or commit that may stand for all of it."""
OFFERED = 10
"""Deploys that are told where another one was asked for."""
_GOOD = ("deployed", "restarted", WENT_BACK)


def target(
    service: str, now: str | None, changes: Sequence[Change], wanted: str | None, taken_back: Collection[str] = ()
) -> Change:
    """What to go back to.

    :param now: the tag that runs.
    :param changes: the service's history, the newest first.
    :param wanted: a tag or a commit, or its beginning. Default: the last version before that was deployed well.
    :param taken_back: tags that it was rolled back from already; only who names one means it.

    Raises DockyardError where there is none, UsageError where it is not one.
    """
    others: dict[str, Change] = {}
    for change in changes:
        if change.version and change.what in _GOOD and change.version.tag != now:
            others.setdefault(change.version.tag, change)
    if not others or (wanted is None and others.keys() <= set(taken_back)):
        raise DockyardError(f"{service} has no other version that was deployed well", hint=f"run: dockyard history {service}")
    if wanted is None:
        return next(change for tag, change in others.items() if tag not in taken_back)
    found = [one for one in others.values() if _is_meant(one, wanted)] if len(wanted) >= SHORTEST else []
    if len(found) != 1:
        known = ", ".join(map(named, others.values()))
        raise UsageError(
            f"{wanted} should be the number of a deploy, or the tag or the commit of one other version of {service} that was "
            f"deployed well; there is {known}"
        )
    return found[0]


def deploy_named(wanted: str, services: Sequence[str], entries: Sequence[Entry]) -> Entry | None:
    """The deploy of this number; None where that is no deploy's, so that a version of a service is meant.

    :param services: what is to go back; all of the deploy where none are given.
    :param entries: what Dockyard deployed, the newest last.

    Raises UsageError, with the deploys that there are, for one that failed or was not of these services, or where nothing but a
    deploy can be meant.
    """
    meant = next((one for one in entries if one.number and str(one.number) == wanted), None)
    if meant is None and services and not (wanted.isdecimal() and len(wanted) < SHORTEST):
        return None
    wrong = _unfit(meant, services) if meant else "no deploy that is known"
    if not wrong:
        return meant
    good = [one for one in reversed(entries) if one.number and not _unfit(one, services)][:OFFERED]
    there = ", ".join(f"{one.number} ({_told(one)})" for one in good) or "none"
    of = f" of {', '.join(services)}" if services else ""
    raise UsageError(f"{wanted} should be the number of a deploy{of} that ended well, and is {wrong}; there is {there}")


def _unfit(entry: Entry, services: Sequence[str]) -> str:
    """Why it cannot be gone back to; empty where it can."""
    if entry.fault:
        return f"one that failed ({entry.fault})"
    return "" if {*services} <= {*services_of(entry)} else f"one of {', '.join(services_of(entry))}"


def _told(entry: Entry) -> str:
    commit = f", commit {short_commit(entry.made.commit)}" if entry.made.commit else ""
    return f"{entry.made.at.astimezone():%Y-%m-%d %H:%M}{commit}"


def services_of(entry: Entry) -> list[str]:
    """The services that a deploy was of."""
    return sorted({*map(service_of, entry.images)})


def tags_of(entry: Entry, service: str) -> dict[str, str]:
    """A service and its sidecars, to the tags that they got by a deploy; empty where it was not of that service."""
    return {name: tag for name, tag in entry.images.items() if service_of(name) == service}


def name_of(service: str, running: Mapping[str, str], entries: Sequence[Entry]) -> str:
    """What `--to` takes for what runs: the number of the last good deploy that brought it, else its tag; empty for neither.

    :param running: the service and its sidecars to their tags.
    :param entries: what Dockyard deployed, the newest last.
    """
    good = (one for one in reversed(entries) if one.number and not one.fault)
    made = next((one for one in good if tags_of(one, service) == running), None)
    return str(made.number) if made else running.get(service, "")


def _is_meant(change: Change, wanted: str) -> bool:
    version = change.version
    return version is not None and (version.tag.startswith(wanted) or (version.commit or "").startswith(wanted))


def named(change: Change) -> str:
    """A version as the user sees it."""
    version = change.version
    commit = f" (commit {short_commit(version.commit)})" if version and version.commit else ""
    return f"{version.tag if version else 'none'}{commit}"


def with_pins(
    lock: Lock,
    environment: str,
    wanted: Mapping[str, str],
    sources: Mapping[str, str],
    running: Mapping[str, str],
    promoted_from: str | None = None,
) -> Lock:
    """The lock by which these images run; without a pin where the sources give just that.

    :param wanted: service or sidecar to the tag that is to run.
    :param sources: to the tag that its sources give here.
    :param running: to the tag that runs; a pipeline may have other sources.
    :param promoted_from: the environment that they come from; None where they were rolled back to.

    Raises DockyardError for a tag that is not one of Dockyard's: no lock has it.
    """
    pins = dict(lock.pins)
    for name, tag in wanted.items():
        pins.pop(f"{environment}/{name}", None)
        if sources[name] != tag:
            if not TAG.fullmatch(tag):
                raise DockyardError(
                    f"{name}:{tag} was not deployed by Dockyard, whose tags have 20 hexadecimal digits, so no pin can keep it",
                    hint=f"go back to another: dockyard history {service_of(name)}",
                )
            instead_of = sorted({sources[name], *filter(TAG.fullmatch, [running.get(name, "")])})
            pins[f"{environment}/{name}"] = Pin(tag=tag, instead_of=instead_of, promoted_from=promoted_from)
    return lock.model_copy(update={"pins": dict(sorted(pins.items()))})


def following(lock: Lock, before: Mapping[str, str], after: Mapping[str, str]) -> Lock:
    """The lock with pins that hold on, where sources that did not change give another tag by what is locked besides.

    A pin without an image is dropped.

    :param before: `environment/name` to the tag that the sources gave until now, of the pins that have an image.
    :param after: to the tag that they give by this lock.
    """
    pins = {
        key: pin.model_copy(update={"instead_of": sorted({*pin.instead_of, after[key]})})
        if before[key] in pin.instead_of
        else pin
        for key, pin in lock.pins.items()
        if key in before
    }
    return lock.model_copy(update={"pins": pins})


def without_pins(lock: Lock, environment: str, deployed: Mapping[str, str]) -> Lock:
    """The lock without the pins of images of which another tag is deployed by now.

    :param deployed: service or sidecar to the tag that was deployed.
    """
    pins = {
        key: pin
        for key, pin in lock.pins.items()
        if (tag := deployed.get(key.removeprefix(f"{environment}/"))) is None or tag in (pin.tag, *pin.instead_of)
    }
    return lock.model_copy(update={"pins": pins})
