"""The lock of an environment; the bucket is one that keeps its one object here."""

import re
import threading
import time
from contextlib import ExitStack

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dockyard.deploy.lock import LEASE, Lock, Place, locked, told
from dockyard.doors.lease import Found, Note
from dockyard.doors.lock import signed
from dockyard.errors import DeployError, PrerequisiteError, UsageError


class Bucket:
    """Writes on a condition, as S3 does."""

    bucket = "assets"

    def __init__(self):
        self.note, self.version, self.age, self.fault = None, 0, 0.0, None
        self._one = threading.Lock()

    def read(self):
        self._answer()
        return Found(self.note, str(self.version), self.age) if self.note else None

    def write(self, note, over):
        self._answer()
        with self._one:
            if over != (str(self.version) if self.note else None):
                return None
            self.note, self.version, self.age = note, self.version + 1, 0.0
            return str(self.version)

    def remove(self, etag):
        self._answer()
        if etag == str(self.version):
            self.note = None

    def _answer(self):
        if self.fault:
            raise self.fault


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def at(bucket, tmp_path):
    return Place(bucket, tmp_path / "own/deploy.lock", "shop/dev")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("dockyard.deploy.lock._LOOK_SECONDS", 0.01)


def other(at, **changes):
    """The same lock from another machine."""
    return Place(at.object, at.file.with_name("of_another_machine.lock"), at.name)


def hold(at, told, wait=None, **variables):
    return locked(at, variables, "dockyard deploy", wait, told.append)


def test_who_holds_it_is_told_to_those_who_only_look(at, bucket):
    assert told(lambda: at) is None
    with hold(at, []):
        assert re.fullmatch("locked by .* for dockyard deploy", told(lambda: other(at)))
        bucket.age = 90.0
        assert told(lambda: other(at)) is None, "nobody renews it"
        bucket.fault = ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")
        assert told(lambda: at) == "whether it is locked is not told: AccessDenied"
        assert told(lambda: at, surely=True) is None
        bucket.fault = PermissionError("not yours")
        assert told(lambda: at) == "whether it is locked is not known: not yours"
        assert told(lambda: at, surely=True) is None
        bucket.fault = None


def test_it_is_there_while_it_is_held_and_then_gone(at, bucket):
    told = []
    with hold(at, told) as lock:
        assert bucket.note.doing == "dockyard deploy"
        assert not lock.waited
        lock.check()
        assert bucket.note.renewed >= 1
    assert bucket.note is None
    assert told == []


def test_the_second_waits_and_says_who_holds_it_from_where_and_since_when(at, monkeypatch):
    monkeypatch.setenv("LOGNAME", "anna")
    run = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/shop", "GITHUB_RUN_ID": "7"}
    told = []
    with ExitStack() as first:
        first.enter_context(hold(at, told, **run))
        threading.Timer(0.2, first.close).start()
        with hold(other(at), told) as lock:
            assert lock.waited
    (line,) = told
    assert line.startswith("waits for the lock of shop/dev, held by anna@")
    assert "https://github.com/a/shop/actions/runs/7 since 20" in line
    assert line.endswith(" for dockyard deploy")


def test_who_does_not_want_to_wait_is_told_at_once(at):
    with hold(at, []), pytest.raises(DeployError, match=r"shop/dev is locked by .*@.* since"), hold(other(at), [], wait=0):
        pass


def test_a_command_of_this_folder_that_has_lost_it_and_lives_is_waited_for_and_told(at):
    told = []
    fault = pytest.raises(DeployError, match="shop/dev is locked by another command in this folder")
    with signed(at.file, "lives"), fault, hold(at, told, wait=0.1):
        pass
    assert told == ["waits for the lock of shop/dev, held by another command in this folder, which is about to end"]
    with hold(at, told, wait=0) as lock:
        assert not lock.waited


def test_one_that_is_not_renewed_is_taken_over_and_its_holder_changes_nothing_more(at, bucket):
    told = []
    with hold(at, told) as first:
        bucket.age = 61
        with hold(other(at), told) as second:
            assert second.waited
            assert "not renewed for 61 s" in told[0]
            with pytest.raises(DeployError, match="was not renewed in time, and it was taken over by"):
                first.check()
            with pytest.raises(DeployError, match="not held any more"):
                first.check()
            second.check()
        assert bucket.note is None
    assert bucket.note is None


def test_what_a_process_of_this_folder_left_is_taken_over_at_once(at, bucket):
    with signed(at.file, "of the dead"):
        pass
    bucket.write(Note("of the dead", "anna@laptop", "dockyard deploy", "2026-01-01T10:00:00+00:00", 60), None)
    told = []
    with pytest.raises(DeployError), hold(other(at), told, wait=0):
        pass
    with hold(at, told) as lock:
        assert lock.waited
    assert told[0].endswith("its process has ended")


def test_it_is_renewed_without_being_asked(bucket):
    bucket.write(note := Note("a", "anna", "deploy", "", 0.04), None)
    lock = Lock(bucket, note, "1", waited=False)
    end = time.monotonic() + 5
    while bucket.note.renewed < 3 and time.monotonic() < end:
        time.sleep(0.01)
    assert bucket.note.renewed >= 3
    lock.release()


def test_one_that_cannot_be_given_back_is_told_and_does_not_hide_what_went_wrong(at, bucket):
    told = []
    with pytest.raises(KeyError), hold(at, told):
        bucket.fault = EndpointConnectionError(endpoint_url="https://s3")
        raise KeyError("what went wrong")
    assert told == ["the lock could not be given back; others may take it over in 60 s, and this folder at once"]
    bucket.fault = None
    with hold(at, told):
        assert told[1].endswith("its process has ended")


def test_of_many_at_once_one_has_it_at_a_time(at):
    inside, most, done = [], [], []

    def work(number):
        here = Place(at.object, at.file.with_name(f"{number}.lock"), at.name)
        with hold(here, []):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.01)
            inside.remove(number)
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == list(range(6))
    assert max(most) == 1


def test_without_the_bucket_the_account_is_not_bootstrapped(at, bucket):
    bucket.fault = ClientError({"Error": {"Code": "NoSuchBucket"}}, "GetObject")
    with pytest.raises(PrerequisiteError, match="no bucket assets"), hold(at, []):
        pass


@pytest.mark.parametrize("given", ["soon", "0", "-1", "9999", "nan"])
def test_a_lease_that_is_none_is_refused(at, given):
    with pytest.raises(UsageError, match=f"{LEASE} should be a number of seconds from 3 to 3600, got {given}"), hold(
        at, [], **{LEASE: given}
    ):  # fmt: skip
        pass
