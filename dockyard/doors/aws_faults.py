"""What an error of boto3 means to the user, and what to do about it."""

from typing import Any

import botocore.exceptions

from dockyard.errors import DockyardError, PrerequisiteError

LOCAL = 'for the local AWS: dockyard local up, then eval "$(dockyard local env)"'


def explained(error: Exception) -> DockyardError | None:
    """What a boto3 error means to the user; None where it is not one of boto3's."""
    if isinstance(error, botocore.exceptions.NoCredentialsError | botocore.exceptions.ProfileNotFound):
        return PrerequisiteError(f"no AWS credentials: {error}", hint=LOCAL)
    if isinstance(error, _UNUSABLE):
        return PrerequisiteError(f"the AWS credentials cannot be used: {error}", hint="renew them, for example: aws sso login")
    if isinstance(error, botocore.exceptions.ConnectionError | botocore.exceptions.HTTPClientError):
        return PrerequisiteError(f"AWS does not answer: {error}", hint="for the local AWS, run: dockyard local up")
    if isinstance(error, botocore.exceptions.ClientError):
        return refused(error)
    return DockyardError(str(error)) if isinstance(error, botocore.exceptions.BotoCoreError) else None


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
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def refused(error: botocore.exceptions.ClientError) -> DockyardError:
    """What AWS said no to, and why."""
    details: Any = error.response.get("Error", {})
    code, said = details.get("Code"), f"{details.get('Code')}: {details.get('Message')}"
    if code in _NOT_TAKEN:
        return PrerequisiteError(f"AWS does not take these credentials: {said}", hint="renew them, for example: aws sso login")
    hint = "docs/permissions.md says what who deploys must be allowed to do" if code in DENIED else None
    return DockyardError(f"AWS refused {error.operation_name}: {said}", hint=hint)
