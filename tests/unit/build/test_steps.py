"""What builders print, read as steps: recorded output of BuildKit 0.8 (Docker 20.10), BuildKit 0.12 and the classic builder."""

from dockyard.build.steps import Steps

OLD_BUILDKIT = """\
#1 [internal] load build definition from Dockerfile
#1 sha256:0123
#1 DONE 0.0s
#2 [build 2/3] RUN pip install -r requirements.txt
#2 sha256:4567
#2 0.345 Collecting nope
#2 0.456 ERROR: No matching distribution found for nope
#2 ERROR: executor failed running [/bin/sh -c pip install -r requirements.txt]: exit code: 1
------
 > [build 2/3] RUN pip install -r requirements.txt:
------
executor failed running [/bin/sh -c pip install]: exit code: 1
"""
NEW_BUILDKIT = """\
#0 building with "default" instance using docker driver
#1 [internal] load metadata for docker.io/library/python:9.9
#1 ERROR: docker.io/library/python:9.9: not found
#2 [internal] load .dockerignore
#2 CANCELED
------
 > [internal] load metadata for docker.io/library/python:9.9:
------
ERROR: failed to solve: python:9.9: not found
"""
MOVING = """\
#3 [internal] load build context
#3 transferring context: 12.5MB 0.2s done
#4 [1/2] FROM a@sha256:12
#4 sha256:58d4c9045da0 1.05MB / 29.77MB 0.2s
#4 extracting sha256:58d4c9045da0 0.1s done
#5 [2/2] RUN --mount=type=cache,target=/root/.cache/pip   --network=none pip   install
#5 0.123 sha256:58d4c9045da0 is a line of the step
#6 exporting to image
#6 exporting layers done
#6 pushing layers
"""
CLASSIC = """\
Step 1/2 : FROM python:3.13-slim
 ---> 1c92e88f831c
Step 2/2 : RUN false
 ---> Running in 0f0f
nothing works
"""


def read(text):
    steps = Steps()
    return steps, [name for line in text.splitlines() if (name := steps.read(line))]


def test_steps_are_told_as_they_begin():
    _, told = read(OLD_BUILDKIT)
    assert told == ["[internal] load build definition from Dockerfile", "[build 2/3] RUN pip install -r requirements.txt"]


def test_what_is_moved_is_told_with_its_size_and_a_step_without_its_flags():
    _, told = read(MOVING)
    assert told == [
        "[internal] load build context", "[internal] load build context, 12.5MB", "[1/2] FROM a@sha256:12",
        "[1/2] FROM a@sha256:12, 1.05MB / 29.77MB", "[2/2] RUN pip install", "exporting to image", "pushing layers",
    ]  # fmt: skip


def test_a_cache_that_fails_is_not_taken_for_the_build():
    assert read("#9 exporting cache to registry\n#9 ERROR: 400 Bad Request")[0].failed.is_of_cache
    assert not read(OLD_BUILDKIT)[0].failed.is_of_cache


def test_the_failed_step_has_its_error_and_what_it_printed():
    steps, _ = read(OLD_BUILDKIT)
    assert steps.failed.name == "[build 2/3] RUN pip install -r requirements.txt"
    assert steps.failed.error == "executor failed running [/bin/sh -c pip install -r requirements.txt]: exit code: 1"
    assert steps.failed.output == ["Collecting nope", "ERROR: No matching distribution found for nope"]
    assert steps.missing_base is None


def test_a_base_that_cannot_be_had_is_told_by_its_name():
    steps, _ = read(NEW_BUILDKIT)
    assert steps.missing_base == "python:9.9"


def test_the_classic_builder_fails_at_its_last_step():
    steps, told = read(CLASSIC)
    assert told == ["FROM python:3.13-slim", "RUN false"]
    assert (steps.failed.name, steps.failed.output[-1]) == ("RUN false", "nothing works")


def test_without_any_step_what_was_printed_is_kept():
    steps, _ = read("ERROR: BuildKit is enabled but the buildx component is missing or broken.")
    assert steps.failed.output == ["ERROR: BuildKit is enabled but the buildx component is missing or broken."]
