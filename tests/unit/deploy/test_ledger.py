"""What is kept of deploys in the account."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dockyard.config import Build
from dockyard.config.image import Image
from dockyard.deploy import ledger
from dockyard.deploy.ledger import KEPT, Ledger, entries, fault_of
from dockyard.progress import Silent
from tests.unit.deploy.bucket import Bucket

ORIGIN = {"web": {"environment": "staging"}}


class Notes(Silent):
    def __init__(self):
        self.told = []

    def note(self, subject, text):
        self.told.append(f"{subject}: {text}")


@pytest.fixture
def site(tmp_path):
    bucket = Bucket()
    workshop = SimpleNamespace(git=None, environment={})
    project, environment = SimpleNamespace(root=Path(tmp_path), name="shop"), SimpleNamespace(name="prod", shared="prod")
    return SimpleNamespace(aws=bucket, reading=bucket, project=project, environment=environment, workshop=workshop)


def deploy(site, fault=None, progress=None, back=()):
    with Ledger(site, progress or Silent(), 0.0, {"web": "1"}, ORIGIN, back) as one:
        one.progress.update("synth", "")
        one.progress.done("synth", "")
        if fault:
            raise fault


def test_a_deploy_is_kept_with_who_made_it_and_its_steps(site):
    deploy(site)
    (found,) = entries(site)
    assert (found.made.actor, found.made.by, found.images, found.promoted) == ("alice", Bucket.caller, {"web": "1"}, ORIGIN)
    assert (list(found.steps), found.fault) == (["synth"], "")
    assert list(site.aws.content) == [("cdk-hnb659fds-assets-111111111111-eu-west-1", "dockyard/deploys/shop-prod.jsonl")]


def test_new_files_are_looked_for_where_images_are_built_from(site, tmp_path):
    asked = []
    site.workshop.git = SimpleNamespace(revision=lambda *arguments: asked.append(arguments))
    site.project.service_folder = lambda name: tmp_path / "services" / name
    built = SimpleNamespace(image=Image(build=Build(context="src")))
    site.environment.images = {"web": built, "theirs": SimpleNamespace(image=Image.model_validate({"from": "nginx:1"}))}
    deploy(site)
    assert asked == [(tmp_path, [(tmp_path / "services" / "web" / "src").resolve()])]


def test_what_a_rollback_took_back_is_kept(site):
    deploy(site)
    deploy(site, back=["web"])
    assert [one.back for one in entries(site)] == [(), ("web",)]


def test_one_that_failed_is_kept_with_the_reason_and_one_that_is_interrupted_is_not(site):
    for fault in (ValueError("no\nmore of it"), KeyboardInterrupt()):
        with pytest.raises(type(fault)):
            deploy(site, fault)
    assert [one.fault for one in entries(site)] == ["no"]


def test_each_stack_that_failed_is_kept_with_why_and_with_its_time(site):
    fault = "shop-prod-web: its smoke test failed: GET /up: 500\n  | a line: of the app\nshop-prod-web was not deployed: x\nshop-prod-api: y"
    with pytest.raises(ValueError), Ledger(site, Silent(), 0.0, {"web": "1"}, {}) as one:
        one.progress.update("shop-prod-web", "")
        raise ValueError(fault)
    (found,) = entries(site)
    assert found.faults == {"shop-prod-web": "its smoke test failed: GET /up: 500", "shop-prod-api": "y"}
    assert list(found.steps) == ["shop-prod-web"]
    during = found.made.at + timedelta(seconds=1)
    assert fault_of([found], "shop-prod-api", during) == "y"
    assert fault_of([found], "shop-prod-other", during) == fault_of([found], "shop-prod-api", during - timedelta(hours=1)) == ""


def test_of_a_stack_that_cloudformation_refused_the_first_reason_is_kept(site):
    told = (
        "shop-prod-web: was not deployed (ROLLBACK_COMPLETE)\n  Role (AWS::IAM::Role): exists already\n  Service: cancelled\n"
        "shop-prod-api: was not deployed (ROLLBACK_COMPLETE)\nshop-prod-db: the app died\nshop-prod-db: was not deployed (x)\n  no"
    )
    with pytest.raises(ValueError), Ledger(site, Silent(), 0.0, {"web": "1"}, {}):
        raise ValueError(told)
    assert entries(site)[0].faults == {
        "shop-prod-web": "Role (AWS::IAM::Role): exists already", "shop-prod-api": "was not deployed (ROLLBACK_COMPLETE)",
        "shop-prod-db": "the app died",
    }  # fmt: skip


def test_deploys_are_counted_also_past_those_that_are_kept_and_those_that_nobody_counted(site):
    place = ledger._place(site)
    deploy(site)
    site.aws.content[place] = site.aws.content[place].replace(b'"number":1', b'"number":0')
    for _ in range(KEPT + 1):
        deploy(site)
    assert [one.number for one in entries(site)] == list(range(2, KEPT + 2))


def test_only_the_last_ones_are_kept_and_what_is_damaged_is_passed_over(site):
    place = ledger._place(site)
    site.aws.content[place] = b"{\n" * KEPT
    deploy(site)
    deploy(site)
    assert len(site.aws.content[place].splitlines()) == KEPT
    assert len(entries(site)) == 2


def test_deploys_of_a_preview_are_not_those_of_the_environment_that_it_is_of(site):
    deploy(site)
    preview = SimpleNamespace(**{**vars(site), "environment": SimpleNamespace(name="pr-1", shared="prod")})
    assert entries(preview) == []
    deploy(preview)
    assert (len(entries(preview)), len(entries(site))) == (1, 1)


def test_a_bucket_that_may_not_be_written_fails_no_deploy(site):
    site.aws.refuses, notes = True, Notes()
    deploy(site, progress=notes)
    assert "history: it does not tell who made this deploy" in notes.told[0]
    with pytest.raises(ValueError, match="no"):
        deploy(site, ValueError("no"), notes)
    assert len(notes.told) == 1
