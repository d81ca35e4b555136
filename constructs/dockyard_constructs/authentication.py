"""Who the load balancer lets through to a service; it must reach the provider by HTTPS (`LoadBalancer`'s `https_outbound`)."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration, SecretValue
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_elasticloadbalancingv2_actions as elbv2_actions


@dataclass(frozen=True)
class OidcSignIn:
    """Clients sign in at an identity provider, by a browser; times in seconds."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    user_info_endpoint: str
    client_id: str
    client_secret: SecretValue
    scope: str = "openid"
    session_timeout: int = 28800
    on_unauthenticated: Literal["authenticate", "deny", "allow"] = "authenticate"

    def before(self, action: elbv2.ListenerAction) -> elbv2.ListenerAction:
        """The action with the sign-in before it."""
        return elbv2.ListenerAction.authenticate_oidc(
            issuer=self.issuer,
            authorization_endpoint=self.authorization_endpoint,
            token_endpoint=self.token_endpoint,
            user_info_endpoint=self.user_info_endpoint,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=self.scope,
            session_timeout=Duration.seconds(self.session_timeout),
            on_unauthenticated_request=elbv2.UnauthenticatedAction[self.on_unauthenticated.upper()],
            allow_https_outbound=False,  # the security group is the load balancer's
            next=action,
        )


@dataclass(frozen=True)
class CognitoSignIn:
    """Clients sign in at a user pool of Amazon Cognito, by a browser; times in seconds."""

    user_pool: cognito.IUserPool
    user_pool_client: cognito.IUserPoolClient
    """It must have a secret and the authorization code grant."""
    user_pool_domain: cognito.IUserPoolDomain
    scope: str = "openid"
    session_timeout: int = 28800
    on_unauthenticated: Literal["authenticate", "deny", "allow"] = "authenticate"

    def before(self, action: elbv2.ListenerAction) -> elbv2.ListenerAction:
        """The action with the sign-in before it."""
        return elbv2_actions.AuthenticateCognitoAction(
            user_pool=self.user_pool,
            user_pool_client=self.user_pool_client,
            user_pool_domain=self.user_pool_domain,
            scope=self.scope,
            session_timeout=Duration.seconds(self.session_timeout),
            on_unauthenticated_request=elbv2.UnauthenticatedAction[self.on_unauthenticated.upper()],
            allow_https_outbound=False,  # the security group is the load balancer's
            next=action,
        )


@dataclass(frozen=True)
class JwtCheck:
    """Clients send a token, which is checked."""

    issuer: str
    jwks_endpoint: str

    def before(self, action: elbv2.ListenerAction) -> elbv2.ListenerAction:
        """The action with the check before it."""
        return elbv2.ListenerAction.authenticate_jwt(issuer=self.issuer, jwks_endpoint=self.jwks_endpoint, next=action)
