"""How a case of the tables is looked at."""

import json
import shlex

from dockyard.build.bases import references
from dockyard.build.detect import detect
from dockyard.build.dockerfile import render


def write(folder, files):
    """The files of a case."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))


def check(case, folder, language):
    """It is what the case expects, and has a Dockerfile for both builders."""
    write(folder, case.files)
    found = detect(folder)
    for name, value in case.expect.items():
        got = getattr(found, name)
        if name == "start":
            got = shlex.join(got)
        if name in ("sources", "details", "images"):
            got = {key: got.get(key) for key in value}
        if name == "warnings":
            assert len(got) == len(value), got
            got = tuple(part if part in text else text for part, text in zip(value, got, strict=True))
        assert got == value, f"{name} of {found}"
    assert case.expect.get("language", language) == found.language
    for mounts in (True, False):
        text = render(found, base_prefix="mirror.example/", mounts=mounts)
        assert ("--mount" in text) <= mounts
        assert "\nUSER 10001:10001\n" in text
        assert "\n# syntax" not in text
        assert set(found.images.values()) >= {image.removeprefix("mirror.example/") for image in references(text, {})}
