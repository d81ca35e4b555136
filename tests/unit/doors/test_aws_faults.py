"""What errors of boto3 are told as."""

import pytest
from botocore.exceptions import EndpointConnectionError

from dockyard.doors.aws_faults import explained


@pytest.mark.parametrize(
    ("endpoint", "command"),
    [
        ("http://localhost:4567", "dockyard local up --port 4567"),
        ("http://127.0.0.1:4567", "dockyard local up --port 4567"),
        ("http://elsewhere:4567", "dockyard local up"),
        ("http://localhost:many", "dockyard local up"),
        ("", "dockyard local up"),
    ],
)
def test_the_local_aws_is_started_where_it_is_looked_for(monkeypatch, endpoint, command):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert explained(EndpointConnectionError(endpoint_url=endpoint)).hint == f"for the local AWS, run: {command}"
