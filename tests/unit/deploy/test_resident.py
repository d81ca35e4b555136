"""A process that runs an app time and again; a plain script stands for the app."""

import json

import pytest

from dockyard.deploy import resident
from dockyard.deploy.resident import ResidentSynth
from dockyard.doors.process import Processes, end_all
from dockyard.errors import DeployError

APP = """
import json, os, pathlib, secrets
secrets.token_hex()  # Python's own, and no module of ours
print("this is no answer")
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(exist_ok=True)
os.environ["TIMES"] = str(int(os.environ.get("TIMES", 0)) + 1)
(out / "manifest.json").write_text(json.dumps([os.getpid(), os.environ["TIMES"], json.loads(os.environ["CDK_CONTEXT_JSON"])["env"]]))
if pathlib.Path("ends").exists():
    os._exit(1)
if pathlib.Path("bad").exists():
    raise SystemExit("services/web/service.yaml: bad")
"""


@pytest.fixture
def synth(tmp_path, monkeypatch):
    """One of this app, and what it wrote last."""
    (tmp_path / "cdk.json").write_text('{"app": "python app.py"}')
    (tmp_path / "app.py").write_text(APP)
    state = ["1"]
    monkeypatch.setattr(resident, "load_project", lambda _: None)
    monkeypatch.setattr(resident, "fingerprint", lambda *_: state[0])
    made, out = ResidentSynth(), tmp_path / "out"

    def run(*, validate=False):
        made(tmp_path, out, Processes(), environment="dev", account="1", region="r", validate=validate)
        return json.loads((out / "manifest.json").read_text())

    run.state, run.file = state, tmp_path / "bad"
    yield run
    made.end()


def test_one_process_answers_as_long_as_only_sources_change(synth):
    (process, first, environment), (same, second, _) = synth(), synth()
    assert (same, first, second, environment) == (process, "1", "2", "dev")
    synth.state[0] = "2"
    other, again, _ = synth()
    assert (other != process, again) == (True, "1")


def test_what_is_wrong_is_told_and_mended_without_a_new_process(synth):
    process, *_ = synth()
    synth.file.touch()
    with pytest.raises(
        DeployError, match=r"^failed to synthesize: python app.py:\nthis is no answer\nservices/web/service.yaml: bad$"
    ):
        synth()
    synth.file.unlink()
    assert synth()[0] == process


def test_a_process_that_ends_while_it_synthesizes_is_told_and_another_takes_its_place(synth):
    process, *_ = synth()
    ends = synth.file.with_name("ends")
    ends.touch()
    with pytest.raises(DeployError, match="the process that runs it has ended"):
        synth()
    ends.unlink()
    assert synth()[0] != process


def test_what_was_validated_once_needs_no_process_of_its_own(synth):
    alone, first, resident = (synth(validate=validate)[0] for validate in (True, True, False))
    assert (alone != first, first == resident) == (True, True)


def test_one_that_was_ended_with_the_builds_of_a_failed_deploy_is_followed_by_another(synth):
    process, *_ = synth()
    end_all()
    other, first, _ = synth()
    assert (other != process, first) == (True, "1")
