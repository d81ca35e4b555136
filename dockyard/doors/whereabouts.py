"""Who runs this, and where, for those who wait for it."""

import getpass
import os
import platform
from collections.abc import Callable, Mapping

_RUNS: tuple[Callable[[Mapping[str, str]], str], ...] = (
    lambda v: f"{v['GITHUB_SERVER_URL']}/{v['GITHUB_REPOSITORY']}/actions/runs/{v['GITHUB_RUN_ID']}",
    lambda v: v["CI_JOB_URL"],
    lambda v: v["BUILD_URL"],
    lambda v: v["CODEBUILD_BUILD_ID"],
)
"""How GitHub Actions, GitLab, Jenkins and CodeBuild name a run of a pipeline.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables
https://docs.gitlab.com/ci/variables/predefined_variables/
https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""


def whereabouts(variables: Mapping[str, str]) -> str:
    """`anna@laptop (process 4711)`, and the run of the pipeline where it is one."""
    run = next(filter(None, (_told(variables, one) for one in _RUNS)), "")
    return f"{_user()}@{platform.node()} (process {os.getpid()})" + (f", {run}" if run else "")


def _told(variables: Mapping[str, str], run: Callable[[Mapping[str, str]], str]) -> str:
    try:
        return run(variables)
    except KeyError:
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return str(os.getuid())
