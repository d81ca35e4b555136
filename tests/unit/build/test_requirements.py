"""A requirements.txt and what it includes, and the Dockerfile that has it all before the install."""

import codecs

import pytest

from dockyard.build.detect import Wishes, detect
from dockyard.build.detect.python.requirements import requirements_of
from dockyard.build.dockerfile import render
from dockyard.errors import BuildError


def write(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


FILES = {
    "requirements.txt": "# all\n-r requirements/web.txt  # the web\n--constraint=pins.txt\n--index-url https://x/simple\nsix==1 \\\n  --hash=sha256:a\n",
    "requirements/web.txt": "-rbase.txt\n-c ../pins.txt\nFlask[async]>=3 ; python_version > '3'\n",
    "requirements/base.txt": "-r web.txt\n-r https://example.com/more.txt\ngunicorn\n",
    "pins.txt": "flask==3.1\n-r requirements/old.txt\n",
    "requirements/old.txt": "click==8\n",
}


def test_included_files_are_read_relative_to_the_one_that_includes_them(tmp_path):
    found = requirements_of(write(tmp_path, FILES))
    assert found.files == [
        "requirements.txt",
        "requirements/web.txt",
        "requirements/base.txt",
        "pins.txt",
        "requirements/old.txt",
    ]
    assert [line.split()[0] for line in found.lines] == ["gunicorn", "Flask[async]>=3", "six==1"]
    assert not found.local


@pytest.mark.parametrize(
    ("line", "local"),
    [
        ("-e .", True), (".", True), ("-e git+https://example.com/a.git#egg=a", False), ("./lib", True), ("libs/a[x]", True),
        ("--editable=file:lib", True), ("a @ file:lib", True), ("a @ https://example.com/a.whl", False), ("a.whl", True),
        ("--find-links wheels", True), ("-f https://example.com/wheels", False), ("https://example.com/a.zip", False), ("a==1", False),
        ("git+https://example.com/a.git", False), ("--no-binary :all:", False),
    ],
)  # fmt: skip
def test_what_lies_in_the_apps_folder_is_told_apart(tmp_path, line, local):
    assert requirements_of(write(tmp_path, {"requirements.txt": line})).local is local


def test_all_that_is_included_is_copied_before_the_install(tmp_path):
    write(tmp_path, {**FILES, "main.py": "app = Flask(__name__)", "my pins.txt": ""})
    found = detect(tmp_path, Wishes(port=80))
    assert found.start[0] == "gunicorn"
    text = render(found, base_prefix="")
    copied, _, _ = text.partition("RUN --mount")
    assert copied.splitlines()[-2:] == [
        "COPY requirements.txt pins.txt ./",
        "COPY requirements/web.txt requirements/base.txt requirements/old.txt requirements/",
    ]
    (tmp_path / "requirements.txt").write_text("flask\ngunicorn\n-c 'my pins.txt'")
    assert '\nCOPY ["requirements.txt", "my pins.txt", "./"]\nRUN' in render(detect(tmp_path, Wishes(port=80)), base_prefix="")


def test_an_installation_from_the_apps_folder_has_all_of_it(tmp_path):
    write(tmp_path, {"requirements.txt": "-r base.txt", "base.txt": "-e .", "main.py": ""})
    assert "\nCOPY . ./\nRUN --mount" in render(detect(tmp_path, Wishes(port=80)), base_prefix="")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-r no.txt", r"requirements/web\.txt: includes no\.txt, and there is no file .*/requirements/no\.txt"),
        ("-c ../../pins.txt", r"requirements/web\.txt: includes \.\./\.\./pins\.txt, which is outside of"),
        ("-r 'a.txt", r"requirements/web\.txt: -r 'a\.txt: no closing quotation"),
    ],
)
def test_what_cannot_be_included_is_told_with_both_names(tmp_path, line, message):
    with pytest.raises(BuildError, match=message) as caught:
        requirements_of(write(tmp_path, {**FILES, "requirements/web.txt": line}))
    assert caught.value.hint


def test_a_file_that_powershell_wrote_is_read_as_pip_reads_it(tmp_path):
    (tmp_path / "requirements.txt").write_bytes(codecs.BOM_UTF16_LE + "a==1\r\nb\r\n".encode("utf-16-le"))
    assert requirements_of(tmp_path).lines == ["a==1", "b"]


def test_every_option_of_a_line_counts(tmp_path):
    (tmp_path / "requirements.txt").write_text("--no-index --find-links wheels -r base.txt\n-c base.txt\n")
    (tmp_path / "base.txt").write_text("uvicorn\n")
    found = requirements_of(tmp_path)
    assert (found.files, found.local, found.lines) == (["requirements.txt", "base.txt"], True, ["uvicorn"])
