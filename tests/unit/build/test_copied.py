"""What a Dockerfile takes from its context, told from its text; None where it cannot be told."""

import pytest

from dockyard.build.copied import copied


@pytest.mark.parametrize(
    ("dockerfile", "paths"),
    [
        ("FROM a\nCOPY src/ /app/\nCOPY ./package.json /lib/x package.json /app/", ("src", "package.json", "lib/x")),
        ('FROM a\nADD --chown=1:1 ["my file", "b", "/app/"]', ("my file", "b")),
        ("FROM a\nCOPY 'a b' /\n", ("a b",)),
        ("FROM a AS b\nCOPY --from=x . /y\nCOPY main.py /", ("main.py",)),
        ("FROM a\nADD https://example.com/x.tgz git@example.com:x.git /\nCOPY a /", ("a",)),
        ("FROM a\nCOPY <<EOF /etc/x\nCOPY . /\nEOF\nCOPY a /", ("a",)),
        (
            "FROM a\nRUN --mount=type=bind,source=go.mod,target=go.mod --mount=type=cache,target=/x go\nCOPY m.go /",
            ("go.mod", "m.go"),
        ),
        ("FROM a\nRUN --mount=src=s,target=/s --mount=type=secret,id=ca x", ("s",)),
        ("FROM a\nRUN --mount=from=b,source=/z,target=/z x\nCOPY a /", ("a",)),
        ("FROM a\nCOPY ../up /", ("up",)),
        ("FROM a\nCOPY . .", None),
        ("FROM a\nCOPY a /\nCOPY / /x", None),
        ("FROM a\nCOPY package*.json ./", None),
        ("FROM a\nCOPY ${SRC} ./", None),
        ("FROM a\nRUN --mount=type=bind,target=/src make", None),
        ("FROM a\nRUN make", None),
        ("FROM a\nCOPY a /\nONBUILD COPY . /app", None),
        ("FROM a\nCOPY link/x /", None),
    ],
)
def test_plain_paths_are_all_that_counts(tmp_path, dockerfile, paths):
    (tmp_path / "src").mkdir()
    (tmp_path / "link").symlink_to("src")
    assert copied(dockerfile, tmp_path) == paths
