"""Templates against CloudFormation's schemas, and generated Dockerfiles against hadolint."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.synth.test_stacks import EVERYWHERE, synthesized

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize("app", ["app.py", "examples/library_only/app.py"])
def test_cfn_lint_finds_nothing(app, tmp_path):
    environment = {**os.environ, "CDK_OUTDIR": str(tmp_path), "CDK_VALIDATION": "false"}
    context = json.loads((ROOT / "cdk.json").read_text())["context"] if app == "app.py" else {}
    environment |= {
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "CDK_DEFAULT_REGION": "eu-west-1",
    }
    subprocess.run([sys.executable, str(ROOT / app)], cwd=ROOT, env=environment, check=True, timeout=120)
    _lint(tmp_path)


def test_cfn_lint_finds_nothing_in_any_way_to_run_a_container(tmp_path):
    synthesized(tmp_path, files=EVERYWHERE)
    _lint(tmp_path / "cdk.out")


def _lint(folder):
    templates = [str(path) for path in folder.glob("*.template.json")]
    assert templates
    linted = subprocess.run(
        [SCRIPTS / "cfn-lint", "--regions", "eu-west-1", "--", *templates],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("service", ["hello-python", "hello-node"])
def test_hadolint_finds_nothing_in_a_generated_dockerfile(service):
    printed = subprocess.run([SCRIPTS / "dockyard", "dockerfile", service], cwd=ROOT, capture_output=True, text=True, check=True)
    linted = subprocess.run([SCRIPTS / "hadolint", "-"], input=printed.stdout, capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")
