"""ECR's registry wants a token: nobody pushes or pulls without the one that `GetAuthorizationToken` gives.

- A request without credentials, or with wrong ones, gets 401 and `WWW-Authenticate: Basic`; an expired token 403.
- A token is good for twelve hours, and for the account and region that it was asked for in.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
- ECS pulls with a token of its own, as the agent does by the task's execution role.
"""

import base64
import re
import time
from collections.abc import Callable
from typing import Any

from docker.models.images import ImageCollection
from ministack import app as gateway
from ministack.services import ecr

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, answer
from dockyard.local.registry.tokens import SECONDS, USER, ExpiredTokenError, TokenError, Tokens

_AWS_HOST = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/")
_PATHS = re.compile(r"/v2/?|/v2/_catalog|/v2/.+/(blobs|manifests|referrers)/.+|/v2/.+/(tags/list|blobs/uploads/)")


def install(instance: Instance) -> None:
    """Ask for a token before anything else."""
    tokens = Tokens()
    answer("GetAuthorizationToken", lambda _: _authorization(tokens, instance))
    _refuse_strangers(tokens, instance)
    _select_by_token(tokens)
    for method in ("pull", "get_registry_data"):
        _bring_token(method, tokens, instance.registry)


def _authorization(tokens: Tokens, instance: Instance) -> Data:
    password = tokens.password(ecr.get_account_id(), ecr.get_region())
    token = base64.b64encode(f"{USER}:{password}".encode()).decode()
    expires, endpoint = int(time.time() + SECONDS), f"http://{instance.registry}"
    return {"authorizationData": [{"authorizationToken": token, "expiresAt": expires, "proxyEndpoint": endpoint}]}


def _refuse_strangers(tokens: Tokens, instance: Instance) -> None:
    original = gateway.app

    async def app(asked: dict[str, Any], receive: Any, send: Any) -> None:
        if asked["type"] != "http" or not _PATHS.fullmatch(asked["path"]):
            await original(asked, receive, send)
            return
        header = next((value.decode("latin-1") for key, value in asked["headers"] if key.lower() == b"authorization"), "")
        try:
            tokens.registry_of(header)
        except TokenError as error:
            while (await receive()).get("more_body"):  # an answer before the end of the body would not be read
                pass
            await gateway._send_response(send, *_refusal(error, instance))
        else:
            await original(asked, receive, send)

    gateway.app = app


def _refusal(error: TokenError, instance: Instance) -> Any:
    if isinstance(error, ExpiredTokenError):
        return ecr._registry_error(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
    challenge = f'Basic realm="http://{instance.registry}/",service="ecr.amazonaws.com"'
    headers = {"WWW-Authenticate": challenge, "Content-Type": "text/plain; charset=utf-8"}
    return ecr._registry_ok(401, headers, b"Not Authorized\n")


def _select_by_token(tokens: Tokens) -> None:
    """Requests to a registry carry no signature: the token says whose they are."""
    original = ecr._select_registry_request_scope

    def select(name: str, headers: dict[str, str], query: Any) -> None:
        account, region = tokens.registry_of(headers.get("authorization", ""))
        ecr.set_request_account_id(account)
        ecr.set_request_region(region)
        original(name, headers, query)

    ecr._select_registry_request_scope = select


def _bring_token(method: str, tokens: Tokens, registry: str) -> None:
    """Give the engine credentials for images of this registry, under either of its names."""
    original: Callable[..., Any] = getattr(ImageCollection, method)

    def call(self: Any, image: str, *args: Any, auth_config: Data | None = None, **kwargs: Any) -> Any:
        if match := _AWS_HOST.match(image):
            auth_config = {"username": USER, "password": tokens.password(match["account"], match["region"])}
        elif image.startswith(f"{registry}/"):
            auth_config = {"username": USER, "password": tokens.password(ecr.get_account_id(), ecr.get_region())}
        return original(self, image, *args, auth_config=auth_config, **kwargs)

    setattr(ImageCollection, method, call)
