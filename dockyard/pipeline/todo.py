"""What people do by hand before a pipeline can run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dockyard.config import Pipeline, Project

QUALIFIER = "hnb659fds"
"""CDK's own."""
COPY = """[make setup, 'echo "$PWD/.venv/bin" >> "$GITHUB_PATH"']"""
"""What installs a Dockyard whose sources are in the project."""


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    what: str
    commands: tuple[str, ...] = ()


def steps(project: Project, pipeline: Pipeline, qualifier: str) -> Iterator[Step]:
    """In order: whoever approves comes before the roles, as a push deploys to every environment as soon as it has its role.

    :param qualifier: that of the bootstrap.
    """
    if after := project.pipeline_environments[1:]:
        yield Step(
            f"give {', '.join(after)} reviewers, at https://github.com/{pipeline.repository_name}/settings/environments: else "
            "each push goes there without an approval (private repositories need GitHub Enterprise for reviewers)"
        )
    own = "" if qualifier == QUALIFIER else f"--qualifier {qualifier}"
    for (account, region), readers in _places(project).items():
        where = f"account {account}" if account else "the account"
        told = f" so that {' and '.join(readers)} may read what is promoted from there" if readers else ", unless that is done"
        more = "; with the --toolkit-stack-name that it has" if own else ""
        trusted = f"--trust-for-lookup {','.join(readers)}" if readers else ""
        at = f"aws://{account}/{region}" if account and region else ""
        yield Step(
            f"bootstrap {where}{f' in {region}' if region else ''}{told}, as administrator{more}",
            (" ".join(filter(None, ("cdk bootstrap", trusted, own, at))),),
        )
    for name in _one_an_account(project):
        yield Step(
            f"make the roles of the account of {name}, as administrator, and tell GitHub their ARNs, as owner of the repository",
            (
                f"dockyard pipeline deploy --env {name}",
                f"dockyard pipeline variables --env {name} | gh variable set --env-file -",
            ),
        )
    yield Step(f"commit the workflows, and push to {pipeline.branch}: that is the first deploy")
    preview = project.previews.settings.preview if project.previews else None
    if preview and preview.domain and preview.of in project.pipeline_environments:
        value = f"/{project.name}/{preview.of}/platform/load-balancer-dns-name"
        yield Step(
            f"then lead *.{preview.domain} to the load balancer of {preview.of}, by a CNAME at whoever has that domain",
            (f"aws ssm get-parameter --query Parameter.Value --output text --name {value}",),
        )


def setup_cautions(pipeline: Pipeline, requirements: str | None, *, pinned: bool) -> Iterator[str]:
    """Where the usual commands would install no Dockyard or no CDK CLI.

    :param requirements: the text of requirements.txt.
    :param pinned: whether there is a package-lock.json.
    """
    if "setup" in pipeline.model_fields_set:
        return
    if not re.search(r"^dockyard(?![\w-])", requirements or "", re.MULTILINE):
        yield (
            "dockyard.yaml: pipeline.setup: jobs install what requirements.txt names, which is no dockyard: name it there, or "
            f"write how it is installed; in a copy of Dockyard's repository, setup: {COPY}"
        )
    elif re.search(r"^dockyard(?![\w-]).*@.*file:", requirements or "", re.MULTILINE):
        yield "requirements.txt: dockyard: jobs have not the place that it names; name a repository (git+https://…) or an index"
    if not pinned:
        yield "dockyard.yaml: pipeline.setup: jobs run npm ci, which wants a package-lock.json: npm install aws-cdk writes one"


def cautions(project: Project) -> Iterator[str]:
    """What dockyard.yaml says that no workflow will do."""
    stages, used = project.pipeline_environments, project.previews
    for name, one in project.environments.items():
        of = one.settings.preview.of if one.settings.preview else None
        if of and of not in stages:
            yield (
                f"dockyard.yaml: environments.{name}.preview.of: {of} is not in pipeline.environments, so pull requests get no "
                f"previews: add {of} there, or let previews be of {' or '.join(stages)}"
            )
        elif of and used and name != used.name:
            yield (
                f"dockyard.yaml: environments.{name}.preview: pull requests get those previews that are written first, which are "
                f"{used.name}: write {name} before, or deploy its previews by hand"
            )


def _places(project: Project) -> dict[tuple[str | None, str | None], list[str]]:
    """Account and region of each environment, to the other accounts that promote from there."""
    stages = [project.environments[name].settings for name in project.pipeline_environments]
    found: dict[tuple[str | None, str | None], list[str]] = {(one.account, one.region): [] for one in stages}
    for before, one in pairwise(stages):
        if before.account and one.account and before.account != one.account:
            found[before.account, before.region].append(one.account)
    return found


def _one_an_account(project: Project) -> list[str]:
    """The first environment of each account that the pipeline deploys to."""
    accounts = {project.environments[name].settings.account: name for name in reversed(project.pipeline_environments)}
    return list(reversed(accounts.values()))
