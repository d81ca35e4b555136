"""The `pipeline` part of dockyard.yaml."""

import pytest

PROJECT = "name: shop\nenvironments: {staging: {}, eu-prod: {}, pr: {preview: {of: staging, trusted: true}}}\npipeline: "


def pipeline(files, lines):
    files.write("dockyard.yaml", PROJECT + lines)
    return files


def test_it_deploys_to_all_lasting_environments_in_their_order_from_main(files):
    project = pipeline(files, "{repository: acme/shop}").load()
    assert project.pipeline_environments == ["staging", "eu-prod"]
    assert (project.pipeline.ref, project.pipeline.session, project.pipeline.check) == ("refs/heads/main", 60, [])
    assert (project.pipeline.subject, project.pipeline.repository_name) == ("repo:acme/shop", "acme/shop")


def test_a_repository_may_be_named_with_its_ids(files):
    found = pipeline(files, "{repository: acme@12/shop@345, environments: [eu-prod], branch: release/1.x}").load()
    assert (found.pipeline.subject, found.pipeline.repository_name) == ("repo:acme@12/shop@345", "acme/shop")
    assert (found.pipeline_environments, found.pipeline.ref) == (["eu-prod"], "refs/heads/release/1.x")


REPOSITORY = "pipeline.repository: should be OWNER/NAME as GitHub has it, or OWNER@ID/NAME@ID where its tokens name it so, got "


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("{}", "pipeline.repository: is required: "),
        ("{repository: shop}", f'{REPOSITORY}"shop"'),
        ("{repository: acme/*}", f'{REPOSITORY}"acme/*"'),
        ("{repository: 'acme@1/shop'}", f'{REPOSITORY}"acme@1/shop"'),
        ("{repository: https://github.com/acme/shop}", f'{REPOSITORY}"https://github.com/acme/shop"'),
        ("{repository: a/b, branch: refs/heads/main}",
         'pipeline.branch: should be a branch\'s name, without refs/heads/, got "refs/heads/main"'),
        ("{repository: a/b, branch: '*'}", 'pipeline.branch: should be a branch\'s name, without refs/heads/, got "*"'),
        ("{repository: a/b, environments: [prod]}", 'pipeline.environments[0]: should be staging or eu-prod, got "prod"'),
        ("{repository: a/b, environments: [staging, pr]}", 'pipeline.environments[1]: should be staging or eu-prod, got "pr"'),
        ("{repository: a/b, environments: [staging, staging]}",
         "pipeline.environments[1]: staging is there already: each is deployed to once"),
        ("{repository: a/b, session: 15}", "pipeline.session: should be 60 to 720 (minutes), got 15"),
        ("{repository: a/b, provider: github}", "pipeline.provider: should be the ARN "
         'arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com, got "github"'),
        ("{repository: a/b, runner: '${{ x }}'}",
         'pipeline.runner: should be the label of a runner such as ubuntu-24.04, got "${{ x }}"'),
        ('{repository: a/b, check: ["a\\nb"]}', "pipeline.check[0]: should be a command of one line, "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(files, lines, text):
    (found,) = pipeline(files, lines).problems()
    assert found == f"dockyard.yaml: {text}" if not text.endswith(" ") else found.startswith(f"dockyard.yaml: {text}")


TWO = """
name: shop
environments:
  staging: {account: '111111111111', region: eu-west-1}
  prod: {account: '222222222222', region: eu-west-1}
  pr: {preview: {of: staging, trusted: true}}
pipeline: {repository: acme/shop}
"""


def told(files, text):
    files.write("dockyard.yaml", text)
    return files.problems()


def test_each_environment_has_its_region_where_there_is_more_than_one_account(files):
    files.write("dockyard.yaml", TWO)
    files.load()
    without = TWO.replace("222222222222', region: eu-west-1", "222222222222'")
    needed = "region: is needed, as the pipeline deploys to more than one account"
    assert told(files, without) == [f"dockyard.yaml: environments.prod.{needed}"]
    files.write("dockyard.yaml", without.replace("acme/shop", "acme/shop, environments: [staging]"))
    files.load()


UNTRUSTED = (
    "dockyard.yaml: environments.pr.preview: whoever may push a branch could change what is promoted from staging to prod, "
)


@pytest.mark.parametrize("of", ["staging", "other"])
def test_previews_in_an_account_that_is_promoted_from_are_to_be_trusted(files, of):
    other = "  other: {account: '111111111111', region: us-east-1}\n  pr:"
    (found,) = told(files, TWO.replace("  pr:", other).replace("staging, trusted: true", of))
    assert found.startswith(UNTRUSTED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("of: staging,", "of: prod,"),
        ("acme/shop}", "acme/shop, environments: [staging]}"),
        ("pipeline: {repository: acme/shop}", ""),
    ],
    ids=["of the last", "nothing is promoted", "no pipeline"],
)
def test_others_are_as_they_are(files, before, after):
    text = TWO.replace(before, after).replace(", trusted: true", "")
    assert before not in text
    files.write("dockyard.yaml", text)
    files.load()
