"""Keep-alive clients see nothing of good and bad deployments, rolling or shifted: fifty requests a second, none failed."""

import http.client
import threading
import time
from collections import Counter

import pytest

from tests.integration.behaviours.strategies import Shop
from tests.integration.local_aws import APP, DEAF, DYING, Server, service, sick, until

pytestmark = pytest.mark.flaky(reruns=0)  # a request that failed, failed
REQUESTS, RATE, CLIENTS = 5000, 50, 5
DEAF_BUT_POLITE = f"import signal, sys; signal.signal(15, lambda *_: sys.exit())\n{DEAF}"
SLOW = f"import time; time.sleep(6)\n{APP}"
UNWELL = {"HealthCheck": {"Command": ["CMD-SHELL", "exit 1"], "Interval": 1, "Retries": 2, "Timeout": 2}}


class Clients:
    """So many connections, each kept, and their requests' answers, counted."""

    def __init__(self, address: str) -> None:
        self.host, self.seen, self.sent = address, Counter(), 0
        self._over, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        due = time.monotonic() + number / RATE
        while not self._over.is_set():
            time.sleep(max(0.0, due - time.monotonic()))
            due += CLIENTS / RATE
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                told = answer.status, answer.read().decode()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                told = 0, repr(error)
            with self._lock:
                self.seen[told] += 1
                self.sent += 1
        connection.close()

    @property
    def failed(self) -> dict:
        return {told: count for told, count in self.seen.items() if told[0] != 200}


@pytest.fixture
def server(base_image, tmp_path):
    made = Server(tmp_path)
    yield made
    made.stop()


def test_no_request_fails_while_versions_come_and_go(server):
    image = server.image()

    def version(name: str, code: str = APP, **more) -> dict:
        return service(image, code, grace=1, Environment=[{"Name": "ANSWER", "Value": name}], **more)

    def good(name: str, code: str = APP) -> None:
        begun = time.monotonic()
        resources = version(name, code)
        resources["Service"]["Properties"]["HealthCheckGracePeriodSeconds"] = 30
        assert server.deploy("l", resources, update=True) == "UPDATE_COMPLETE"
        print(f"{name}: {time.monotonic() - begun:.1f} s")

    def bad(name: str, resources: dict) -> None:
        begun = time.monotonic()
        assert server.deploy("l", resources, update=True) == "UPDATE_ROLLBACK_COMPLETE"
        print(f"{name}: rolled back in {time.monotonic() - begun:.1f} s")

    assert server.deploy("l", version("first")) == "CREATE_COMPLETE"
    with Clients(server.output("l", "Address")) as clients:
        for number in range(10):
            good(f"good {number}")
        for name, resources in {
            "exits": version("exits", DYING),
            "opens no port": version("opens no port", DEAF_BUT_POLITE),
            "answers 404": version("answers 404", sick(404)),
            "answers 500": version("answers 500", sick(500)),
            "container check fails": version("container check fails", **UNWELL),
        }.items():
            bad(name, resources)
            good(f"right after {name}")
        good("starts slowly", SLOW)
        until(lambda: clients.sent >= REQUESTS, REQUESTS / RATE * 2)
    print(f"{clients.sent} requests, {len(clients.seen)} versions seen")
    assert clients.failed == {}
    assert clients.sent >= REQUESTS


def test_no_request_fails_while_traffic_is_shifted(server):
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    canary = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20, "canaryBakeTimeInMinutes": 2}}
    linear = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 25, "stepBakeTimeInMinutes": 1}}
    blue_green = {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 2}
    shop = Shop(server, {**blue_green, **breaker})
    with Clients(shop.address.removeprefix("http://").rstrip("/")) as clients:
        for number, strategy in enumerate((blue_green, canary, linear, blue_green)):
            shop.deploy(f"good {number}", deploymentConfiguration={**strategy, **breaker})
            shop.ends("SUCCESSFUL", 60)
            shop.deploy("bad", DYING)
            shop.ends("ROLLBACK_SUCCESSFUL", 60)
            arn = shop.deploy("given up", deploymentConfiguration={**canary, "bakeTimeInMinutes": 1000, **breaker})
            until(lambda arn=arn: shop.shares(arn)[0] > 0, 60)
            shop.ecs.stop_service_deployment(serviceDeploymentArn=arn)
            shop.ends("ROLLBACK_SUCCESSFUL", 60)
    print(f"{clients.sent} requests: {dict(clients.seen)}")
    assert clients.failed == {}
    assert not any("bad" in body for _, body in clients.seen)
    assert clients.sent > 1000
