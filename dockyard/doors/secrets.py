"""Secrets in an account: parameters of SSM, and what Secrets Manager tells of its own."""

import json
from typing import TYPE_CHECKING, Any

import botocore.exceptions

from dockyard.doors.aws_faults import DENIED, refused
from dockyard.errors import DockyardError

if TYPE_CHECKING:
    from types_boto3_ssm.type_defs import ParameterMetadataTypeDef

    from dockyard.doors.aws import Aws


class Secrets:
    """Those of one account and region."""

    def __init__(self, aws: "Aws") -> None:
        self._aws = aws

    def put(self, name: str, value: str) -> None:
        """Store a parameter, encrypted with AWS's key of the account. Raises DockyardError, which does not hold the value."""
        try:
            self._aws.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        except botocore.exceptions.ClientError as error:
            raise _without(value, error) from None  # what AWS says may hold it, and so would a traceback

    def below(self, path: str) -> "list[ParameterMetadataTypeDef]":
        """What SSM tells of the parameters below a path, which are not their values."""
        filters: list[Any] = [{"Key": "Path", "Option": "Recursive", "Values": [path]}]
        pages = self._aws.ssm.get_paginator("describe_parameters").paginate(ParameterFilters=filters)
        return [one for page in pages for one in page["Parameters"]]

    def delete(self, name: str) -> bool:
        """Whether that parameter was there."""
        try:
            self._aws.ssm.delete_parameter(Name=name)
        except self._aws.ssm.exceptions.ParameterNotFound:
            return False
        return True

    def is_managed(self, name: str) -> bool | None:
        """Whether Secrets Manager has it, and not for deletion; None where that may not be asked."""
        try:
            return "DeletedDate" not in self._aws.secretsmanager.describe_secret(SecretId=name)
        except botocore.exceptions.ClientError as error:
            return _not_there(error)

    def fields(self, name: str) -> list[str] | None:
        """Fields of the JSON of a secret of Secrets Manager, none where it is no such JSON; None where it may not be read."""
        try:
            text = self._aws.secretsmanager.get_secret_value(SecretId=name).get("SecretString")
        except botocore.exceptions.ClientError as error:
            _not_there(error)
            return None
        try:
            content = json.loads(text or "")
        except ValueError:
            return []
        return sorted(content) if isinstance(content, dict) else []


def _without(value: str, error: botocore.exceptions.ClientError) -> DockyardError:
    found = refused(error)
    return type(found)(str(found).replace(value, "[REDACTED]"), hint=found.hint)


def _not_there(error: botocore.exceptions.ClientError) -> bool | None:
    """False where AWS says so, None where it refuses to tell. Raises all else."""
    code = error.response.get("Error", {}).get("Code")
    if code == "ResourceNotFoundException":
        return False
    if code in DENIED:
        return None
    raise error
