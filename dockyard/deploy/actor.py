"""On whose behalf a deploy runs: a pipeline tells it by variables, a laptop by its credentials alone."""

from collections.abc import Mapping


def actor(variables: Mapping[str, str], caller: str) -> tuple[str, str]:
    """Who deploys, and the address or id of the run that acts for them: by the variables of GitHub, GitLab and CodeBuild, else by
    the credentials, and no run.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    https://docs.gitlab.com/ci/variables/predefined_variables/
    https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html

    :param caller: ARN of the credentials.
    """
    told = variables.get
    who = named(caller)
    if told("GITHUB_ACTIONS"):
        run = f"{told('GITHUB_SERVER_URL')}/{told('GITHUB_REPOSITORY')}/actions/runs/{told('GITHUB_RUN_ID')}"
        return told("GITHUB_TRIGGERING_ACTOR") or told("GITHUB_ACTOR") or who, run
    if told("GITLAB_CI"):
        return told("GITLAB_USER_LOGIN") or who, told("CI_PIPELINE_URL") or ""
    if build := told("CODEBUILD_BUILD_ID"):
        return told("CODEBUILD_INITIATOR") or who, build
    return who, ""


def named(arn: str) -> str:
    """What a user or a session of a role is called in its account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    return arn.split(":", 5)[-1].removeprefix("user/").removeprefix("assumed-role/")
