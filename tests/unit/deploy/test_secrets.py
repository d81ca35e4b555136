"""Secrets that services name and the account does not have."""

import pytest

from dockyard.config import load_project
from dockyard.deploy.secrets import secret_problems

PROJECT = "name: shop\nenvironments: {dev: {}, prod: {}}"
FILE = "services/web/service.yaml"


class Account:
    """In place of `Aws` and its `Secrets`."""

    region = "eu-west-1"

    def __init__(self, parameters=(), secrets=None, readable=True):
        self._parameters, self._secrets, self._readable, self.secrets = parameters, secrets or {}, readable, self

    def parameters(self, names):
        return {name: "" for name in names if name in self._parameters}

    def is_managed(self, name):
        return name in self._secrets if self._readable else None

    def fields(self, name):
        return self._secrets[name] if self._readable else None


@pytest.fixture
def problems(tmp_path):
    def found(lines, account, services=(), environment="dev"):
        for path, text in {
            "dockyard.yaml": PROJECT,
            FILE: f"kind: web\n{lines}",
            "services/api/service.yaml": "kind: backend",
        }.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        project = load_project(tmp_path)
        return list(secret_problems(project, project.environment(environment), account, account, services))

    return found


def test_what_is_there_is_no_problem(problems):
    lines = "secrets: {A: true, B: /shared/b, C: {secretsmanager: db, key: password}}"
    assert problems(lines, Account(["/shop/dev/web/A", "/shared/b"], {"db": ["password"]})) == []


def test_a_service_without_secrets_asks_nobody(problems):
    assert problems("", account=None) == []
    assert problems("secrets: [A]", account=None, services=["api"]) == []


def test_own_ones_are_told_with_the_command_that_stores_them(problems):
    assert problems("secrets: [A]", Account(["/shop/dev/web/A"]), environment="prod") == [
        f"{FILE}: secrets.A: no parameter /shop/prod/web/A in SSM (eu-west-1); run: dockyard secrets set A web --env prod"
    ]


def test_others_are_told_by_their_names(problems):
    assert problems("secrets: {A: /shared/a, B: {secretsmanager: db}}", Account()) == [
        f"{FILE}: secrets.A: no parameter /shared/a in SSM (eu-west-1)",
        f"{FILE}: secrets.B: no secret db in Secrets Manager (eu-west-1)",
    ]


@pytest.mark.parametrize(("fields", "has"), [(["user", "password"], "it has user and password"), ([], "it is no JSON of fields")])
def test_a_key_that_is_not_there_is_told(problems, fields, has):
    lines = "secrets: {A: {secretsmanager: db, key: pass}}"
    assert problems(lines, Account(secrets={"db": fields})) == [f"{FILE}: secrets.A: secret db has no key pass; {has}"]


def test_who_may_not_look_deploys_without_it(problems):
    assert problems("secrets: {A: {secretsmanager: db, key: pass}}", Account(readable=False)) == []


def test_an_option_of_the_log_router_is_told_with_its_key(problems):
    lines = "firelens: {options: {Name: datadog}, secrets: [apikey]}"
    assert problems(lines, Account()) == [
        f"{FILE}: firelens.secrets.apikey: no parameter /shop/dev/web/apikey in SSM (eu-west-1); run: dockyard secrets set apikey web "
        "--env dev"
    ]
