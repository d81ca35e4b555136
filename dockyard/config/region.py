"""Regions in which Dockyard works: those of the partition `aws`."""

import re

_FORM = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
_ELSEWHERE = re.compile(r"(cn|us-gov|eusc|[a-z]{2}-iso[a-z]*)-.*")


def supported_region(value: str) -> str:
    """The region itself. Raises ValueError where it is none, or in a partition of its own: names and addresses differ there."""
    if not _FORM.fullmatch(value):
        raise ValueError(f'should be an AWS region such as eu-west-1, got "{value}"')
    if _ELSEWHERE.fullmatch(value):
        raise ValueError(
            f'should be a region of the commercial partition such as eu-west-1, got "{value}": '
            "China, GovCloud, sovereign and isolated regions are not supported"
        )
    return value
