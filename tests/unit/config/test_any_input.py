"""Whatever is in the files, loading ends in a project or in told faults, never in another error."""

import contextlib
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dockyard.config import load_project
from dockyard.config.yaml import NotYamlError, parse
from dockyard.errors import ConfigError

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
keys = st.sampled_from(
    ["kind", "image", "build", "from", "port", "cpu", "memory", "runs_on", "count", "http", "path", "host", "health", "interval",
     "calls", "queue", "topics", "filter", "schedule", "time_zone", "env", "secrets", "environments", "dev", "prod", "name",
     "network", "vpc", "cluster", "ec2", "instance_types",
     "min", "max", "steps", "at", "metric", "cooldown", "resources", "links", "overrides", "existing"]
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from(["web", "backend", "worker", "job", "task"])
services = st.tuples(kinds, st.dictionaries(keys, values, max_size=8)).map(lambda made: {"kind": made[0], **made[1]})
projects = st.dictionaries(keys, values, max_size=6).map(lambda file: {"name": "shop", "environments": {"dev": {}}, **file})


@settings(max_examples=150, deadline=None)
@given(projects, services, services)
def test_loading_ends_in_a_project_or_in_told_faults(project, first, second):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "dockyard.yaml").write_text(json.dumps(project))
        for name, service in (("first", first), ("second", second)):
            (root / "services" / name).mkdir(parents=True)
            (root / "services" / name / "service.yaml").write_text(json.dumps(service))
        with contextlib.suppress(ConfigError):
            assert load_project(root).name == project["name"]


pieces = st.sampled_from(
    ["kind: web", "env", "environments", "prod", "A", "http", "port", ": ", ":", "\n", "\n  ", "- ", "[", "]", "{", "}", ", ", "&a ", "*a",
     "<<: ", "? ", "!!int ", "!!set ", "!x ", "|\n", "~", "1.10", "2024-13-45", ".nan", "0x", "'", '"', "\\U00ffffff", "\a", "---\n", "%YAML 1.1\n", "# "]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=20).map("".join) | st.text(max_size=30))
def test_any_text_is_data_or_is_told_as_no_yaml(text):
    with contextlib.suppress(NotYamlError):
        json.dumps(parse(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["dockyard.yaml", "dockyard.lock", "services/first/service.yaml"]), st.binary(max_size=20))
def test_any_bytes_are_a_project_or_are_told(file, content):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
        (root / "services/first").mkdir(parents=True)
        (root / file).write_bytes(content)
        with contextlib.suppress(ConfigError):
            load_project(root)
