"""Whether the secrets that services name are there: told before anything is changed, as their tasks would not start.

Values are not looked at, but for the fields of a JSON, and only by who may read it.
"""

from collections.abc import Collection, Iterator

from dockyard.build.plan import side_by_side
from dockyard.config import Environment, ManagedSecret, Project, parameter_name
from dockyard.config.problems import all_of
from dockyard.deploy.site import Site
from dockyard.doors.aws import Aws
from dockyard.errors import ConfigError

Named = tuple[str, str, str]
"""A service, the key of service.yaml that the secret is below, and its variable."""


def check_secrets(site: Site, services: Collection[str] = ()) -> None:
    """Raise ConfigError with all that these services, or all, name and the account does not have."""
    if problems := list(secret_problems(site.project, site.environment, site.reading, site.aws, services)):
        raise ConfigError(problems)


def secret_problems(
    project: Project, environment: Environment, reading: Aws, own: Aws, services: Collection[str] = ()
) -> Iterator[str]:
    """A line for each.

    :param reading: may look.
    :param own: may perhaps read the values of Secrets Manager, which no role of the bootstrap may.
    """
    wanted = {name: service for name, service in environment.services.items() if not services or name in services}
    sources = {
        (name, key, variable): source
        for name, service in wanted.items()
        for key, secrets in service.all_secrets.items()
        for variable, source in secrets.items()
    }
    parameters = {
        key: parameter_name(project.name, environment.shared, key[0], key[2]) if source is True else source
        for key, source in sources.items()
        if not isinstance(source, ManagedSecret)
    }
    managed = {key: source for key, source in sources.items() if isinstance(source, ManagedSecret)}
    there = reading.parameters(sorted(set(parameters.values()))) if parameters else {}
    for key, name in parameters.items():
        if name not in there:
            service, _, variable = key
            command = f"dockyard secrets set {variable} {service} --env {environment.shared}"
            yield _told(
                key, f"no parameter {name} in SSM ({reading.region})" + (f"; run: {command}" if sources[key] is True else "")
            )
    found = side_by_side(lambda source: _managed_problem(source, reading, own), list(dict.fromkeys(managed.values())))
    by_source = dict(zip(dict.fromkeys(managed.values()), found, strict=True))
    for key, secret in managed.items():
        if problem := by_source[secret]:
            yield _told(key, problem)


def _managed_problem(source: ManagedSecret, reading: Aws, own: Aws) -> str | None:
    if reading.secrets.is_managed(source.secretsmanager) is False:
        return f"no secret {source.secretsmanager} in Secrets Manager ({reading.region})"
    if source.key is None:
        return None
    fields = own.secrets.fields(source.secretsmanager)
    if fields is None or source.key in fields:
        return None
    has = f"it has {all_of(fields)}" if fields else "it is no JSON of fields"
    return f"secret {source.secretsmanager} has no key {source.key}; {has}"


def _told(key: Named, message: str) -> str:
    service, where, variable = key
    return f"services/{service}/service.yaml: {where}.{variable}: {message}"
