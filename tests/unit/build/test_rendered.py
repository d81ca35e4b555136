"""Dockerfiles that were rendered before, and when they are rendered anew."""

from dataclasses import replace

import pytest

from dockyard.build.detect import Wishes, detect
from dockyard.build.dockerfile import render
from dockyard.build.rendered import Rendered


@pytest.fixture
def app(tmp_path):
    (tmp_path / "index.html").write_text("")
    return detect(tmp_path, Wishes())


def text(rendered, app, prefix="", *, mounts=True):
    return rendered(app, base_prefix=prefix, mounts=mounts)


def test_what_is_not_known_is_rendered_and_known_then(app):
    rendered = Rendered()
    assert text(rendered, app) == render(app, base_prefix="", mounts=True)
    (key,) = rendered.known
    assert text(Rendered({key: "FROM other"}), app) == "FROM other"


def test_another_app_prefix_or_builder_has_another(app):
    rendered = Rendered()
    texts = [
        text(rendered, app),
        text(rendered, app, prefix="a/"),
        text(rendered, replace(app, port=81)),
        text(rendered, app, mounts=False),
    ]
    assert (texts[1], len(rendered.known)) == (render(app, base_prefix="a/", mounts=True), 4)


def test_those_that_were_asked_for_last_stay_known(app):
    rendered = Rendered()
    text(rendered, app)
    (key,) = rendered.known
    rendered = Rendered({key: "FROM other", **{str(number): "" for number in range(100)}})
    text(rendered, app)
    assert (len(rendered.known), key in rendered.known, "99" in rendered.known, "0" in rendered.known) == (64, True, True, False)
