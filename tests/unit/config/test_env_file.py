"""Files of variables: what they mean, and what is said where they are wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockyard.config.env_file import EnvFileError, parse
from dockyard.config.likely_secret import looks_secret

ENV = """
# the shop
NAME=shop
export LEVEL = 3
EMPTY=
QUOTED='a # b $HOME'   # said
DOUBLE="a\\n\\"b\\" \\$c \\x"
URL=http://localhost/#top # not the top
KEY="one
two"
"""


def values(text):
    return {one.name: one.value for one in parse(text)}


def test_what_a_file_means():
    assert values(ENV) == {
        "NAME": "shop", "LEVEL": "3", "EMPTY": "", "QUOTED": "a # b $HOME", "DOUBLE": 'a\n"b" $c \\x',
        "URL": "http://localhost/#top", "KEY": "one\ntwo",
    }  # fmt: skip
    assert values("\ufeffA=1\r\nB='2'\r\n") == {"A": "1", "B": "2"}
    assert values("A=  # nothing") == {"A": ""}
    assert values("") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A=1\nhush", "line 2: should be NAME=value, an empty line, or a comment that begins with #"),
        ("1A=hush", "line 1: should be NAME=value, an empty line, or a comment that begins with #"),
        ("A=1\n\nB='hush\n", "line 3: the quotation mark ' is not closed"),
        ('A="1\n2"\nB="hush', 'line 3: the quotation mark " is not closed'),
        ("A='a' hush", "line 1: should end after the quotation mark ', or go on with a comment"),
        ("A=1\nB=2\nA=hush", "line 3: A is in line 1 as well; keep one of both"),
    ],
)
def test_a_fault_is_told_with_its_line_and_without_a_value(text, told):
    with pytest.raises(EnvFileError) as caught:
        parse(text)
    assert str(caught.value) == told


@given(st.text(st.characters(exclude_characters="'\0\r\ufeff", exclude_categories=["Cs"])))
def test_any_text_may_stand_in_single_quotes(text):
    assert values(f"A='{text}'\nB=2") == {"A": text, "B": "2"}


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        parse(text)
    except EnvFileError as error:
        assert str(error).startswith("line ")


def test_the_file_of_a_service_gives_its_variables_and_env_goes_before_them(files):
    files.service("kind: web\nenv_file: shared.env\nenv: {LEVEL: info}\nenvironments: {prod: {env_file: prod.env}}")
    files.write("services/web/shared.env", "LEVEL=debug\nNAME=shop\n")
    files.write("services/web/prod.env", "REGION=eu\n")
    files.service("kind: task", name="zeta")
    project = files.load()
    assert project.environment("dev").services["web"].env == {"LEVEL": "info", "NAME": "shop"}
    assert project.environment("prod").services["web"].env == {"LEVEL": "info", "REGION": "eu"}


def test_a_secret_goes_before_a_variable_of_the_file(files):
    files.service("kind: web\nenv_file: .env\nsecrets: {TOKEN: /shop/token}")
    files.write("services/web/.env", "TOKEN=for-me-alone\nNAME=shop\n")
    assert files.load().environment().services["web"].env == {"NAME": "shop"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "services/web/service.yaml: env_file: no file at {root}/services/web/.env"),
        ("A=1\nhush hush", "services/web/.env: line 2: should be NAME=value, an empty line, or a comment that begins with #"),
        ("\nPORT=80", "services/web/.env: line 2: PORT is set by Dockyard; write the number at the key port"),
    ],
)
def test_a_fault_of_the_file_is_told_once(files, content, told):
    files.service("kind: web\nenv_file: .env")
    if content:
        files.write("services/web/.env", content)
    assert files.problems() == [told.format(root=files.root)]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/etc/env", 'should be a path relative to the service\'s folder, got "/etc/env"'),
        ("../../../env", "should be inside {root}, got ../../../env"),
        (".", "should be a file, got a folder"),
    ],
)
def test_a_file_elsewhere_is_refused(files, path, told):
    files.service(f"kind: web\nenv_file: {path}")
    assert files.problems() == [f"services/web/service.yaml: env_file: {told.format(root=files.root)}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "correct horse"), ("GITHUB_TOKEN", "abc"), ("STRIPE_API_KEY", "x"), ("SECRET", "s"),
        ("DATABASE_URL", "postgres://shop:hush@db/shop"), ("A", "AKIAIOSFODNN7EXAMPLE"), ("A", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ("A", "eyJhbGciOi.eyJzdWIi.c2ln"),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret(name, value):
    assert looks_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_TTL", "1h"), ("PASSWORD_FILE", "/run/pw"), ("PASSWORD_MIN_LENGTH", "12"), ("API_KEY_HEADER", "x-api-key"),
        ("DATABASE_URL", "postgres://db/shop"), ("TOKENIZER", "fast"), ("USE_TOKEN", "true"), ("PASSWORD", ""), ("KEYBOARD", "de"),
        ("CALLBACK", "https://shop.example.com/a:b@c"),
    ],
)  # fmt: skip
def test_what_does_not(name, value):
    assert not looks_secret(name, value)


def test_variables_that_look_like_secrets_are_told_without_their_values(files):
    files.service("kind: web\nenv_file: .env\nenv: {DB_PASSWORD: hush}")
    files.write("services/web/.env", "\nGITHUB_TOKEN=quiet\n")
    (one, two) = files.load().environment().cautions
    assert one == (
        "web",
        "env.DB_PASSWORD looks like a secret, and would be in the template; run: dockyard secrets set DB_PASSWORD web",
    )
    assert two == (
        "web",
        "services/web/.env, line 2: GITHUB_TOKEN looks like a secret, and would be in the template; run: dockyard secrets set GITHUB_TOKEN web",
    )
