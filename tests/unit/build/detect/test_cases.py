"""The apps of `cases`: each is recognised, and its Dockerfile can be rendered for every builder."""

import importlib
import json
import shlex
from pathlib import Path

import pytest

from dockyard.build.bases import references
from dockyard.build.detect import App, Wishes, asked, detect, languages
from dockyard.build.dockerfile import render

CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case.title}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.py"))
    if path.stem != "case"
    for case in importlib.import_module(f"tests.unit.build.detect.cases.{path.stem}").CASES
]


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))


@pytest.mark.parametrize(("language", "case"), CASES)
def test_an_app_is_what_its_files_say(tmp_path, language, case):
    folder = tmp_path / "app"
    write(folder, case.files)
    found = detect(folder, Wishes())
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


def test_no_app_is_of_a_language_that_is_not_asked(tmp_path):
    """By the names in its folder alone most languages are passed over; none of these would claim it."""
    for number, (_, case) in enumerate(parameter.values for parameter in CASES):
        write(tmp_path / str(number), case.files)
        app = App(tmp_path / str(number), Wishes())
        claimed = {name for name, module in languages().items() if module.marks(app)}
        assert claimed <= set(asked(app)), case.title


def test_the_page_of_languages_is_current():
    """To write it: python -m tests.unit.build.detect.languages."""
    from tests.unit.build.detect.languages import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page()
