"""Tokens: whose they are, and until when."""

import base64
import time

import pytest

from dockyard.local.registry.tokens import SECONDS, ExpiredTokenError, TokenError, Tokens

TOKENS = Tokens()


def _header(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_a_token_is_for_the_account_and_region_that_asked():
    assert TOKENS.registry_of(TOKENS.header("123456789012", "eu-west-1")) == ("123456789012", "eu-west-1")


def test_a_token_is_good_for_twelve_hours():
    header = TOKENS.header("1", "r")
    assert TOKENS.registry_of(header, now=time.time() + SECONDS - 60)
    with pytest.raises(ExpiredTokenError):
        TOKENS.registry_of(header, now=time.time() + SECONDS + 60)


@pytest.mark.parametrize("header", [
    "", "Basic", "Basic ?", "Bearer abc", _header("AWS:x"), _header("AWS"), _header("AWS:é.é"),
    _header(f"me:{TOKENS.password('1', 'r')}"), _header(f"AWS:{TOKENS.password('1', 'r')}0"), Tokens().header("1", "r"),
])  # fmt: skip
def test_everything_else_is_refused(header):
    with pytest.raises(TokenError):
        TOKENS.registry_of(header)
