"""The `pipeline` part of dockyard.yaml: what GitHub Actions deploys, and who may."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import Field

from dockyard.config.model import EnvironmentName, Model, number, words
from dockyard.config.problems import Problem, one_of

Repository = Annotated[
    str,
    words(
        "OWNER/NAME as GitHub has it, or OWNER@ID/NAME@ID where its tokens name it so",
        r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}|[A-Za-z0-9-]{1,39}@\d+/[A-Za-z0-9._-]{1,100}@\d+",
    ),
]
Branch = Annotated[str, words("a branch's name, without refs/heads/", r"(?!refs/)[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")]
Command = Annotated[str, words("a command of one line", r"[^\r\n]+")]


class Pipeline(Model):
    """GitHub Actions: from a push to the last environment, by roles that nobody else can take on."""

    repository: Repository
    """The repository: `acme/shop`. GitHub names repositories that were made or renamed since July 2026 with their ids in the
    tokens that AWS checks: `acme@123456/shop@456789`."""
    branch: Branch = "main"
    """The branch whose pushes are deployed."""
    environments: list[EnvironmentName] = Field(default_factory=list)
    """Environments in the order of their deploys: the first gets what was built, each other what the one before it runs.
    Default: all but previews, in the order of `environments`. Each is an environment of the repository in GitHub, too, where
    an approval is asked for."""
    provider: (
        Annotated[
            str,
            words(
                "the ARN arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com",
                r"arn:aws:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
            ),
        ]
        | None
    ) = None
    """ARN of the account's identity provider for GitHub; an account has only one. Default: it is made."""
    session: Annotated[int, number(60, 720, "minutes")] = 60
    """How long a job may use its role at most, and a deploy may take with its approvals and canaries: then it goes back."""
    runner: Annotated[str, words("the label of a runner such as ubuntu-24.04", r"[A-Za-z0-9._-]+")] = "ubuntu-24.04"
    """Label of the machines that jobs run on. They need Docker."""
    setup: list[Command] = Field(
        default_factory=lambda: [
            'python -m venv .venv && echo "$PWD/.venv/bin" >> "$GITHUB_PATH"',
            ".venv/bin/python -m pip install --disable-pip-version-check --quiet -r requirements.txt",
            "npm ci --no-audit --no-fund",
        ],
        min_length=1,
    )
    """Commands that install Dockyard and the CDK CLI on such a machine."""
    sbom: bool = True
    """Whether a list of what is in it (SBOM) is attached to each image that is built. BuildKit runs a scanner for it, an image of
    Docker Hub; `false` where the runners cannot have that."""
    check: list[Command] = Field(default_factory=list)
    """Commands that must end well before anything is built: lint, types, tests. Default: none but what `dockyard tags` checks,
    which are the project's files."""
    smoke: list[Command] = Field(default_factory=list)
    """Commands that must end well after a deploy, else services go back to what ran before. `dockyard url SERVICE` prints an
    address there. Default: `dockyard pipeline smoke`: each address must answer with 2xx or 3xx."""

    @property
    def subject(self) -> str:
        """What the claim `sub` of each of the repository's tokens begins with.

        https://docs.github.com/en/actions/reference/security/oidc
        """
        return f"repo:{self.repository}"

    @property
    def repository_name(self) -> str:
        """OWNER/NAME, the claim `repository`."""
        return "/".join(part.partition("@")[0] for part in self.repository.split("/"))

    @property
    def ref(self) -> str:
        """The branch as the claim `ref` has it."""
        return f"refs/heads/{self.branch}"


PLAN_ROLE = "PlanRole"
"""The output of the pipeline's stack with the ARN of the role of pull requests."""
PREVIEW_ROLE = "PreviewRole"
"""The same of previews."""


def role_output(environment: str) -> str:
    """The same of an environment's role."""
    return "Role" + "".join(part.capitalize() for part in environment.split("-"))


def role_variables(environments: Iterable[str]) -> dict[str, str]:
    """Variables that the workflows read in GitHub to the outputs that they are."""
    of_environments = {f"DOCKYARD_ROLE_{name.upper().replace('-', '_')}": role_output(name) for name in environments}
    return {**of_environments, "DOCKYARD_PLAN_ROLE": PLAN_ROLE, "DOCKYARD_PREVIEW_ROLE": PREVIEW_ROLE}


def pipeline_problems(written: Any, lasting: list[str]) -> Iterator[Problem]:
    """What is wrong with the pipeline seen together with the environments of dockyard.yaml, without previews."""
    found = written.get("environments") if isinstance(written, dict) else None
    named = found if isinstance(found, list) else []
    for index, name in enumerate(named):
        at = ("pipeline", "environments", index)
        if name not in lasting:
            yield Problem(at, f'should be {one_of(lasting)}, got "{name}"')
        elif name in named[:index]:
            yield Problem(at, f"{name} is there already: each is deployed to once")
