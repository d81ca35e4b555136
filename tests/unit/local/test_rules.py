"""Which rule a request meets: by AWS's own examples where its pages give one."""

import pytest

from dockyard.local.balancer.rules import Request, meets, rewritten


def request(target="/", method="GET", host="example.com", client="10.0.0.1", **headers):
    path, _, query = target.partition("?")
    return Request(method, host, path, query, {name.replace("_", "-"): value for name, value in headers.items()}, client)


def path(*values):
    return {"Field": "path-pattern", "Values": list(values)}


@pytest.mark.parametrize(
    ("pattern", "sent", "met"),
    [
        ("/img/*", "/img/a.png", True),
        ("/img/*", "/img", False),
        ("/img/*/pics", "/img/a/b/pics", True),
        ("/a?c", "/abc", True),
        ("/a?c", "/ac", False),
        ("/API", "/api", False),
        ("/[ab]", "/a", False),
        ("/[ab]", "/[ab]", True),
        ("/a.c", "/abc", False),
    ],
)
def test_a_path_pattern_knows_stars_and_question_marks_and_nothing_else(pattern, sent, met):
    assert meets([path(pattern)], request(sent)) is met


def test_one_value_suffices_and_all_conditions_are_needed():
    host = {"Field": "host-header", "Values": ["*.example.com", "shop.test"]}
    assert meets([host, path("/a")], request("/a", host="www.EXAMPLE.com"))
    assert not meets([host, path("/a")], request("/b", host="shop.test"))
    assert not meets([host], request(host="example.com"))


def test_regular_expressions_are_looked_for_anywhere():
    assert meets([{"Field": "path-pattern", "Values": [], "RegexValues": ["^/v[0-9]+/"]}], request("/v12/x"))
    assert not meets([{"Field": "path-pattern", "Values": [], "RegexValues": ["^/v[0-9]+/"]}], request("/vx/x"))


def test_a_query_is_met_by_key_and_value_or_by_a_value_of_any_key():
    def query(**pair):
        return {"Field": "query-string", "Values": [], "QueryStringConfig": {"Values": [pair]}}

    assert meets([query(Key="version", Value="v1")], request("/?a=b&VERSION=V1"))
    assert not meets([query(Key="version", Value="v1")], request("/?other=v1"))
    assert meets([query(Value="*example*")], request("/?anything=an%20example%21"))
    assert not meets([query(Key="version", Value="v1")], request("/"))


def test_a_header_is_met_by_any_of_its_values_whatever_their_case():
    condition = {
        "Field": "http-header", "Values": [],
        "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["*Chrome*", "*Safari*"]},
    }  # fmt: skip
    assert meets([condition], request(user_agent="some chrome of today"))
    assert not meets([condition], request(user_agent="curl"))
    assert not meets([condition], request())


def test_methods_and_source_addresses():
    assert meets([{"Field": "http-request-method", "Values": ["GET", "HEAD"]}], request(method="HEAD"))
    assert not meets([{"Field": "http-request-method", "Values": ["GET"]}], request(method="get"))
    assert meets([{"Field": "source-ip", "Values": ["192.0.2.0/24", "10.0.0.0/8"]}], request())
    assert not meets([{"Field": "source-ip", "Values": ["2001:db8::/32"]}], request())


def test_a_condition_that_is_not_known_is_no_silent_match():
    with pytest.raises(ValueError, match="weather"):
        meets([{"Field": "weather", "Values": ["rain"]}], request())


def test_a_url_is_rewritten_by_groups():
    transform = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/old/(.*)$", "Replace": "/new/$1"}]}}
    sent = rewritten([transform], request("/old/a/b?x=1"))
    assert (sent.path, sent.query) == ("/new/a/b", "x=1")
    assert rewritten([transform], request("/other")).path == "/other"


def test_a_host_is_rewritten():
    transform = {
        "Type": "host-header-rewrite",
        "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "^mywebsite-(.+).com$", "Replace": "internal.dev.$1.myweb.com"}]},
    }
    assert rewritten([transform], request(host="mywebsite-example.com")).host == "internal.dev.example.myweb.com"
