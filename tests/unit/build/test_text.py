"""Files that an app has, read or told with their names."""

import codecs
import os

import pytest

from dockyard.build.text import text_of
from dockyard.errors import BuildError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "Procfile"


def test_a_byte_order_mark_and_line_ends_of_windows_do_not_count(file):
    file.write_bytes(codecs.BOM_UTF8 + b"a\r\nb\n")
    assert text_of(file) == "a\nb\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("web: x".encode("utf-16"), r"should be UTF-8 text \(it is UTF-16\)"),
        ("web: ü".encode("latin-1"), r"should be UTF-8 text \(invalid start byte at byte 5\)"),
    ],
)
def test_other_encodings_are_told(file, content, message):
    file.write_bytes(content)
    with pytest.raises(BuildError, match=rf"Procfile: {message}"):
        text_of(file)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (os.mkfifo, "should be a file"),
        (os.mkdir, "should be a file"),
        (lambda file: file.symlink_to("nowhere"), "cannot be read: No such file or directory"),
        (lambda file: file.symlink_to(file), "cannot be read: Too many levels of symbolic links"),
    ],
)
def test_what_is_no_file_is_told_and_never_waited_for(file, make, message):
    make(file)
    with pytest.raises(BuildError, match=rf"Procfile: {message}"):
        text_of(file)
