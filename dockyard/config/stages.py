"""The environments that a pipeline deploys to, seen together with their accounts, their load balancers and with previews."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from dockyard.config.problems import Problem
from dockyard.config.project import EnvironmentSettings


def stage_problems(written: Any, environments: Mapping[str, EnvironmentSettings]) -> Iterator[Problem]:
    """What is wrong with them.

    :param written: the pipeline as dockyard.yaml has it.
    :param environments: all of dockyard.yaml, previews too.
    """
    if not isinstance(written, dict):
        return
    named = written.get("environments") or list(environments)
    stages = [one for one in named if one in environments and not environments[one].preview] if isinstance(named, list) else []
    if len({environments[name].account for name in stages}) > 1:
        for name in stages:
            if environments[name].region is None:
                yield Problem(("environments", name, "region"), "is needed, as the pipeline deploys to more than one account")
    yield from _preview_problems(stages, environments)
    for name in stages if not written.get("smoke") else ():
        mutual_tls = environments[name].load_balancer.mutual_tls
        if mutual_tls and mutual_tls.verifies:
            message = f"should hold commands that show a certificate, which load_balancer.mutual_tls of {name} wants, got none"
            yield Problem(("pipeline", "smoke"), message)


def _preview_problems(stages: list[str], environments: Mapping[str, EnvironmentSettings]) -> Iterator[Problem]:
    """Previews by which a branch that nobody has reviewed could change what is promoted, unless that is accepted."""
    promoted = {environments[before].account: f"{before} to {after}" for before, after in pairwise(stages)}
    for name, settings in environments.items():
        preview = settings.preview
        if preview and not preview.trusted and settings.account in promoted:
            yield Problem(
                ("environments", name, "preview"),
                f"whoever may push a branch could change what is promoted from {promoted[settings.account]}, as previews are in "
                "that account: add trusted: true where they may, or let previews be of an environment in another account",
            )
