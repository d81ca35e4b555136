"""Which services `dockyard pipeline restore` brings back, and that one keeps no other from it."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.cli import restore
from dockyard.errors import DeployError
from dockyard.operate.status import State, Status

REGISTRY = "1.dkr.ecr.eu-west-1.amazonaws.com/shop/"
EXPIRED = ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "DescribeStacks")


def named(**tags):
    return {"web" if name == "app" else f"web.{name}": tag for name, tag in tags.items()}


def images(**tags):
    return {name: f"{REGISTRY}{'web' if name == 'app' else 'web.' + name}:{tag}" for name, tag in tags.items()}


@pytest.fixture
def restored(monkeypatch, capsys):
    """Faults, what was told, and what went back, of services that ran and run these images."""

    def done(before, now, fails=()):
        back = []

        def go_back(_, session, wishes, again, *changes):
            (name,) = wishes.services
            assert again == f"dockyard rollback {name} --env prod"
            if name in dict(fails):
                raise dict(fails)[name]
            back.append((name, *changes))

        def ours(names):
            return [SimpleNamespace(service=names[0] + one, repository=f"shop/web{one}") for one in ("", ".proxy")]

        session = SimpleNamespace(
            environment=SimpleNamespace(name="prod", services=dict.fromkeys(before)), site=None, images=ours, anew=lambda: session
        )
        found = {
            name: Status(name, "web", State.STEADY if images else State.UNKNOWN, images=images) for name, images in now.items()
        }
        monkeypatch.setattr(restore, "alone", lambda session, *_: nullcontext((session, None)))
        monkeypatch.setattr(restore, "Lookout", lambda _: SimpleNamespace(look=lambda names: [found[name] for name in names]))
        monkeypatch.setattr(restore, "go_back", go_back)
        return restore.restore_each(session, before), capsys.readouterr().err, back

    return done


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"app": "1"}, {"app": "2"}),
        ({"app": "1", "proxy": "1"}, {"app": "1", "proxy": "2"}),
        ({"app": "1", "proxy": "1"}, {"app": "1"}),
        ({"app": "1"}, {}),  # AWS does not tell any more
    ],
)
def test_other_images_of_any_container_go_back(restored, old, new):
    faults, told, back = restored({"web": images(**old)}, {"web": images(**new)})
    assert (faults, back) == ([], [("web", named(**old), named(**new))])
    assert "web: back to the images that ran before; its settings stay as they are" in told


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (images(app="1"), images(app="1"), "nothing goes back, and its settings stay as they are"),
        (images(app="1") | {"otel": "public.ecr.aws/a:1"}, images(app="1") | {"otel": "public.ecr.aws/a:2"},
         "those of others and its settings stay as they are"),
        ({}, images(app="1"), "nothing of it ran before, so it stays as it was deployed"),
    ],
)  # fmt: skip
def test_what_does_not_go_back_is_told(restored, old, new, words):
    faults, told, back = restored({"web": old}, {"web": new})
    assert (faults, back, words in told) == ([], [], True)


def test_one_that_fails_keeps_no_other_from_going_back(restored):
    before = {"a": None, "b": images(app="1"), "c": images(app="1"), "web": images(app="1")}
    now = dict.fromkeys(before, images(app="2"))
    faults, _, back = restored(before, now, {"b": EXPIRED, "c": DeployError("failed")})
    assert [one.partition(":")[0] for one in faults] == ["a", "b", "c"]
    assert [name for name, *_ in back] == ["web"]
