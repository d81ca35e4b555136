"""A Dockerfile's instructions: what is one, what is none, and where its words are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockyard.build.instructions import instructions


def told(dockerfile):
    return [" ".join([found.name, *(word.text for word in (*found.flags, *found.words))]) for found in instructions(dockerfile)]


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ("from a\n\n  RUN b", ["FROM a", "RUN b"]),
        ("\ufeff# comment\nFROM a", ["FROM a"]),
        ("FROM \\\n  # comment\n\n  a \\  \n AS b\nRUN c", ["FROM a AS b", "RUN c"]),
        ("FROM pyth\\\non:3\\", ["FROM python:3"]),
        ("FROM a\nRUN b \\\\\nRUN c", ["FROM a", "RUN b \\\\", "RUN c"]),
        ("# syntax=x\n# Escape = `\nFROM `\n a\nRUN dir c:\\\nRUN b", ["FROM a", "RUN dir c:\\", "RUN b"]),
        ("FROM a\n# escape=`\nRUN b \\\nc", ["FROM a", "RUN b c"]),
        ("# other=x\n# escape=`\nRUN b \\\nc", ["RUN b c"]),
        ("RUN <<EOF cat\nFROM no\nEOF\nFROM yes", ["RUN <<EOF cat", "FROM yes"]),
        ("RUN cat <<-'A B' 3<<\"C\" \\\n && x\nFROM no\n\tA B\nFROM no\nC\nFROM yes", ["RUN cat <<-'A B' 3<<\"C\" && x", "FROM yes"]),
        ("onbuild copy <<E /x\nFROM no\nE\nFROM yes", ["ONBUILD copy <<E /x", "FROM yes"]),
        ('RUN cat <<<x "<<y" $((1<<2))\nFROM yes', ['RUN cat <<<x "<<y" $((1<<2))', "FROM yes"]),
        ("ENV A=<<x\nFROM yes", ["ENV A=<<x", "FROM yes"]),
        ("RUN --a='b c' --d e --f", ["RUN --a='b c' --d e --f"]),
        ("\\\n\\\n", []),
    ],
)  # fmt: skip
def test_lines_become_instructions(dockerfile, lines):
    assert told(dockerfile) == lines


def test_flags_are_the_words_that_stand_first():
    (found,) = instructions("RUN --mount=type=cache,target=/x --network=none npm --silent ci")
    assert [flag.text for flag in found.flags] == ["--mount=type=cache,target=/x", "--network=none"]
    assert [word.text for word in found.words] == ["npm", "--silent", "ci"]


lines = st.sampled_from(
    ["FROM a AS b", "RUN x \\", "RUN <<E", "E", "# c", "", "\\", "# escape=`", "RUN `", "ARG A='b", "\ufeff", "COPY --from=a \\"]
)


@settings(deadline=None)
@given(st.lists(lines | st.text(max_size=6), max_size=8).map("\n".join))
def test_whatever_is_written_each_word_is_where_it_says(dockerfile):
    for found in instructions(dockerfile):
        for word in (*found.flags, *found.words):
            place = dockerfile[word.start : word.start + len(word.raw)]
            assert all(character in (written, "\0") for character, written in zip(word.raw, place, strict=False))
