"""Stacks of services that the project no longer has: nothing else says that they still run, and cost."""

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.site import Site


def orphans(site: Site) -> list[str]:
    """Names of this environment's service stacks whose service is gone; none where the credentials may not look."""
    try:
        return list(_orphans(site))
    except (ClientError, BotoCoreError):
        return []


def _orphans(site: Site) -> Iterator[str]:
    """By the tags that `stacks/` gives them."""
    wanted = {"dockyard:application": site.project.name, "dockyard:environment": site.environment.name}
    for page in site.reading.cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
            service = tags.get("dockyard:service")
            if service and wanted.items() <= tags.items() and service not in site.environment.services:
                yield stack["StackName"]
