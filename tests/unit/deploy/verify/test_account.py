"""Roles and the bootstrap."""

import pytest

from dockyard.deploy.verify.account import bootstrap_check, roles_check


@pytest.mark.parametrize(
    ("found", "verdict", "told"),
    [("28", "OK", "version 28"), ("5", "NG", "version 5, and 6 or later is needed"), (None, "NG", "there is none in eu-west-1")],
)
def test_the_bootstrap_is_of_a_version_that_will_do(found, verdict, told):
    check = bootstrap_check(found, "123456789012", "eu-west-1")
    assert (check.verdict, check.found) == (verdict, told)
    assert check.hint == (None if verdict == "OK" else "run: cdk bootstrap aws://123456789012/eu-west-1")


def test_roles_that_may_not_be_taken_on_are_named():
    assert roles_check([]).verdict == "OK"
    assert roles_check(["deploy"]).found == "cannot be taken on, so the own credentials are used: deploy"
