"""The `overrides` part of both files: properties of generated resources. The stacks know which there are."""

from typing import Any

Overrides = dict[str, dict[str, Any]]
"""A resource, by its path in the stack (`Web/Service`) or its type where there is one of it (`AWS::ECS::Service`), to paths of
its properties (`DeploymentConfiguration.MaximumPercent`) to values: a mapping is merged into what is there, null takes away,
anything else replaces."""
