"""Dockerfiles of Python apps against hadolint."""

import subprocess
import sys
from pathlib import Path

from dockyard.build.detect import Wishes, detect
from dockyard.build.dockerfile import render
from tests.unit.build.detect.cases.case import Case
from tests.unit.build.detect.cases.python import CASES, FLASK
from tests.unit.build.detect.test_python import write

IGNORED = {
    "DL3008": "Debian's mirrors keep no old versions: a pinned one cannot be had a month later",
    "DL3013": "a pyproject.toml without a lock has no exact versions to give; detect warns of it",
}
LIBRARIES = Case("libraries", {"requirements.txt": "psycopg2==2\ngit+https://example.com/a.git", "app.py": FLASK}, {})


def test_hadolint_finds_nothing_in_the_dockerfiles_of_python_apps(tmp_path):
    for number, case in enumerate([*CASES, LIBRARIES]):
        found = detect(write(tmp_path / str(number), case.files), Wishes(language="python"))
        for mounts in (True, False):
            (tmp_path / f"{number}-{mounts}.Dockerfile").write_text(render(found, base_prefix="", mounts=mounts))
    flags = [word for rule in IGNORED for word in ("--ignore", rule)]
    files = sorted(map(str, tmp_path.glob("*.Dockerfile")))
    linted = subprocess.run(
        [Path(sys.executable).parent / "hadolint", *flags, *files], capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")
    assert len(files) == 2 * len(CASES) + 2
