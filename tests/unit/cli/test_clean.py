"""`dockyard pipeline clean`: one preview keeps no other from being deleted, and one that was deployed meanwhile stays."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dockyard.cli import clean
from dockyard.errors import DeployError

PREVIEWS = SimpleNamespace(name="pr")


def stack(name, hours):
    tags = [{"Key": "dockyard:application", "Value": "shop"}, {"Key": "dockyard:environment", "Value": name}]
    return {"StackStatus": "CREATE_COMPLETE", "CreationTime": datetime.now(UTC) - timedelta(hours=hours), "Tags": tags}


@pytest.fixture
def cleaned(monkeypatch, capsys):
    """Faults, what was told and what was deleted, of previews by their age in hours."""

    def done(ages, *, while_waiting=(), fails=()):
        gone = []

        @contextmanager
        def alone(session, *_):
            ages.update(while_waiting)
            yield session, None

        def destroy_under(_, session, *, agreed):
            assert agreed is None  # it need not be asked
            if session.name in fails:
                raise DeployError("failed")
            gone.append(session.name)

        paginator = SimpleNamespace(paginate=lambda: [{"Stacks": [stack(*one) for one in ages.items()]}])
        reading = SimpleNamespace(cloudformation=SimpleNamespace(get_paginator=lambda _: paginator))
        session = SimpleNamespace(
            site=SimpleNamespace(reading=reading),
            project=SimpleNamespace(name="shop"),
            of=lambda name: SimpleNamespace(name=name),
        )
        monkeypatch.setattr(clean, "alone", alone)
        monkeypatch.setattr(clean, "destroy_under", destroy_under)
        return clean.clean_all(session, PREVIEWS, 72, yes=True), capsys.readouterr().err, gone

    return done


def test_those_that_outlived_their_time_are_deleted(cleaned):
    assert cleaned({"pr-1": 80, "pr-2": 1, "pr-3": 90}) == ([], "", ["pr-1", "pr-3"])
    assert "no preview was last deployed more than 72 hours ago" in cleaned({"pr-2": 1})[1]


def test_one_that_fails_is_told_and_the_others_are_deleted(cleaned):
    faults, _, gone = cleaned({"pr-1": 80, "pr-3": 90}, fails=["pr-1"])
    assert (faults, gone) == (["pr-1: failed"], ["pr-3"])


def test_one_that_was_deployed_while_its_lock_was_waited_for_stays(cleaned):
    faults, told, gone = cleaned({"pr-1": 80, "pr-3": 90}, while_waiting={"pr-1": 0})
    assert (faults, gone) == ([], ["pr-3"])
    assert "pr-1: was deployed again, and stays" in told
