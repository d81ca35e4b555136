"""What `dockyard plan` tells of images."""

from types import SimpleNamespace

from dockyard.build import Bases
from dockyard.config import load_project
from dockyard.deploy import plan as module
from dockyard.progress import Silent

OLD = "0" * 20


def test_a_rollback_is_told_to_people_and_to_programs(tmp_path, monkeypatch):
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
    (tmp_path / "services/web").mkdir(parents=True)
    (tmp_path / "services/web/service.yaml").write_text("kind: web")
    (tmp_path / "services/web/Dockerfile").write_text("FROM scratch")
    project, notes = load_project(tmp_path), []
    (image,) = module.needed(project, project.environment(), Bases())
    (tmp_path / "dockyard.lock").write_text(f"pins: {{dev/web: {{tag: '{OLD}', instead_of: ['{image.tag}']}}}}")
    project = load_project(tmp_path)
    monkeypatch.setattr(module, "check_secrets", lambda *_: None)
    monkeypatch.setattr(module, "synthesized", lambda *_, **__: [])
    monkeypatch.setattr(module, "orphans", lambda _: [])
    progress = Silent()
    progress.note = lambda *told: notes.append(told)
    workshop = SimpleNamespace(bases=Bases(), docker=SimpleNamespace(answers=lambda: False), environment={})
    reading = SimpleNamespace(image_digest=lambda *_: "sha256:1")
    site = SimpleNamespace(
        project=project, environment=project.environment(), workshop=workshop, reading=reading, aws=None,
        inputs_file=tmp_path / "none", looked_at=None,
    )  # fmt: skip
    (planned,) = module.plan(site, progress).images
    (told,) = planned.cautions
    assert (planned.tag, planned.action, notes) == (OLD, module.Action.NONE, [("web", told)])
    assert told.startswith(f"stays rolled back to {OLD} until its sources change")
