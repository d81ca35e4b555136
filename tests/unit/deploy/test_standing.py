"""What a deploy left: when it still holds, and when the project is to be read."""

import json
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import EndpointConnectionError

from dockyard.deploy import looking, operations
from dockyard.deploy import still as asking
from dockyard.deploy.looking import folder_of, holds, is_settings, look, sees
from dockyard.deploy.standing import Standing, StandingImages, parts, pushed
from dockyard.deploy.still import still, still_there
from dockyard.deploy.variables import variables_in

CHANGED = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name in (
        "dockyard.yaml",
        "stacks/a.py",
        "services/web/main.py",
        ".git/HEAD",
        "node_modules/x/y",
        "env/pyvenv.cfg",
        "env/lib",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, ns=(1, 1))
    for name in ("AWS_CONFIG_FILE", "DOCKYARD_STAND_INS", "DOCKYARD_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(looking, "RACY_NS", 10**8)
    time.sleep(0.12)
    return tmp_path


@pytest.fixture
def account(monkeypatch):
    """What the account answers of each stack."""
    answers = {"shop-dev-web": ("111122223333", "eu-central-1", CHANGED), ("shop/web", "t"): "sha256:1"}

    class Aws:
        account = "111122223333"

        def __init__(self, region):
            assert region == "eu-central-1"

        def assuming(self, role):
            assert role == "arn:lookup"
            return SimpleNamespace(cloudformation=None, ecr=None, image_digest=lambda *image: answers.get(image))

    def describe(_, name):
        if isinstance(answers[name], Exception):
            raise answers[name]
        owner, region, changed = answers[name]
        return {
            "StackId": f"arn:aws:cloudformation:{region}:{owner}:stack/{name}/1", "StackStatus": "UPDATE_COMPLETE",
            "CreationTime": changed,
        }  # fmt: skip

    monkeypatch.setattr(asking, "Aws", Aws)
    monkeypatch.setattr(operations, "describe", describe)
    return answers


def left(root, environment=None):
    """As a deploy leaves it."""
    made = Standing(
        look(root).digest(), "shop to dev", "111122223333", "eu-central-1", "arn:lookup",
        {"shop-dev-web": f"{CHANGED.isoformat()} UPDATE_COMPLETE"}, [["web", "has no health check"]], [], {"addresses": {}},
        variables_in([b'getenv("STAGE")']), [{"repository": "shop/web", "tag": "t", "digest": "sha256:1"}],
    )  # fmt: skip
    made.write(root, environment)
    return made


def test_it_stands_while_nothing_is_another(root, account):
    made = left(root)
    assert still(root, None, look(root)) == made
    assert still(root, "dev", look(root)) is None  # it was not asked for by that name
    left(root, "dev")
    assert still(root, "dev", look(root)) == made


CHANGES = {
    "a source": lambda root, _: (root / "services/web/main.py").write_text("other"),
    "what was compiled within a service": lambda root, _: (root / "services/web/__pycache__").mkdir(),
    "the configuration": lambda root, _: (root / "dockyard.yaml").write_text("other"),
    "a stack": lambda root, _: (root / "stacks/a.py").write_text("other"),
    "a variable": lambda _, patch: patch.setenv("DOCKYARD_JOBS", "3"),
    "a variable that app.py reads": lambda _, patch: patch.setenv("STAGE", "prod"),
    "a name that is no UTF-8": lambda root, _: os.close(os.open(os.fsencode(root) + b"/caf\xe9", os.O_CREAT)),
    "a region": lambda _, patch: patch.setenv("AWS_REGION", "eu-west-1"),
    "a path of modules": lambda root, patch: patch.syspath_prepend(root),
    "the list of stand-ins": lambda root, _: (root / ".dockyard/s.json").write_text("{}"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_project_is_read_where_something_is_another(root, account, monkeypatch, change):
    monkeypatch.setenv("DOCKYARD_STAND_INS", str(root / ".dockyard/s.json"))
    (root / ".dockyard").mkdir()
    left(root)
    change(root, monkeypatch)
    time.sleep(0.12)
    assert still(root, None, look(root)) is None


@pytest.mark.parametrize("path", [".git/HEAD", "node_modules/x/y", "env/lib", "stacks/__pycache__/a.pyc"])
def test_what_makes_nothing_does_not_matter(root, account, path):
    left(root)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("other")
    assert still(root, None, look(root))


def test_credentials_do_not_matter_by_themselves(root, account, monkeypatch):
    left(root)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "another")
    assert still(root, None, look(root))


@pytest.mark.parametrize("answer", [
    ("444455556666", "eu-central-1", CHANGED), ("111122223333", "eu-west-1", CHANGED),
    ("111122223333", "eu-central-1", datetime(2026, 11, 2, tzinfo=UTC)), EndpointConnectionError(endpoint_url="http://gone"),
])  # fmt: skip
def test_the_account_has_the_last_word(root, account, answer):
    left(root)
    account["shop-dev-web"] = answer
    assert still(root, None, look(root)) is None


@pytest.mark.parametrize("digest", [None, "sha256:2"])
def test_images_that_went_from_ecr_are_brought_there_again(root, account, digest):
    left(root)
    account["shop/web", "t"] = digest
    assert still(root, None, look(root)) is None


def test_a_file_of_settings_below_the_home_is_seen(root, account, monkeypatch):
    monkeypatch.setenv("HOME", str(root))
    monkeypatch.setenv("AWS_CONFIG_FILE", "~/.aws-of-mine")
    left(root)
    (root / ".aws-of-mine").touch()
    time.sleep(0.12)
    assert still(root, None, look(root)) is None


def test_who_comes_from_another_account_is_not_told_of_this_one(root, account, monkeypatch):
    """Though it may let that one read."""
    left(root)
    monkeypatch.setattr(asking.Aws, "account", "444455556666")
    assert still(root, None, look(root)) is None


def test_without_credentials_the_project_is_read_and_that_is_told_then(root, monkeypatch):
    left(root)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(root / "none"))
    left(root)
    assert still(root, None, look(root)) is None


def test_a_service_that_is_a_link_is_not_seen_and_what_links_lead_to_else_is(root, account, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "b.py").touch()
    time.sleep(0.12)
    shutil.rmtree(root / "stacks")
    (root / "stacks").mkdir()
    (root / "stacks/common").symlink_to(elsewhere)
    (root / "stacks/again").symlink_to(root)  # it ends
    time.sleep(0.12)
    left(root)
    assert still(root, None, look(root))
    (elsewhere / "b.py").write_text("other")
    time.sleep(0.12)
    assert still(root, None, look(root)) is None
    (root / "services/api").symlink_to(elsewhere)
    assert look(root) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"seen": 1, "more": 2}'])
def test_a_damaged_file_stands_for_nothing(root, account, content):
    left(root)
    (root / ".dockyard/standing/deploys/.json").write_text(content)
    assert still(root, None, look(root)) is None


def test_a_file_that_was_changed_a_moment_ago_could_be_again(root):
    before = look(root)
    (root / "services/web/main.py").write_text("other")
    seen = look(root)
    assert (before.settled, seen.settled, seen.is_settled(seen.rest)) == (True, False, True)


def test_a_project_of_too_many_files_is_read(root, monkeypatch):
    monkeypatch.setattr(looking, "_MOST", 5)
    assert look(root) is None


def test_no_name_leads_out_of_the_folder(root, account):
    left(root, "../../x")
    assert not list(root.rglob("x.json"))
    assert still(root, "../../x", look(root)) is None


def test_a_file_is_seen_where_it_is_looked_for(root):
    files = {".env": True, "config/dev.env": True, ".git/HEAD": False, "node_modules/a": False, "env/lib": False, "../x": False}
    assert {name: sees(root, root / name) for name in files} == files
    assert [holds(root, root / name) for name in ("services/web", ".", "web", "services/../web")] == [True, False, False, False]


def test_a_note_is_json(root):
    left(root)
    assert json.loads(Path(root / ".dockyard/standing/deploys/.json").read_text())["where"] == "shop to dev"


def test_each_folder_of_services_is_seen_by_itself_but_for_what_is_configuration(root):
    def seen():
        found = look(root)
        return found.rest.digest(), {name: one.digest() for name, one in found.folders.items()}

    rest, folders = seen()
    (root / "services/web/main.py").write_text("other")
    assert (seen()[0], seen()[1] == folders) == (rest, False)
    (root / "services/web/service.yaml").write_text("kind: web")
    assert seen()[0] != rest
    rest, folders = seen()
    (root / "services/api").mkdir()
    assert (seen()[0] != rest, list(seen()[1])) == (True, ["api", "web"])
    found = [folder_of(root, root / path) for path in ("services/web", "services/web/a/b", "services", "stacks")]
    assert found == ["web", "web", None, None]
    settings = [
        is_settings(root, root / path) for path in ("services/web/service.yaml", "services/web/a/service.yaml", "web.yaml")
    ]
    assert settings == [True, False, False]


IMAGE = {"service": "web", "repository": "shop/web", "tag": "1f", "digest": "sha256:a"}


def left_by_push(root, environment, **more):
    made = StandingImages(
        **parts(look(root)), account="111122223333", region="eu-central-1", role="arn:lookup", publishing_role="arn:publish",
        registry="", keeps_indexes=False, cautions=[["web", "is large"]], images=[IMAGE], **more,
    )  # fmt: skip
    made.write(root, environment)
    return made


@pytest.mark.parametrize(("digest", "stands"), [("sha256:a", True), ("sha256:b", False), (None, False)])
def test_a_push_stands_while_ecr_has_its_images(root, account, digest, stands):
    account["shop/web", "1f"] = digest
    made = left_by_push(root, "dev")
    assert pushed(root, "dev") == made
    assert (look(root).is_still(made.seen), still_there(made)) == (True, stands)
    assert pushed(root, None) is None
    assert still(root, "dev", look(root)) is None  # a deploy is more than a push


def test_a_push_does_not_stand_where_a_source_is_another(root, account):
    made = left_by_push(root, None)
    assert look(root).is_still(made.seen)
    (root / "services/web/main.py").write_text("other")
    time.sleep(0.12)
    assert not look(root).is_still(made.seen)
