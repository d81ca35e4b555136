"""Stacks of what the project no longer has: nothing else says that they are still there, and may cost."""

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.deploy.site import Site

RESOURCES = "resources"
"""End of the name of the stack with what services share, where a service's has its name."""


def orphans(site: Site) -> list[str]:
    """Names of this environment's stacks whose service is gone, or the last of the resources; none where the credentials may
    not look.
    """
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
            if not wanted.items() <= tags.items():
                continue
            service, name = tags.get("dockyard:service"), stack["StackName"]
            shared = name == site.service_stack(RESOURCES) and without(site)
            if shared or (service and service not in site.environment.services):
                yield name


def without(site: Site) -> bool:
    """Whether dockyard.yaml has no resources (any more)."""
    return not site.environment.settings.resources


def orphan_text(site: Site, stack: str) -> str:
    """What is told of it."""
    if stack == site.service_stack(RESOURCES):
        return f"{stack} is still there, but dockyard.yaml has no resources any more"
    return f"{stack} is still there, but its service is gone"
