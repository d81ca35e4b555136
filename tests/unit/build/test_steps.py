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
