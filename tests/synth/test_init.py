"""A project that `dockyard init` has begun is a CDK app that synthesizes."""

import json
import os
import subprocess
import sys

from dockyard import scaffold


def test_a_new_project_synthesizes(tmp_path):
    for name, text in scaffold.files("shop").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text)
    told = {
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        "CDK_VALIDATION": "false",
        "CDK_CONTEXT_JSON": json.dumps(json.loads((tmp_path / "cdk.json").read_text())["context"]),
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "CDK_DEFAULT_REGION": "eu-west-1",
    }
    subprocess.run([sys.executable, "app.py"], cwd=tmp_path, env={**os.environ, **told}, check=True, timeout=120)
    artifacts = json.loads((tmp_path / "cdk.out/manifest.json").read_text())["artifacts"]
    stacks = {name for name, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}
    assert stacks == {"shop-registry", "shop-dev-platform", "shop-dev-hello-python"}
