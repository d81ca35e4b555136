"""Routes of the configuration as the constructs have them, and what a client calls them."""

from dockyard.config import Environment, path_patterns
from dockyard.config import Route as Written
from dockyard_constructs import Route


def rule_route(route: Written, priority: int) -> Route:
    """What the rule with this priority takes."""
    return Route(priority, path_patterns(route.path), route.host, route.methods, route.headers, route.query, route.source_ips)


def address(environment: Environment, route: Written, balancer: str) -> str:
    """Where it answers: at its first host, else at the first domain, else at the load balancer; by HTTPS where there are domains.

    Of `*.example.com` that is `any.example.com`, where there are domains.
    """
    domains = environment.settings.domains
    if not domains:
        host = next((host for host in route.host if not host.startswith("*")), balancer)
        return f"http://{host}{route.path}"
    host = min(route.host, key=lambda host: host.startswith("*"), default=next(iter(domains)))
    return f"https://{host.replace('*', 'any')}{route.path}"
