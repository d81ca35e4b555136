"""A secret on its way: stored, asked for by service.yaml, and seen by the container alone."""

import json

import pytest

VALUE = "correct horse battery"
IMPORTED = "line one\nline two"


@pytest.fixture
def variables(site):
    return site.account()


def test_a_secret_arrives_in_the_container_and_nowhere_else(site, settings, variables, tmp_path):
    told = []

    def dockyard(*arguments, **more):
        ended = site.dockyard(*arguments, **more, **variables)
        told.append(ended.stdout + ended.stderr)
        return ended

    settings.write_text(f"{settings.read_text()}\nsecrets: [GREETING, PEM]\n")
    for command in ("plan", "deploy"):
        fault = dockyard(command, code=1).stderr
        assert (
            "services/hello-python/service.yaml: secrets.GREETING: no parameter /demo/dev/hello-python/GREETING in SSM" in fault
        )
        assert "run: dockyard secrets set GREETING hello-python --env dev" in fault
        assert "deployed" not in fault
    dockyard("secrets", "set", "GREETING", "hello-python", typed=f"{VALUE}\n")
    (tmp_path / ".env").write_text(f'PEM="{IMPORTED}"\nPORT=80\n')
    assert "PORT is left out" in dockyard("secrets", "import", str(tmp_path / ".env"), "hello-python").stderr
    listed = dockyard("secrets", "list").stdout
    assert [line.split()[:3] for line in listed.splitlines()[1:]] == [["hello-python", name, "1"] for name in ("GREETING", "PEM")]
    dockyard("deploy")
    checks = json.loads(dockyard("verify", "hello-python", "--json").stdout)["checks"]
    (readable,) = (one for one in checks if one["name"] == "secrets readable")
    assert readable["verdict"] == "OK", readable
    for name, value in (("GREETING", VALUE), ("PEM", IMPORTED)):
        seen = site.dockyard("local", "exec", "hello-python", "--", "python", "-c", f"import os; print(os.environ['{name}'])")
        assert seen.stdout == f"{value}\n"
    kept = [path.read_text(errors="replace") for path in (site.root / ".dockyard").rglob("*.json")]
    definition = site.client("ecs").describe_task_definition(taskDefinition=_family(site))["taskDefinition"]
    for text in (*told, *kept, str(definition)):
        assert VALUE not in text
        assert "line two" not in text
    refused = dockyard("secrets", "rm", "PEM", "hello-python", code=2).stderr
    assert "its tasks could not start any more" in refused
    dockyard("secrets", "rm", "PEM", "hello-python", "--force")
    assert "no secret PEM" not in dockyard("secrets", "list").stdout


def test_the_key_of_a_secret_is_looked_for(site, settings, variables):
    site.client("secretsmanager").create_secret(Name="shop/db", SecretString='{"password": "hush", "username": "shop"}')
    source = "secretsmanager: shop"
    lines = [f"  A: {{{source}/db, key: pasword}}", f"  B: {{{source}/cache}}", f"  C: {{{source}/db, key: password}}"]
    settings.write_text("\n".join([settings.read_text(), "secrets:", *lines, ""]))
    fault = site.dockyard("plan", code=1, **variables).stderr
    assert "secrets.A: secret shop/db has no key pasword; it has password and username" in fault
    assert "secrets.B: no secret shop/cache in Secrets Manager" in fault
    assert "secrets.C" not in fault
    assert "hush" not in fault


def _family(site):
    return next(
        one for one in site.client("ecs").list_task_definitions(sort="DESC")["taskDefinitionArns"] if "hellopython" in one
    )
