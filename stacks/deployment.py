"""How a new version of a web service takes the place of the old one."""

from dockyard.config import Http, Web
from dockyard.config.deployment import OF_REQUESTS
from dockyard_constructs import Deployment, ServiceAlarms, SmokeTest, TestRoute, WebService
from stacks.alarms import alarm_prefix
from stacks.surroundings import Surroundings


def deployment(around: Surroundings, settings: Web, priority: int | None) -> Deployment:
    """What `deploy` says, with the service's own alarms and, where the new tasks can be asked first, a rule before its own.

    :param priority: of its own rule, where it has one.

    A version that the service was rolled back to has run its command `before` in its time: what it would do to a database is of
    the past, and newer versions have changed it since.
    """
    deploy = settings.deploy
    watched = deploy.watched(settings.alarms, has_http=settings.http is not None)
    test = TestRoute(priority - 1, deploy.test_header) if priority and deploy.has_test_rule else None
    return Deployment(
        strategy=deploy.ecs_strategy,
        percent=deploy.share,
        interval_minutes=deploy.wait,
        bake_minutes=deploy.bake_minutes or 0,
        test_route=test,
        alarm_names=[f"{alarm_prefix(around)}-{name}" for name in watched],
        failures=deploy.failures,
        alternate_targets=deploy.alternate_targets,
        early_success=deploy.early_success,
        before=() if around.is_rolled_back else deploy.before or (),
        smoke=_smoke(around, settings, settings.http) if deploy.smoke and settings.http else None,
        approve=deploy.approve,
    )


def _smoke(around: Surroundings, settings: Web, http: Http) -> SmokeTest:
    """By HTTPS where clients come by that; at a name that the certificate has."""
    environment, names = around.environment.settings, http.host or tuple(around.environment.settings.domains)[:1]
    host = names[0].replace("*", "smoke", 1) if names else None
    return SmokeTest(environment.address(around.value("load-balancer-dns-name")), settings.deploy.smoke, host)


def wait_for_alarms(service: WebService, alarms: ServiceAlarms) -> None:
    """Have the service made after its alarms, but for those of its own metrics, which want it first."""
    if first := [alarms.alarms[name] for name in OF_REQUESTS if name in alarms.alarms]:
        service.service.node.add_dependency(*first)
