"""Python apps, from made-up ones of every kind."""

import json
import shlex

import pytest

from dockyard.build.detect import Wishes, detect
from dockyard.build.dockerfile import render
from tests.unit.build.detect.cases.python import CASES


def write(root, files):
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_an_app_is_recognised(tmp_path, case):
    found = detect(write(tmp_path, case.files), Wishes(language=case.expect.get("language")))
    got = {name: getattr(found, name) for name in case.expect}
    if "start" in got:
        got["start"] = shlex.join(found.start)
    if "sources" in got:
        got["sources"] = {name: found.sources[name] for name in case.expect["sources"]}
    assert got == dict(case.expect)
    for mounts in (True, False):
        text = render(found, base_prefix="", mounts=mounts)
        assert text.startswith("FROM python:")
        assert ("--mount=" in text) is (mounts and "pip install" in text)
