"""Durations of whole seconds, each made once: a synth asks Node for each that is made, and most services have the same."""

from functools import cache

from aws_cdk import Duration


@cache
def seconds(count: int) -> Duration:
    """`count` seconds."""
    return Duration.seconds(count)
