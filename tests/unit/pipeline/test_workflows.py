"""The workflows that `dockyard pipeline init` writes."""

import re

import pytest
from ruamel.yaml import YAML

from dockyard.config import load_project
from dockyard.pipeline.workflows import ACTIONS, DEPLOY, PREVIEW, files

PROJECT = """
name: shop
environments: {staging: {region: eu-west-1}, eu-prod: {}, pr: {preview: {of: staging, trusted: true}}}
pipeline: {repository: acme/shop, setup: [make setup], check: [make lint, make test], smoke: ["./smoke $(dockyard url web)"]}
"""


@pytest.fixture
def made(tmp_path):
    def of(text=PROJECT):
        (tmp_path / "dockyard.yaml").write_text(text)
        project = load_project(tmp_path)
        return files(project, project.pipeline)

    return of


@pytest.fixture
def read(made):
    def of(path, text=PROJECT):
        return YAML(typ="safe").load(made(text)[path])

    return of


def jobs(workflow):
    """Name to what it runs after the set-up, in order."""
    found = {name: [step["run"].strip() for step in job["steps"] if "run" in step] for name, job in workflow["jobs"].items()}
    assert {commands.pop(0) for commands in found.values()} == {"make setup"}
    return found


def test_what_is_pushed_is_checked_built_once_and_goes_from_one_environment_to_the_next(read):
    deploy = read(DEPLOY)
    after = ["dockyard pipeline note before.json"]
    smoke = ["./smoke $(dockyard url web)", "dockyard pipeline restore before.json"]
    assert jobs(deploy) == {
        "check": ["dockyard tags", "make lint\nmake test"],
        "build": [
            "dockyard push --assembly assembly --sbom --json > images.json",
            "tar --create --gzip --file assembly.tar.gz assembly images.json",
        ],
        "deploy-staging": [
            "dockyard pipeline current",
            *after,
            "tar --extract --gzip --file assembly.tar.gz",
            "dockyard deploy --assembly assembly --json > deployed.json",
            *smoke,
        ],
        "deploy-eu-prod": [*after, "dockyard promote --from staging --to eu-prod --yes --json > deployed.json", *smoke],
    }
    assert [job.get("needs") for job in deploy["jobs"].values()] == [None, "check", "build", "deploy-staging"]
    assert deploy["on"] == {"push": {"branches": ["main"]}}


def test_a_deploy_waits_for_the_one_before_and_is_never_cancelled(read):
    for path in (DEPLOY, PREVIEW):
        for name, job in read(path)["jobs"].items():
            changes = "deploy" in name or name in ("build", "preview", "close", "clean")
            assert job["concurrency"]["cancel-in-progress"] is not changes, name
    found = read(DEPLOY)["jobs"]
    assert [found[f"deploy-{one}"]["concurrency"]["group"] for one in ("staging", "eu-prod")] == [
        "deploy-staging",
        "deploy-eu-prod",
    ]
    previews = read(PREVIEW)["jobs"]
    assert previews["preview"]["concurrency"] == previews["close"]["concurrency"]


def test_each_job_has_its_own_role_and_no_more_permissions_than_it_needs(read):
    workflows = [read(DEPLOY), read(PREVIEW)]
    assert [workflow["permissions"] for workflow in workflows] == [{}, {}]
    permissions = {name: job["permissions"] for workflow in workflows for name, job in workflow["jobs"].items()}
    reads, role, comments = {"contents": "read"}, {"id-token": "write"}, {"pull-requests": "write"}
    assert permissions == {
        "check": reads, "build": reads | role, "deploy-staging": reads | role, "deploy-eu-prod": reads | role,
        "plan": reads | role | comments, "preview": reads | role | comments, "close": reads | role | comments, "clean": reads | role,
    }  # fmt: skip
    steps = {
        name: {step["name"]: step.get("with") for step in job["steps"]} for one in workflows for name, job in one["jobs"].items()
    }
    taken = {name: found["Take on the role"] for name, found in steps.items() if "Take on the role" in found}
    roles = {name: {"role": found["role-to-assume"], "region": found["aws-region"]} for name, found in taken.items()}
    assert taken.keys() == {name for name, granted in permissions.items() if "id-token" in granted}
    assert {found["role-duration-seconds"] for found in taken.values()} == {3600}
    assert roles["deploy-eu-prod"] == {"role": "${{ vars.DOCKYARD_ROLE_EU_PROD }}", "region": "${{ vars.AWS_REGION }}"}
    assert roles["plan"] == {"role": "${{ vars.DOCKYARD_PLAN_ROLE }}", "region": "eu-west-1"}
    assert (
        roles["preview"]
        == roles["close"]
        == roles["clean"]
        == {"role": "${{ vars.DOCKYARD_PREVIEW_ROLE }}", "region": "eu-west-1"}
    )
    environments = {name: job.get("environment") for name, job in workflows[0]["jobs"].items()}
    assert environments == {"check": None, "build": "staging", "deploy-staging": "staging", "deploy-eu-prod": "eu-prod"}


def test_jobs_with_a_role_are_left_out_for_forks_and_until_there_is_a_role(read):
    for path in (DEPLOY, PREVIEW):
        for name, job in read(path)["jobs"].items():
            if "id-token" in job["permissions"]:
                assert "vars.DOCKYARD_" in job["if"], name
                if path == PREVIEW and name != "clean":
                    assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"], name


def test_what_a_preview_builds_has_an_sbom_as_well_since_it_is_found_by_its_sources_and_not_built_again(read):
    commands = [command for path in (DEPLOY, PREVIEW) for found in jobs(read(path)).values() for command in found]
    assert {command for command in commands if "--sbom" in command} == {
        "dockyard push --assembly assembly --sbom --json > images.json", "dockyard deploy --sbom --json > deployed.json",
    }  # fmt: skip
    without = PROJECT.replace("{repository", "{sbom: false, repository")
    assert "--sbom" not in str([read(path, without) for path in (DEPLOY, PREVIEW)])


def test_without_previews_none_are_made(read):
    preview = read(PREVIEW, PROJECT.replace(", pr: {preview: {of: staging, trusted: true}}", ""))
    assert list(preview["jobs"]) == ["check", "plan"]
    assert preview["on"] == {"pull_request": {"types": ["opened", "reopened", "synchronize"]}}


def test_actions_are_those_of_the_table_by_commit(made):
    used = {name for text in made().values() for name in re.findall(r"uses: ([^\s]+@.*)", text)}
    assert used == {f"{name}@{commit} # {version}" for name, (commit, version) in ACTIONS.items()}


def test_nothing_of_an_event_comes_into_a_command(made):
    for text in made().values():
        for command in re.findall(r"run: (?:\|\n((?: {8,}.*\n)+)|(.*)\n)", text):
            assert "${{" not in "".join(command)


def test_each_job_installs_with_caches(read):
    for path in (DEPLOY, PREVIEW):
        for job in read(path)["jobs"].values():
            steps = {step["name"]: step.get("with") for step in job["steps"]}
            assert list(steps)[:4] == ["Check out", "Set up Python", "Restore caches of pip, npm and jsii", "Install"]
            assert steps["Check out"] == {"persist-credentials": False}
            assert steps["Restore caches of pip, npm and jsii"]["path"].split() == ["~/.cache/pip", "~/.npm", "~/.cache/aws/jsii"]


BADLY = "(failure() || cancelled()) && steps.before.outcome == 'success'"


def test_a_role_is_taken_on_again_where_the_deploy_may_have_outlived_it(read):
    for name in ("staging", "eu-prod"):
        steps = read(DEPLOY, PROJECT.replace("{repository", "{session: 90, repository"))["jobs"][f"deploy-{name}"]["steps"]
        by_name = {step["name"]: step for step in steps}
        order = list(by_name)
        after = order[next(index for index, one in enumerate(order) if one.startswith("Deploy what")) + 1 :][:4]
        assert after == ["Take on the role for the smoke test", "Smoke test", "Take on the role to go back", "Go back"]
        assert [by_name[one].get("if") for one in after] == [None, None, BADLY, BADLY]
        taken = [step["with"] for one, step in by_name.items() if one.startswith("Take on")]
        assert taken == [taken[0]] * 3
        assert taken[0]["role-duration-seconds"] == 90 * 60


def test_a_deploy_ends_with_its_session_so_that_the_job_has_time_to_go_back(read):
    for text, minutes in ((PROJECT, 60), (PROJECT.replace("{repository", "{session: 240, repository"), 240)):
        job = read(DEPLOY, text)["jobs"]["deploy-eu-prod"]
        limits = {step["name"]: step["timeout-minutes"] for step in job["steps"] if "timeout-minutes" in step}
        assert limits == {"Deploy what staging runs": minutes, "Smoke test": 30}
        assert job["timeout-minutes"] == minutes + 120


def test_a_preview_is_deployed_only_while_its_pull_request_is_open(read):
    runs = jobs(read(PREVIEW))["preview"]
    assert runs[:2] == ["dockyard pipeline current", "dockyard deploy --sbom --json > deployed.json"]


def test_the_nightly_job_runs_where_its_role_lets_it_in(read):
    clean = read(PREVIEW, PROJECT.replace("{repository", "{branch: release/1.x, repository"))["jobs"]["clean"]
    assert "github.ref == 'refs/heads/release/1.x'" in clean["if"]


def test_a_job_that_is_run_again_replaces_its_artifacts_and_no_receipt_fails_a_deploy(read):
    found = [step for job in read(DEPLOY)["jobs"].values() for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    kept = {step["with"]["name"]: (step["with"]["overwrite"], step.get("continue-on-error", False)) for step in found}
    assert kept == {"assembly": (True, False), "receipt-staging": (True, True), "receipt-eu-prod": (True, True)}
