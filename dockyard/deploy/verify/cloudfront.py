"""What dockyard.yaml names for CloudFront: the certificate in us-east-1, and the list of its addresses."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dockyard.config.cloudfront import ORIGIN_FACING, PREFIX_LIST_COMMAND, CloudFront
from dockyard.deploy.verify.certificates import certificate_check, described, hosts_of_domain
from dockyard.deploy.verify.check import Check, looked, ng, ok
from dockyard.deploy.verify.scene import Scene

SUBJECT = "cloudfront"
_REGION = "us-east-1"
"""Where CloudFront takes certificates from."""


def cloudfront_checks(scene: Scene) -> Iterator[Check]:
    """Where it is in front."""
    settings = scene.settings.load_balancer.cloudfront
    if settings:
        yield from looked(SUBJECT, "certificate", lambda: _certificate(scene, settings))
        yield from looked(SUBJECT, "prefix list", lambda: _prefix_list(scene, settings))


def _certificate(scene: Scene, settings: CloudFront) -> Iterator[Check]:
    told = described(scene.reading.in_region(_REGION).acm, settings.certificate)
    hosts = [host for domain in scene.settings.domains for host in hosts_of_domain(scene, domain)]
    yield certificate_check(SUBJECT, "certificate", settings.certificate, told, hosts, datetime.now(UTC))


def _prefix_list(scene: Scene, settings: CloudFront) -> Iterator[Check]:
    by_id = {"Name": "prefix-list-id", "Values": [settings.prefix_list]}
    found = scene.reading.ec2.describe_managed_prefix_lists(Filters=[by_id])["PrefixLists"]
    yield prefix_list_check(settings.prefix_list, next(iter(found), None), scene.reading.region)


def prefix_list_check(id: str, told: Mapping[str, Any] | None, region: str) -> Check:
    """It is that of CloudFront's addresses, in the environment's region."""
    way = f"set load_balancer.cloudfront.prefix_list to what this tells: {PREFIX_LIST_COMMAND} --region {region}"
    if told is None:
        return ng(SUBJECT, "prefix list", f"no prefix list {id} in {region}", way)
    if told["PrefixListName"] != ORIGIN_FACING:
        return ng(SUBJECT, "prefix list", f"{id} is {told['PrefixListName']}, and not CloudFront's", way)
    return ok(SUBJECT, "prefix list", f"{id} has CloudFront's addresses")
