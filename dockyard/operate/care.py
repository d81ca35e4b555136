"""The repositories of an application: what they hold, what of it is needed and why, and the removal of the rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from dockyard.build import Wanted, repository_name
from dockyard.deploy.receipt import last_receipts
from dockyard.deploy.site import Site
from dockyard.errors import DeployError, UsageError
from dockyard.operate.held import Held, held
from dockyard.operate.in_use import Use, Version, in_use
from dockyard.operate.prune import Verdict, in_order, judge
from dockyard.threads import each


@dataclass(frozen=True)
class Limits:
    """What stays though nothing needs it."""

    keep: int
    """So many of the newest of each repository."""
    days: int
    """What was pushed within so many days."""


def repositories(site: Site, services: Sequence[str]) -> list[str]:
    """Those of these services, or all of the application, those of services that are gone included. Raises UsageError.

    Others may be below the application's name, too: what no environment has a service for is its own if it has the tag that
    the registry stack gives.
    """
    known = {repository_name(site.project, name) for env in site.project.environments.values() for name in env.images}
    below = site.reading.repositories(f"{site.project.name}/")
    others = [arn for name, arn in below.items() if name not in known]
    tagged = dict(zip(others, each(partial(_is_tagged, site), others), strict=True))
    there = [name for name, arn in below.items() if tagged.get(arn, True)]
    if missing := [name for name in services if repository_name(site.project, name) not in there]:
        raise UsageError(f"no repository {', '.join(repository_name(site.project, name) for name in missing)} in ECR")
    return [repository_name(site.project, name) for name in services] or there


def _is_tagged(site: Site, arn: str) -> bool:
    tags = site.reading.ecr.list_tags_for_resource(resourceArn=arn)["tags"]
    return {"Key": "dockyard:application", "Value": site.project.name} in tags


def verdicts(
    site: Site, names: Sequence[str], current: Sequence[Wanted], limits: Limits, note: Callable[[str], None]
) -> list[Verdict]:
    """On each image of these repositories; `note` as of `in_use`. Raises what `in_use` does."""
    needed = {**_of_receipts(site), **_of_sources(current), **_of_uses(in_use(site.reading, note))}
    before = datetime.now(UTC) - timedelta(days=limits.days)
    found = each(partial(held, site.reading), names)
    return [verdict for one in found for verdict in judge(one, needed, keep=limits.keep, pushed_before=before)]


def remove(site: Site, going: Sequence[Held]) -> list[Held]:
    """Remove them, with the own credentials: no role that deploys may do so; those that are gone. Raises DeployError."""
    gone: list[Held] = []
    faults: list[str] = []
    for part in _by_repository(going):
        answer = site.aws.ecr.batch_delete_image(
            repositoryName=part[0].repository, imageIds=[{"imageDigest": image.digest} for image in part]
        )
        failed = {failure.get("imageId", {}).get("imageDigest"): failure.get("failureReason") for failure in answer["failures"]}
        faults += [f"{part[0].repository}: {digest} stays: {reason}" for digest, reason in failed.items()]
        gone += [image for image in part if image.digest not in failed]
    if faults:
        raise DeployError("\n".join(faults))
    return gone


def _by_repository(going: Sequence[Held]) -> Iterator[list[Held]]:
    for name in dict.fromkeys(image.repository for image in going):
        yield from in_order([image for image in going if image.repository == name])


def _of_uses(uses: Mapping[Version, Sequence[Use]]) -> dict[Version, str]:
    return {version: f"deployed: {', '.join(map(str, by))}" for version, by in uses.items()}


def _of_sources(current: Sequence[Wanted]) -> dict[Version, str]:
    return {(image.repository, image.tag): "what the sources give now" for image in current}


def _of_receipts(site: Site) -> dict[Version, str]:
    receipts = last_receipts(site.receipt_file.parent)
    return {
        (repository_name(site.project, service), version): "in one of the last 10 receipts"
        for receipt in receipts
        for versions in (receipt.images, receipt.digests)
        for service, version in versions.items()
    }
