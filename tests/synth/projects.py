"""Projects that are synthesized in tests of stacks."""

import json
import shutil
from pathlib import Path

import aws_cdk as cdk

from dockyard.build import Bases
from dockyard.config import load_project
from stacks import Application

ROOT = Path(__file__).parents[2]


def synthesized(folder, name=None, files=None):
    """Artifacts, and a function that reads a template, of the sample project with these files."""
    shutil.copytree(ROOT / "services", folder / "services", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "dockyard.yaml", folder)
    return stacks(folder, name, files or {})


def stacks(folder, name=None, files=None):
    """The same of a project of these files alone."""
    for path, text in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    project = load_project(folder)
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(outdir=str(folder / "cdk.out"), context=flags)
    Application(app, project, project.environment(name), Bases(project.lock.bases))
    app.synth()
    artifacts = json.loads((folder / "cdk.out/manifest.json").read_text())["artifacts"]
    return artifacts, lambda stack: json.loads((folder / f"cdk.out/{stack}.template.json").read_text())


def resources(template, type_name):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == f"AWS::{type_name}"]
