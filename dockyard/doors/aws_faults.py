"""What an error of boto3 means to the user, and what to do about it."""

import os
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions

from dockyard.errors import DockyardError, PrerequisiteError

EXPORTS = 'eval "$(dockyard local env)"'
LOCAL = f"for the local AWS: dockyard local up, then {EXPORTS}"


def explained(error: Exception) -> DockyardError | None:
    """What a boto3 error means to the user; None where it is not one of boto3's."""
    if isinstance(error, botocore.exceptions.NoCredentialsError | botocore.exceptions.ProfileNotFound):
        return PrerequisiteError(f"no AWS credentials: {error}", hint=LOCAL)
    if isinstance(error, _UNUSABLE):
        return PrerequisiteError(f"the AWS credentials cannot be used: {error}", hint="renew them, for example: aws sso login")
    if isinstance(error, botocore.exceptions.ConnectionError | botocore.exceptions.HTTPClientError):
        return PrerequisiteError(f"AWS does not answer: {error}", hint=_start_local())
    if isinstance(error, botocore.exceptions.ClientError):
        return refused(error)
    return DockyardError(str(error)) if isinstance(error, botocore.exceptions.BotoCoreError) else None


def _start_local() -> str:
    """What starts the local AWS where this shell, or this command, looks for it."""
    try:
        asked = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
        port = asked.port if asked.hostname in _HERE else None
    except ValueError:  # it is no address
        port = None
    return f"for the local AWS, run: dockyard local up{f' --port {port}' if port else ''}"


_UNUSABLE = (
    botocore.exceptions.CredentialRetrievalError,
    botocore.exceptions.LoginError,
    botocore.exceptions.PartialCredentialsError,
    botocore.exceptions.SSOError,
    botocore.exceptions.TokenRetrievalError,
)
_NOT_TAKEN = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
_HERE = ("localhost", "127.0.0.1")
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def refused(error: botocore.exceptions.ClientError) -> DockyardError:
    """What AWS said no to, and why."""
    details: Any = error.response.get("Error", {})
    code, said = details.get("Code"), f"{details.get('Code')}: {details.get('Message')}"
    if code in _NOT_TAKEN:
        return PrerequisiteError(f"AWS does not take these credentials: {said}", hint="renew them, for example: aws sso login")
    hint = "docs/permissions.md says what who deploys must be allowed to do" if code in DENIED else None
    return DockyardError(f"AWS refused {error.operation_name}: {said}", hint=hint)
