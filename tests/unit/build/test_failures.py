"""Why a build failed, and what to do about it."""

from pathlib import Path

import pytest

from dockyard.build.bases import Bases, StandIn
from dockyard.build.failures import PassingError, failure
from dockyard.build.steps import Steps
from dockyard.doors.engine_faults import MAKE_ROOM

LOG = Path("/logs/build-web.log")
BASES = Bases(stand_ins={"python:3.13-slim": StandIn("docker-hub/library/python", "3.13-slim", "sha256:1")})


def told(*lines):
    steps = Steps()
    for line in lines:
        steps.read(line)
    return failure("web", steps, "exit code 1", LOG, BASES)


def test_what_makes_stand_ins_is_told_where_they_are_made(tmp_path):
    steps = Steps()
    for line in ("#3 [internal] load metadata for docker.io/library/nginx:1", "#3 ERROR: not found"):
        steps.read(line)
    listed = tmp_path / "stand_ins.json"
    listed.write_text("{}")
    here, elsewhere = (failure("web", steps, "", LOG, Bases.read({}, file)).hint for file in (str(listed), None))
    assert here == f"run: dockyard local up, which makes the stand-ins that are missing; or {elsewhere}"
    assert elsewhere == "check the name; or set base_images in dockyard.yaml to a registry that can be reached"


def test_a_full_disk_of_the_engine_is_told_with_the_commands_that_make_room():
    fault = told("#4 [2/3] COPY a /", "#4 ERROR: write /var/lib/docker/x/a: no space left on device")
    assert str(fault) == "failed to build web at [2/3] COPY a /: write /var/lib/docker/x/a: no space left on device"
    assert fault.hint == f"{MAKE_ROOM}; whole log: {LOG}"
    within = told("#4 [2/3] RUN npm ci", "#4 1.2 npm ERR! ENOSPC: no space left on device, write", "#4 ERROR: exit code: 1")
    assert within.hint.startswith(MAKE_ROOM)


def test_programs_for_another_processor_are_told():
    fault = told("#4 [2/3] RUN make", "#4 0.1 exec /bin/sh: exec format error", "#4 ERROR: exit code: 1")
    assert fault.hint.startswith("its programs are for another processor than this machine's: sudo apt-get install")


def test_certificates_that_a_step_does_not_know_are_told():
    fault = told("#4 [2/3] RUN npm ci", "#4 1.2 npm ERR! code SELF_SIGNED_CERT_IN_CHAIN", "#4 ERROR: exit code: 1")
    assert "NODE_EXTRA_CA_CERTS=/run/secrets/ca npm ci" in fault.hint
    assert fault.hint.endswith(f"; whole log: {LOG}")


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        ("pulling from host x failed with status code [manifests v1]: 503 Service Unavailable", True),
        ("pulling from host x failed with status code [manifests v1]: 429 Too Many Requests", True),
        ('failed to do request: Head "https://x/v2": read tcp 1->2: read: connection reset by peer', True),
        ('failed to do request: Head "https://x/v2": EOF', True),
        ("pulling from host x failed with status code [manifests v1]: 403 Forbidden", False),
        ("docker.io/library/python:9: not found", False),
        ("dial tcp: lookup x: no such host", False),
        ("dial tcp 1.2.3.4:443: i/o timeout", False),
    ],
)
def test_a_base_image_is_asked_for_again_where_its_registry_may_answer_the_next_time(error, passing):
    fault = told("#3 [internal] load metadata for docker.io/library/python:9", f"#3 ERROR: {error}")
    assert str(fault).startswith(f"failed to build web: base image python:9 cannot be had: {error}")
    assert fault.hint.endswith("; or start from a stand-in: python:3.13-slim")
    assert isinstance(fault, PassingError) is passing


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        ("unexpected status from HEAD request to https://registry-1.docker.io/v2/docker: 429 Too Many Requests", True),
        ("failed to do request: dial tcp: lookup registry-1.docker.io: no such host", False),
    ],
)
def test_a_scanner_for_sboms_that_cannot_be_had_is_told_with_how_to_do_without(error, passing):
    step = "resolve image config for docker-image://docker.io/docker/buildkit-syft-scanner:stable-1"
    fault = told(f"#2 {step}", f"#2 ERROR: {error}")
    assert str(fault) == f"failed to build web at {step}: {error}"
    assert "build without --sbom (in a pipeline, pipeline: {sbom: false} in dockyard.yaml" in fault.hint
    assert isinstance(fault, PassingError) is passing
