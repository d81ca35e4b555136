"""Comments on pull requests, with GitHub's API on loopback."""

import pytest

from dockyard.doors.github import LONGEST, GitHub
from dockyard.errors import DockyardError
from tests.github import TOKEN, GitHubApi


@pytest.fixture
def api():
    with GitHubApi() as made:
        yield made


def test_a_comment_is_made_once_and_then_replaced(api):
    github = GitHub(api.address, "acme/shop", TOKEN)
    address = github.comment(7, "<!-- plan -->", "first")
    assert github.comment(7, "<!-- plan -->", "second") == address
    github.comment(7, "<!-- preview -->", "another")
    github.comment(8, "<!-- plan -->", "elsewhere")
    assert api.texts(7) == ["<!-- plan -->\nsecond", "<!-- preview -->\nanother"]
    assert api.texts(8) == ["<!-- plan -->\nelsewhere"]


def test_it_is_found_behind_a_hundred_others_and_no_quotation_is_taken_for_it(api):
    for number in range(150):
        api.put(7, f"> <!-- plan -->\n{number}")
    github = GitHub(api.address, "acme/shop", TOKEN)
    github.comment(7, "<!-- plan -->", "first")
    github.comment(7, "<!-- plan -->", "second")
    assert (len(api.texts(7)), api.texts(7)[-1]) == (151, "<!-- plan -->\nsecond")


def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(api):
    theirs = api.put(7, "<!-- plan -->\nmine", "mallory")
    github = GitHub(api.address, "acme/shop", TOKEN)
    github.comment(7, "<!-- plan -->", "first")
    github.comment(7, "<!-- plan -->", "second")
    assert (theirs["body"], api.texts(7)[1:]) == ("<!-- plan -->\nmine", ["<!-- plan -->\nsecond"])


def test_a_long_text_is_cut_to_what_github_takes(api):
    GitHub(api.address, "acme/shop", TOKEN).comment(7, "<!-- plan -->", "x" * 100_000)
    assert len(api.texts(7)[0]) == LONGEST


def test_a_refusal_names_the_permission_and_not_the_token(api):
    with pytest.raises(DockyardError, match=r"issues/7/comments: GET: 403") as refused:
        GitHub(api.address, "acme/shop", "secret").comment(7, "<!-- plan -->", "x")
    assert refused.value.hint == "the job needs: permissions: {pull-requests: write}"
    assert "secret" not in str(refused.value) + repr(GitHub(api.address, "acme/shop", "secret"))


def test_nobody_there_is_told():
    with pytest.raises(DockyardError, match=r"http://127.0.0.1:9: connection refused"):
        GitHub("http://127.0.0.1:9", "acme/shop", TOKEN).comment(7, "<!-- plan -->", "x")
