"""Who changes an environment is alone, wherever it runs; and whenever it is killed, the next one ends well."""

import contextlib
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dockyard.doors.lease import Lease, Note
from tests.integration.rights import only_roles
from tests.integration.support import ROOT, Requests, Site, environment, free_port, get

NAMES = ("services", "stacks", "app.py", "cdk.json", "dockyard.yaml")
SOURCE = "services/hello-python/main.py"
BUCKET, KEY = "cdk-hnb659fds-assets-000000000000-us-east-1", "dockyard/locks/demo/dev.json"


@pytest.fixture
def elsewhere(site, tmp_path):
    """The project on another machine: a copy in another folder."""
    for name in NAMES:
        (shutil.copytree if (site.root / name).is_dir() else shutil.copy)(site.root / name, tmp_path / name)
    other = Site(tmp_path)
    other.port = site.port
    return other


@contextlib.contextmanager
def running(site: Site, account: dict[str, str], *arguments: str, **variables: str) -> "Iterator[subprocess.Popen[str]]":
    """The program itself, in a group of its own, which does not outlive the block."""
    with subprocess.Popen(
        ["dockyard", *arguments], cwd=site.root, env={**environment(), **account, **variables}, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def until_told(process: "subprocess.Popen[str]", what: str) -> list[str]:
    """The lines up to one with this in it."""
    told = []
    for line in process.stderr:
        told.append(line)
        if what in line:
            return told
    raise AssertionError(f"it did not tell {what!r}:\n{''.join(told)}")


def version(site: Site, number: str, old: str = r"\w+") -> None:
    file = site.root / SOURCE
    file.write_text(re.sub(rf'VERSION = "{old}"', f'VERSION = "{number}"', file.read_text()))


def is_free(site: Site) -> bool:
    return "Contents" not in site.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=KEY)


def test_of_many_that_take_a_lock_at_once_one_gets_it(site):
    """S3 here does as S3 of AWS does: of writes and deletes on one condition one succeeds, whatever has been there before."""
    s3 = site.client("s3")
    lease = Lease(s3, BUCKET, "dockyard/locks/test.json", "000000000000")
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    etag = None
    for turn in range(3):
        notes = [Note(f"{turn}.{number}", "anna", "test", "", 60) for number in range(20)]
        with ThreadPoolExecutor(20) as pool:
            written = list(pool.map(lambda note, over=etag: lease.write(note, over), notes))
        assert Counter(bool(one) for one in written)[True] == 1
        etag = next(filter(None, written))
        found = lease.read()
        assert found.etag == etag
        assert found.note == notes[written.index(etag)]
        assert -2 <= found.age <= 2
    lease.remove("another")
    assert lease.read()
    lease.remove(etag)
    lease.remove(etag)
    assert lease.read() is None
    assert lease.write(notes[0], etag) is None
    etag = lease.write(notes[0], None)
    assert etag
    lease.remove(etag)


def test_two_deploys_from_two_machines_one_waits_and_the_last_one_wins_whole(site, source, elsewhere):
    address, account = site.addresses()["hello-python"], site.account()
    version(site, "first")
    with Requests(address) as requests, running(site, account, "deploy") as first:
        until_told(first, "hello-node: image is in ECR already")
        version(elsewhere, "second")
        with running(elsewhere, account, "deploy") as second:
            told = until_told(second, "waits for the lock of demo/dev, held by ")
            assert f"(process {first.pid}) since " in told[-1]
            assert elsewhere.dockyard("deploy", "--wait", "0", code=1, **account).stderr.count("is locked by") == 1
            scaled = elsewhere.dockyard("scale", "hello-node", "1", **account).stderr
            assert re.search(
                "locked by .* for dockyard deploy; what changes the environment now may set the count of hello-node", scaled
            )
            assert first.wait(180) == 0
            told += second.stderr.readlines()
            assert second.wait(180) == 0
        assert "demo-dev-hello-python: deployed in" in "".join(told)
        assert get(address)[1]["version"] == "second"
    assert requests.failed == {}
    assert is_free(site)


def test_the_lock_of_a_machine_that_is_gone_is_taken_over_after_its_lease(site, source, elsewhere):
    account = site.account()
    version(site, "gone")
    with running(site, account, "deploy", DOCKYARD_LEASE="3") as first:
        until_told(first, "synth")
    assert not is_free(site)
    version(elsewhere, "kept")
    told = elsewhere.dockyard("deploy", **account).stderr
    assert re.search(r"takes over the lock of demo/dev, held by .* for dockyard deploy: it was not renewed for \d+ s", told)
    assert get(site.addresses()["hello-python"])[1]["version"] in ("kept", "gone")
    assert is_free(site)


def test_the_lock_is_in_the_bucket_that_the_bootstrap_has(site, tmp_path):
    """Whatever it is called, so that a machine that knows nothing but the account finds it."""
    there = site.account() | {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    command = ["cdk", "bootstrap", "aws://000000000000/eu-west-1", "--bootstrap-bucket-name", "our-own-bucket"]
    subprocess.run(command, cwd=tmp_path, env={**environment(), **there}, check=True, capture_output=True)
    lease = Lease(site.client("s3"), "our-own-bucket", KEY, "000000000000")
    etag = lease.write(Note("1", "anna", "dockyard deploy", "", 60), None)
    assert "demo/dev is locked by anna for dockyard deploy" in site.dockyard("deploy", "--wait", "0", code=1, **there).stderr
    assert "locked by anna for dockyard deploy" in site.dockyard("status", **there).stdout.splitlines()
    lease.remove(etag)


def test_an_interrupt_is_told_with_what_goes_on_and_leaves_no_lock(site, source):
    """How the next deploy follows what takes longer than this change is in `test_stack_states.py`."""
    account = site.account()
    version(site, "interrupted")
    with running(site, account, "deploy") as begun:
        until_told(begun, "  demo-dev-hello-python: ")
        begun.send_signal(signal.SIGTERM)
        told = begun.stderr.read()
        assert begun.wait(20) == 130
    assert "demo-dev-hello-python is being changed, which goes on in the account; run the same command again to follow it" in told
    assert is_free(site)
    told = site.dockyard("deploy", **account).stderr
    assert "hello-python: image is in ECR already" in told
    assert "demo-dev-hello-python: unchanged" in told


def test_a_terminal_that_is_closed_leaves_no_lock(site, source):
    account = site.account()
    version(site, "hungup")
    terminal, its_end = pty.openpty()
    with subprocess.Popen(
        ["env", "--default-signal=HUP", "setsid", "--ctty", "dockyard", "deploy"],  # who runs the tests may be under nohup
        cwd=site.root, env={**environment(), **account}, stdin=its_end, stdout=its_end, stderr=its_end,
    ) as begun:  # fmt: skip
        os.close(its_end)
        seen = b""
        while b"synth" not in seen:
            seen += os.read(terminal, 4096)
        assert not is_free(site)
        os.close(terminal)
        assert begun.wait(20) == 130
    assert is_free(site)


def test_a_lost_network_is_told_and_the_next_deploy_goes_on(site, source):
    account = site.account()
    version(site, "lost")
    with only_roles(site.port) as network:
        through = {**account, "AWS_ENDPOINT_URL": f"http://localhost:{network.server_port}"}
        with running(site, through, "deploy") as begun:
            until_told(begun, "synth")
            network.behind = free_port()
            told = begun.stderr.read()
            assert begun.wait(20) == 1
    assert re.search(r"^error: (demo-dev-[a-z-]+: )?AWS does not answer", told, re.MULTILINE)
    assert "the lock could not be given back; others may take it over in 60 s, and this folder at once" in told
    told = site.dockyard("deploy", **account).stderr
    assert "its process has ended" in told
    assert get(site.addresses()["hello-python"])[1]["version"] == "lost"
    assert is_free(site)


def test_killed_at_any_step_the_next_deploy_ends_well_and_nothing_is_lost_or_locked(site, source, tmp_path):
    """The steps are those of a first run, as the program itself announces them (`steps.py`)."""
    address, account = site.addresses()["hello-python"], site.account()
    version(site, "whole")
    steps = _steps(site, account, tmp_path / "whole", "")
    assert {"end images", "end demo-dev-hello-python"} <= set(steps)
    with Requests(address, rate=5) as requests:
        for number, step in enumerate(steps):
            version(site, f"at{number}")
            seen = _steps(site, account, tmp_path / f"{number}", step)
            assert step in seen  # and perhaps one of another thread
            told = site.dockyard("deploy", "hello-python", **account).stderr
            assert get(address)[1]["version"] == f"at{number}", f"killed at {step}:\n{told}"
            assert is_free(site), step
    assert requests.failed == {}


def _steps(site: Site, account: dict[str, str], file: Path, last: str) -> list[str]:
    """Deploy up to this step; the steps that were made."""
    program = [
        sys.executable,
        "-m",
        "tests.integration.steps",
        str(file),
        last,
        "deploy",
        "hello-python",
        "--project",
        str(site.root),
    ]
    ended = subprocess.run(
        program, cwd=ROOT, env={**environment(), **account}, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == (-signal.SIGKILL if last else 0), ended.stderr
    return file.read_text().splitlines()
