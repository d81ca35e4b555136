"""Routes of the configuration as the constructs have them, and what a client calls them."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from dockyard.config import Answer, Auth, Cognito, Environment, Http, SignIn, parked, path_patterns
from dockyard.config import Route as Written
from dockyard_constructs import CognitoSignIn, JwtCheck, Maintenance, OidcSignIn, Rewrite, Route, RuleOptions, TargetSettings


def rule_route(route: Written, priority: int) -> Route:
    """What the rule with this priority takes."""
    return Route(priority, path_patterns(route.path), route.host, route.methods, route.headers, route.query, route.source_ips)


def rule_options(stack: cdk.Stack, environment: Environment, service: str, http: Http) -> RuleOptions:
    """What the rule of a service does."""
    path, host = http.path_rewrite, http.rewrite.host
    number = parked(environment=environment.name, service=service)
    return RuleOptions(
        rewrite_path=Rewrite(path.match, path.replace) if path else None,
        rewrite_host=Rewrite(host.match, host.replace) if host else None,
        authentication=_authentication(stack, http.auth) if http.auth else None,
        maintenance=Maintenance(answer(http.maintenance), number) if http.maintenance else None,
    )


def _authentication(stack: cdk.Stack, auth: Auth) -> OidcSignIn | CognitoSignIn | JwtCheck | None:
    if auth.jwt:
        return JwtCheck(auth.jwt.issuer, auth.jwt.jwks_endpoint)
    if auth.oidc:
        secret = auth.oidc.client_secret
        value = cdk.SecretValue.secrets_manager(secret.secretsmanager, json_field=secret.key)
        return OidcSignIn(**auth.oidc.model_dump(exclude={"client_secret"}), client_secret=value)
    return _cognito(stack, auth.cognito) if auth.cognito else None


def _cognito(stack: cdk.Stack, settings: Cognito) -> CognitoSignIn:
    return CognitoSignIn(
        user_pool=cognito.UserPool.from_user_pool_arn(stack, "UserPool", settings.user_pool),
        user_pool_client=cognito.UserPoolClient.from_user_pool_client_id(stack, "UserPoolClient", settings.client_id),
        user_pool_domain=cognito.UserPoolDomain.from_domain_name(stack, "UserPoolDomain", settings.domain),
        **settings.model_dump(include=set(SignIn.model_fields)),
    )


def target_settings(http: Http) -> TargetSettings:
    """How its containers are spoken with."""
    return TargetSettings(http.protocol, http.deregistration_delay, http.stickiness, http.slow_start)


def answer(settings: Answer) -> elbv2.ListenerAction:
    """What the load balancer answers by itself."""
    return elbv2.ListenerAction.fixed_response(
        settings.status, content_type=settings.content_type, message_body=settings.body or None
    )


def entrance(http: Http) -> str:
    """What the names of the load balancer's parameters begin with: the public one's, where it has a rule there."""
    return "" if "public" in http.entrances else "internal-"


def address(environment: Environment, route: Written, balancer: str) -> str:
    """Where it answers: at its first host, else at the first domain, else at the load balancer; by HTTPS where there are domains.

    Of `*.example.com` that is `any.example.com`, where there are domains.
    """
    domains = environment.settings.domains
    if not domains:
        host = next((host for host in route.host if not host.startswith("*")), balancer)
        return f"{environment.settings.address(host)}{route.path}"
    host = min(route.host, key=lambda host: host.startswith("*"), default=next(iter(domains)))
    return f"{environment.settings.address(host.replace('*', 'any'))}{route.path}"
