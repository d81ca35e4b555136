"""Volumes of a service.yaml."""

import pytest

VOLUMES = """
volumes:
  scratch: {path: /scratch}
  files: {path: /files, type: efs}
  old: {path: /old, type: efs, file_system: fs-01234567, access_point: fsap-01234567, security_group: sg-01234567, read_only: true}
"""


@pytest.mark.parametrize(
    "kind", ["kind: web", "kind: backend", "kind: worker", "kind: job\nschedule: rate(1 hour)", "kind: task"]
)
def test_every_kind_has_volumes(files, kind):
    files.service(f"{kind}{VOLUMES}")
    scratch, efs, old = files.load().environment().services["web"].volumes.values()
    assert (scratch.type, scratch.path, scratch.read_only) == ("ephemeral", "/scratch", False)
    assert (efs.type, efs.file_system) == ("efs", None)
    assert (old.file_system, old.access_point, old.security_group) == ("fs-01234567", "fsap-01234567", "sg-01234567")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("volumes: {a b: {path: /a}}", 'volumes.a b: should be a name of up to 60 letters, digits, `_` and `-`, got "a b"'),
        ("volumes: {a: {path: a}}", 'volumes.a.path: should be an absolute path in the container, without `..`, got "a"'),
        ("volumes: {a: {}}", "volumes.a.path: is required: where the container has it"),
        ("volumes: {a: /a}", 'volumes.a: should be a mapping of keys, got "/a"; write {path: /a}'),
        ("volumes: {a: {path: /a, type: s3}}", 'volumes.a.type: should be ephemeral, efs or ebs, got "s3"'),
        ("volumes: {a: {path: /a, size: 5}}", "volumes.a: size is of type ebs, got ephemeral"),
        ("volumes: {a: {path: /a, type: ebs}}", "volumes.a: size is required of type ebs, in GiB"),
        ("volumes: {a: {path: /a, type: ebs, size: 0}}", "volumes.a.size: should be 1 to 16384 (GiB), got 0"),
        ("volumes: {a: {path: /a, type: ebs, size: 5, file_system: fs-01234567}}", "volumes.a: file_system is of type efs, got ebs"),
        ("volumes: {a: {path: /a, type: efs, file_system: x}}", "volumes.a.file_system: should be an id such as fs-0123456789abcdef0, "
         'got "x"'),
        ("volumes: {a: {path: /a, type: efs, access_point: fsap-01234567}}", "volumes.a: access_point is of a file system that is "
         "there already: give file_system, or remove it"),
        ("volumes: {a: {path: /a}, b: {path: /a/}}", "volumes.b.path: /a is of volume a as well; give it another"),
        ("volumes: {a: {path: /a}}\nwritable: {/a: 1}", "volumes.a.path: /a is of writable as well; give it another"),
        ("volumes: {a: {path: /a, type: ebs, size: 1}, b: {path: /b, type: ebs, size: 1}}", "volumes.b.type: ECS attaches one EBS "
         "volume to a task, and a is one; use efs or ephemeral"),
    ],
)  # fmt: skip
def test_a_wrong_volume_is_told_with_its_key(problem, lines, text):
    assert problem(lines) == f"services/web/service.yaml: {text}"


def test_what_is_no_service_has_no_disk_of_its_own(files):
    files.service("kind: task\nvolumes: {a: {path: /a, type: ebs, size: 1}}")
    assert files.problems() == [
        "services/web/service.yaml: volumes.a.type: ebs is of web, backend and worker; a task may have efs"
    ]
