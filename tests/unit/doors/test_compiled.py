"""Compiled templates that are kept."""

import pytest
from jinja2 import DictLoader, Environment

from dockyard.doors.compiled import Compiled


def rendered(folder, text, monkeypatch):
    """What comes of a template, and whether it was compiled for it."""
    made = []
    environment = Environment(loader=DictLoader({"a": text}), bytecode_cache=Compiled(folder), autoescape=True)
    compile_it = environment.compile
    monkeypatch.setattr(environment, "compile", lambda *a, **k: made.append(a) or compile_it(*a, **k))
    return environment.get_template("a").render(x=1), bool(made)


def test_a_template_is_compiled_once(tmp_path, monkeypatch):
    assert rendered(tmp_path, "{{ x }}", monkeypatch) == ("1", True)
    assert rendered(tmp_path, "{{ x }}", monkeypatch) == ("1", False)
    assert rendered(tmp_path, "{{ x }}!", monkeypatch) == ("1!", True)
    assert len(list((tmp_path / "__pycache__").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"j2", b"\0" * 400, b"not a pickle" * 9])
def test_a_damaged_one_is_compiled_anew(tmp_path, monkeypatch, content):
    rendered(tmp_path, "{{ x }}", monkeypatch)
    (kept,) = (tmp_path / "__pycache__").iterdir()
    whole = kept.read_bytes()
    for damaged in (content, whole[:-9]):
        kept.write_bytes(damaged)
        assert rendered(tmp_path, "{{ x }}", monkeypatch) == ("1", True)
        assert kept.read_bytes() == whole


def test_where_nobody_may_write_it_is_compiled_each_time(tmp_path, monkeypatch):
    (tmp_path / "__pycache__").write_text("in the way")
    assert rendered(tmp_path, "{{ x }}", monkeypatch) == ("1", True)
    assert rendered(tmp_path, "{{ x }}", monkeypatch) == ("1", True)
    assert [path.name for path in tmp_path.iterdir()] == ["__pycache__"]
