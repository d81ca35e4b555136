"""Templates against CloudFormation's schemas, and generated Dockerfiles against hadolint."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dockyard.config import load_project
from dockyard.pipeline.workflows import DEPLOY, PREVIEW, files
from tests.synth.projects import stacks, synthesized
from tests.synth.test_stacks import EVERYWHERE

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
    assert linted(tmp_path) == (0, "")


KINDS = {
    "web": "kind: web\nhttp: {path: /PATH}\ncalls: [api]",
    "api": "kind: backend\nhealth: {command: curl -f localhost:8080}",
    "mail": "kind: worker\ncalls: [api]\ntopics: [{name: orders, filter: {type: [created]}}]",
    "nightly": "kind: job\nschedule: cron(0 3 * * ? *)\ntime_zone: Europe/Berlin\nretries: 1",
    "migrate": "kind: task",
}


WAYS = {
    "fargate": "runs_on: fargate",
    "spot": "runs_on: {fargate: 1, fargate-spot: 3, base: 1}",
    "ec2": "runs_on: ec2",
    "awsvpc": "runs_on: ec2\nnetwork_mode: awsvpc",
    "managed": "runs_on: managed",
}
CONTAINER = """
command: serve
entry_point: [/init]
user: '1000'
stop_timeout: 60
restart: {ignored_exit_codes: [0], attempt_period: 60}
ulimits: {nofile: 65536}
writable: {/quick: 64}
exec: true
secrets: [TOKEN]
tracing: otel
memory: 1024
volumes:
  files: {path: /files, type: efs}
  old: {path: /old, type: efs, file_system: fs-01234567, access_point: fsap-01234567, security_group: sg-01234567, read_only: true}
  scratch: {path: /scratch}
depends_on: {cache: healthy}
sidecars:
  cache:
    image: {from: redis}
    port: 6379
    secrets: {A: {secretsmanager: shop/db, key: password}}
    health: {command: redis-cli ping}
    mounts: {scratch: {path: /scratch}}
"""


@pytest.mark.parametrize("container", ["", CONTAINER], ids=["all defaults", "all set"])
def test_cfn_lint_finds_nothing_in_any_kind_on_any_capacity(tmp_path, container):
    files = {"dockyard.yaml": "name: shop\nenvironments: {dev: {}}\ncluster: {managed: {}, ec2: {instance_types: [t3.small]}}"}
    for way, place in WAYS.items():
        for name, text in KINDS.items():
            own = text.replace("[api]", f"[api-{way}]").replace("PATH", way)
            files[f"services/{name}-{way}/service.yaml"] = f"{own}\n{place}\nimage: {{from: nginx}}\n{container}"
    stacks(tmp_path, files=files)
    assert linted(tmp_path / "cdk.out") == (0, "")


def test_cfn_lint_finds_nothing_in_any_way_to_run_a_container(tmp_path):
    synthesized(tmp_path, files=EVERYWHERE)
    assert linted(tmp_path / "cdk.out") == (0, "")


LINKED = {
    "web": "kind: web\nlinks: {orders: read, db: read-write, files: {kind: bucket, removal: delete}, own: {kind: database, min: 0}}",
    "api": "kind: backend\nruns_on: ec2\nlinks: {db: read-write, jobs: write, own: {kind: database, removal: keep}}",
    "mail": "kind: worker\nlinks: {jobs: read, events: write, log: {kind: table, partition_key: day number, sort_key: at}}",
    "nightly": "kind: job\nschedule: rate(1 day)\nlinks: {db: read-write, uploads: read, old: {kind: table, existing: legacy}}",
}


def test_cfn_lint_finds_nothing_in_what_services_are_linked_with(tmp_path):
    shared = "{orders: {kind: table}, jobs: {kind: queue}, uploads: {kind: bucket}, events: {kind: topic}, db: {kind: database}}"
    project = f"name: shop\nenvironments: {{dev: {{}}}}\ncluster: {{ec2: {{instance_types: [t3.small]}}}}\nresources: {shared}"
    files = {f"services/{name}/service.yaml": f"{text}\nimage: {{from: nginx}}" for name, text in LINKED.items()}
    stacks(tmp_path, files={"dockyard.yaml": project, **files})
    assert linted(tmp_path / "cdk.out") == (0, "")


def linted(folder):
    """The exit code of cfn-lint on the templates in a folder, and what it says."""
    templates = [str(path) for path in folder.glob("*.template.json")]
    assert templates
    ended = subprocess.run(
        [SCRIPTS / "cfn-lint", "--regions", "eu-west-1", "--", *templates],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return ended.returncode, ended.stdout


@pytest.mark.parametrize("service", ["hello-python", "hello-node"])
def test_hadolint_finds_nothing_in_a_generated_dockerfile(service):
    printed = subprocess.run([SCRIPTS / "dockyard", "dockerfile", service], cwd=ROOT, capture_output=True, text=True, check=True)
    linted = subprocess.run([SCRIPTS / "hadolint", "-"], input=printed.stdout, capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


WORKFLOWS = """
name: shop
environments: {staging: {region: eu-west-1}, production: {}, pr: {preview: {of: staging, trusted: true}}}
pipeline: {repository: acme/shop, check: [make lint, make test], smoke: ['curl --fail "$(dockyard url web)"'], session: 120}
"""


@pytest.fixture(params=["ours", "everything", "a fault"])
def workflows(request, tmp_path):
    """Workflows in a folder, and whether something is to be found in them."""
    if request.param == "ours":
        return ROOT, False
    (tmp_path / "dockyard.yaml").write_text(WORKFLOWS)
    subprocess.run([SCRIPTS / "dockyard", "pipeline", "init"], cwd=tmp_path, capture_output=True, check=True)
    if request.param == "a fault":
        file = tmp_path / PREVIEW
        file.write_text(file.read_text().replace("dockyard destroy --yes", "dockyard ${{ github.head_ref }}"))
    return tmp_path, request.param == "a fault"


def test_zizmor_finds_nothing_in_a_workflow(workflows):
    root, faulty = workflows
    told = subprocess.run(
        [SCRIPTS / "zizmor", "--offline", "--pedantic", "--quiet", "--no-progress", ".github"], cwd=root, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (told.returncode != 0, "template-injection" in told.stdout) == (faulty, faulty), told.stdout


def test_actionlint_finds_nothing_in_a_workflow(workflows):
    root, faulty = workflows
    told = subprocess.run(
        [SCRIPTS / "actionlint", "-no-color", DEPLOY, PREVIEW], cwd=root, capture_output=True, text=True, check=False
    )
    assert (told.returncode != 0, '"github.head_ref" is potentially untrusted' in told.stdout) == (faulty, faulty), told.stdout


def test_the_workflows_of_this_repository_are_those_that_it_writes():
    project = load_project(ROOT)
    assert {path: (ROOT / path).read_text() for path in (DEPLOY, PREVIEW)} == files(project, project.pipeline)
