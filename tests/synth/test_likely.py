"""Of the sources of images a template has the tag alone: what a deploy takes for likely is what a synth writes."""

from types import SimpleNamespace

from dockyard.build import Bases
from dockyard.config import load_project
from dockyard.deploy.assembly import read_assembly
from dockyard.deploy.assembly_folder import Note
from dockyard.deploy.images import needed
from dockyard.deploy.likely import differing, likely_stacks
from tests.synth.projects import stacks

SERVICES = {
    "front": "kind: web\ndeploy: {strategy: canary, before: python migrate.py, smoke: [/up], approve: true}\n"
    "sidecars: {helper: {image: {build: {context: helper}}}}",
    "api": "kind: backend\nruns_on: ec2",
    "mail": "kind: worker\nlinks: {events: write}",
    "nightly": "kind: job\nschedule: rate(1 day)",
    "once": "kind: task\nimage: {build: {platforms: [linux/amd64, linux/arm64]}}",
}
PROJECT = "name: shop\nenvironments: {dev: {}}\ncluster: {ec2: {instance_types: [t3.small]}}\nresources: {events: {kind: topic}}"


def test_every_kind_of_service_has_the_tag_alone_of_its_source(tmp_path):
    files = {"dockyard.yaml": PROJECT, "services/front/helper/Dockerfile": "FROM scratch\nCOPY . ."}
    for name, text in SERVICES.items():
        files[f"services/{name}/service.yaml"] = text
        files[f"services/{name}/Dockerfile"] = "FROM scratch\nCOPY . ."
    stacks(tmp_path, files=files)
    site = SimpleNamespace(assembly=tmp_path / "cdk.out", aws=SimpleNamespace(account="111122223333", region="eu-west-1"))

    def images():
        project = load_project(tmp_path)
        return needed(project, project.environment(), Bases())

    before = images()
    Note.of("f", before).write(site.assembly)
    changed = {f"services/{name}/source": "other" for name in (*SERVICES, "front/helper")}
    for path, text in changed.items():
        (tmp_path / path).write_text(text)
    after = images()
    assert not {one.tag for one in before} & {one.tag for one in after}
    intent = SimpleNamespace(images=after, infrastructure="f", last=SimpleNamespace(infrastructure="f"))
    likely = likely_stacks(site, intent)
    stacks(tmp_path)
    found = read_assembly(site.assembly, partition="aws", account="111122223333", region="eu-west-1")
    assert {f"shop-dev-{name}" for name in SERVICES} < {one.name for one in found}
    assert differing(likely, found) == []
