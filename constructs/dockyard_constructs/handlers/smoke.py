"""Asks the new tasks of a deployment, before others do. It goes into the template as it is."""

import http.client
import json
import os
import ssl
import time
from urllib.parse import urlsplit

ATTEMPTS = 3
SECONDS = 10
LONGEST = ATTEMPTS * SECONDS + 5
AGENT = "dockyard-smoke"  # AWS WAF's managed rules refuse requests without a name


def handler(event, context):
    """Asked by a deployment of ECS once test requests reach the new tasks; one bad answer fails the deployment."""
    good = True
    for path in json.loads(os.environ["PATHS"]):
        late = context and context.get_remaining_time_in_millis() < LONGEST * 1000
        told = "not asked, as no time is left" if late else asked(path)
        print(f"GET {path}: {told}")
        good = good and isinstance(told, int) and 200 <= told < 300
    return {"hookStatus": "SUCCEEDED" if good else "FAILED"}


def asked(path):
    """The status, or why there is none. A connection that fails is tried again, an answer is an answer."""
    told = None
    for attempt in range(ATTEMPTS):
        time.sleep(attempt)
        try:
            return answer(path)
        except (OSError, http.client.HTTPException) as error:
            told = repr(error)
    return told


class AtHost(http.client.HTTPSConnection):
    """To the load balancer, whose certificate is that of the host which it is asked for."""

    def connect(self):
        http.client.HTTPConnection.connect(self)
        name = os.environ.get("HOST") or self.host
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=name)


def answer(path):
    """The status of the load balancer's answer. Raises OSError or HTTPException where there is none."""
    address = urlsplit(os.environ["ADDRESS"])
    kind = AtHost if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=SECONDS)
    host = {"Host": os.environ["HOST"]} if os.environ.get("HOST") else {}
    try:
        connection.request("GET", path, headers={os.environ["HEADER"]: "smoke", "User-Agent": AGENT, **host})
        return connection.getresponse().status
    finally:
        connection.close()
