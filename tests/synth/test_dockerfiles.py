"""The Dockerfiles of all apps in the tables of languages, against hadolint."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from dockyard.build.detect import Wishes, detect
from dockyard.build.dockerfile import render
from tests.unit.build.detect.test_cases import write

CASES = Path(__file__).parents[1] / "unit/build/detect/cases"
HADOLINT = Path(sys.executable).parent / "hadolint"
IGNORED = {
    "DL3008": "Debian's packages have the version of the base image's release, and its security fixes",
    "DL3059": "steps are layers of their own, so that what did not change is not done again",
    "DL3013": "a pyproject.toml without a lock has no exact versions to give; detection warns of it",
}


@pytest.mark.parametrize("language", sorted(path.stem for path in CASES.glob("*.py") if path.stem != "case"))
def test_hadolint_finds_nothing_in_the_dockerfiles_of_a_language(language, tmp_path):
    texts = set()
    for number, case in enumerate(importlib.import_module(f"tests.unit.build.detect.cases.{language}").CASES):
        write(tmp_path / f"{number}", case.files)
        found = detect(tmp_path / f"{number}", Wishes())
        texts |= {render(found, base_prefix="", mounts=mounts) for mounts in (True, False)}
    files = [tmp_path / f"{number}.Dockerfile" for number, _ in enumerate(texts)]
    for file, text in zip(files, sorted(texts), strict=True):
        file.write_text(text)
    arguments = [word for rule in IGNORED for word in ("--ignore", rule)]
    linted = subprocess.run([HADOLINT, *arguments, *files], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")
