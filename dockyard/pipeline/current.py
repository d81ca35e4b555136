"""Whether what began a job is still so: jobs wait, and the world goes on."""

from collections.abc import Mapping

from dockyard.doors.github import GitHub
from dockyard.errors import DockyardError

_BRANCH = "refs/heads/"


def check_current(github: GitHub, variables: Mapping[str, str]) -> None:
    """Raise DockyardError where the pull request of a job is closed, or the branch of one of a push is at another commit.

    :param variables: of the job: PULL_REQUEST, else GITHUB_REF and GITHUB_SHA.
    """
    if number := variables.get("PULL_REQUEST"):
        if not github.is_open(int(number)):
            raise DockyardError(f"pull request {number} is closed: nothing would delete its preview")
        return
    branch, commit = variables["GITHUB_REF"].removeprefix(_BRANCH), variables["GITHUB_SHA"]
    if (head := github.head(branch)) != commit:
        raise DockyardError(
            f"{branch} is at {head[:7]}, and this job is of {commit[:7]}, which would go over it",
            hint="the run of that commit deploys it; to go back, push a commit that reverts, or run: dockyard rollback",
        )
