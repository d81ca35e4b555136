"""What is told to stay where a whole environment is destroyed."""

from datetime import UTC, datetime
from types import SimpleNamespace

from botocore.exceptions import ClientError

from dockyard.cli.destroy import _cut_off, stays

PARAMETER = {
    "Name": "/demo/dev/notes/KEY",
    "Type": "SecureString",
    "Version": 1,
    "LastModifiedDate": datetime(2026, 1, 1, tzinfo=UTC),
}


def session(parameters=(), repositories=(), name="dev", shared="dev"):
    reading = SimpleNamespace(
        secrets=SimpleNamespace(below=lambda path: [one for one in parameters if one["Name"].startswith(f"{path}/")]),
        repositories=lambda _: dict.fromkeys(repositories),
    )
    images = SimpleNamespace(images={"notes": None})
    project = SimpleNamespace(name="demo", environments={"dev": images})
    site = SimpleNamespace(project=project, reading=reading)
    return SimpleNamespace(project=project, environment=SimpleNamespace(name=name, shared=shared), aws=None, site=site)


def test_secrets_and_images_stay_and_what_removes_them_is_told():
    assert stays(session([PARAMETER], ["demo/notes"])) == [
        "secrets /demo/dev/notes/KEY (dockyard secrets rm)",
        "images in ECR (dockyard destroy --registry)",
    ]
    assert stays(session()) == []


def test_secrets_of_a_preview_are_those_of_its_environment():
    assert stays(session([PARAMETER], name="pr-1", shared="dev")) == []


def test_who_may_not_look_is_told_nothing():
    def refused(_):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeParameters")

    found = session()
    found.site.reading.secrets.below = refused
    assert stays(found) == []


def test_who_calls_a_service_that_goes_is_told():
    services = {
        "shop": SimpleNamespace(calls=("api", "stock")), "front": SimpleNamespace(calls=("api",)), "api": SimpleNamespace(calls=()),
        "night": SimpleNamespace(),
    }  # fmt: skip
    assert list(_cut_off(services, ["api", "front"])) == [("shop", "calls api, and finds nobody there from then on")]
    assert list(_cut_off(services, [])) == []
