"""Workflows on this machine: act runs them, with stand-ins for the actions of others, against the local AWS of a site."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from dockyard.pipeline.workflows import ACTIONS
from tests.github import TOKEN, GitHubApi
from tests.integration.support import Site, environment

REPOSITORY = "acme/shop"
ENVIRONMENTS = """
  dev: {}
  prod: {}
  pr: {preview: {of: dev, domain: preview.example.com, trusted: true}}
""".removeprefix("\n")
PIPELINE = """
pipeline:
  repository: acme/shop
  setup: ['true']
  sbom: false
  smoke: ['test "$(curl --silent --fail "$(dockyard url hello-python)" | jq -r .version)" != bad']
"""
"""What the site's dockyard.yaml has in place of its own."""
ROLES = ("DOCKYARD_ROLE_DEV", "DOCKYARD_ROLE_PROD", "DOCKYARD_PLAN_ROLE", "DOCKYARD_PREVIEW_ROLE")
"""Variables with the roles that jobs take on; one without is left out."""


def _action(run: str, inputs: tuple[str, ...] = (), outputs: dict[str, str] | None = None) -> dict:
    """A composite action of one step, which has its inputs as variables."""
    given = {f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in inputs}
    return {
        "name": "stand-in",
        "inputs": {name: {"default": ""} for name in inputs},
        "outputs": {name: {"value": value} for name, value in (outputs or {}).items()},
        "runs": {"using": "composite", "steps": [{"id": "it", "shell": "bash", "env": given, "run": run}]},
    }


class Repository:
    """A copy of a site's project with workflows, of which act runs one for an event."""

    def __init__(self, site: Site, folder: Path, api: GitHubApi) -> None:
        self.site, self.root, self.api = site, folder / "project", api
        self._tools = folder / "tools"
        ignored = shutil.ignore_patterns(".dockyard", "__pycache__", ".git")
        shutil.copytree(site.root, self.root, ignore=ignored)
        file = self.root / "dockyard.yaml"
        before = file.read_text().partition("pipeline:")[0]
        file.write_text(before.replace("  dev: {}\n", ENVIRONMENTS) + PIPELINE)
        self.dockyard("pipeline", "init")
        for name in ACTIONS:
            self._stand_in(name)
        self._git("init", "--quiet", "--initial-branch", "main")
        self._git("remote", "add", "origin", f"https://github.com/{REPOSITORY}.git")
        self.commit()

    def dockyard(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            ["dockyard", *arguments], cwd=self.root, env={**environment(), **self.site.account()}, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert ended.returncode == code, f"{arguments} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended

    def address(self, service: str) -> str:
        """Where it answers."""
        return self.dockyard("url", service).stdout.strip()

    def receipt(self, env: str) -> dict:
        """What the workflow has kept of a deploy."""
        return json.loads((self._tools / f"artifacts/receipt-{env}/deployed.json").read_text())

    def commit(self) -> None:
        self._git("add", "--all")
        self._git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "x")
        self.api.heads["main"] = self._git("rev-parse", "HEAD").strip()

    def version(self, name: str) -> None:
        """Commit a version of hello-python that says so."""
        file = self.root / "services/hello-python/main.py"
        file.write_text(re.sub(r'VERSION = "\w+"', f'VERSION = "{name}"', file.read_text()))
        self.commit()

    def roles(self) -> list[str]:
        """Roles that jobs have taken on, in order, each once."""
        noted = self._tools / "roles"
        return list(dict.fromkeys(noted.read_text().split())) if noted.exists() else []

    def push(self, code: int = 0) -> str:
        """What act prints of the workflow of a push."""
        return self._act("push", {"ref": "refs/heads/main"}, "deploy.yml", code)

    def pull_request(self, action: str, *, head: str = REPOSITORY, job: str | None = None, code: int = 0) -> str:
        """The same of pull request 7, from a branch of the repository `head`."""
        request = {"number": 7, "head": {"ref": "feature", "repo": {"full_name": head}}, "base": {"ref": "main"}}
        event = {"action": action, "number": 7, "pull_request": request}
        return self._act("pull_request", event, "preview.yml", code, *(["--job", job] if job else []))

    def _act(self, event: str, payload: dict, workflow: str, code: int, *more: str) -> str:
        (self._tools / "roles").unlink(missing_ok=True)
        file = self._tools / "event.json"
        file.write_text(json.dumps({**payload, "repository": {"full_name": REPOSITORY, "default_branch": "main"}}))
        stand_ins = [
            argument
            for name, (commit, _) in ACTIONS.items()
            for argument in ("--local-repository", f"{name}@{commit}={self._tools / name.replace('/', '-')}")
        ]
        variables = [argument for name in ROLES for argument in ("--var", f"{name}=arn:aws:iam::000000000000:role/{name}")]
        ended = subprocess.run(
            [
                "act", event, "--workflows", f".github/workflows/{workflow}", "--eventpath", str(file), "--no-skip-checkout",
                "--platform", "ubuntu-24.04=-self-hosted", "--var", "AWS_REGION=us-east-1", *variables, *stand_ins,
                "--secret", f"GITHUB_TOKEN={TOKEN}", "--env", f"GITHUB_API_URL={self.api.address}", *more,
            ],
            cwd=self.root, env={**environment(), "XDG_CACHE_HOME": str(self._tools / "cache")}, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        assert ended.returncode == code, f"act {event} ended with {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def _stand_in(self, name: str) -> None:
        kept = self._tools / "artifacts"
        made = {
            "actions/checkout": _action(
                f'git init --quiet . && git fetch --quiet "{self.root}" HEAD && git checkout --quiet FETCH_HEAD'
            ),
            "actions/upload-artifact": _action(
                f'mkdir -p "{kept}/$INPUT_NAME" && for one in $INPUT_PATH; do if [ -e "$one" ]; then cp -r "$one" "{kept}/$INPUT_NAME/"; fi; done',
                ("name", "path"),
            ),
            "actions/download-artifact": _action(f'cp -r "{kept}/$INPUT_NAME/." .', ("name",)),
            "aws-actions/configure-aws-credentials": _action(
                f'test -n "$INPUT_AWS_REGION" && echo "$INPUT_ROLE_TO_ASSUME" >> "{self._tools}/roles" && cat "{self._tools}/account" >> "$GITHUB_ENV"',
                ("role-to-assume", "aws-region"),
            ),
            "docker/setup-buildx-action": _action(
                'echo "name=default" >> "$GITHUB_OUTPUT"', (), {"name": "${{ steps.it.outputs.name }}"}
            ),
        }.get(name, _action("true"))
        folder = self._tools / name.replace("/", "-")
        folder.mkdir(parents=True)
        text = json.dumps(made)
        (folder / "action.yml").write_text(text)
        account = "".join(f"{key}={value}\n" for key, value in self.site.account().items())
        (self._tools / "account").write_text(account)

    def _git(self, *arguments: str) -> str:
        without = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        return subprocess.run(["git", *arguments], cwd=self.root, env=without, check=True, capture_output=True, text=True).stdout
