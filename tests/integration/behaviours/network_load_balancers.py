"""Behaviours of network load balancers, told over boto3 and sockets alone; targets are servers of the tests."""

import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.behaviours.https import imported
from tests.integration.local_aws import Server, until

HEALTH = {
    "HealthCheckProtocol": "TCP",
    "HealthCheckIntervalSeconds": 5,
    "HealthCheckTimeoutSeconds": 2,
    "HealthyThresholdCount": 2,
}


@contextmanager
def target(name: str):
    """A server that says by TCP and UDP who it is, and what it was told; its port."""

    class Lines(socketserver.StreamRequestHandler):
        def handle(self):
            for line in self.rfile:
                self.wfile.write(f"{name} {line.decode()}".encode())

    class Datagrams(socketserver.BaseRequestHandler):
        def handle(self):
            data, answering = self.request
            answering.sendto(f"{name} {data.decode()}".encode(), self.client_address)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Lines) as lines:
        lines.daemon_threads = True
        port = lines.server_address[1]
        with socketserver.ThreadingUDPServer(("127.0.0.1", port), Datagrams) as datagrams:
            for server in (lines, datagrams):
                threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
            try:
                yield port
            finally:
                lines.shutdown()
                datagrams.shutdown()


class Front:
    """A network load balancer, made by calls."""

    def __init__(self, aws: Server) -> None:
        self.client = aws.client("elbv2")
        made = self.client.create_load_balancer(Name="front", Type="network", Subnets=[])["LoadBalancers"][0]
        self.arn, self.host = made["LoadBalancerArn"], made["DNSName"]

    def group(self, name: str, protocol: str, *ports: int) -> str:
        made = self.client.create_target_group(Name=name, Protocol=protocol, Port=80, TargetType="ip", VpcId="vpc-1", **HEALTH)
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        self.client.register_targets(TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": port} for port in ports])
        until(lambda: {*self.states(arn).values()} == {"healthy"}, 10)
        return arn

    def states(self, group: str) -> dict[int, str]:
        found = self.client.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {one["Target"]["Port"]: one["TargetHealth"]["State"] for one in found}

    def listen(self, port: int, protocol: str, group: str, **more) -> None:
        self.client.create_listener(
            LoadBalancerArn=self.arn, Port=port, Protocol=protocol,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}], **more,
        )  # fmt: skip

    def connect(self, port: int) -> socket.socket:
        return until(lambda: _connected(self.host, port), 5)

    def said(self, port: int, line: str = "hello") -> str:
        with self.connect(port) as connection:
            return _said(connection, line)


def _connected(host: str, port: int) -> socket.socket | None:
    try:
        return socket.create_connection((host, port), timeout=5)
    except OSError:
        return None


def _said(connection: socket.socket, line: str) -> str:
    connection.sendall(f"{line}\n".encode())
    return connection.makefile().readline().strip()


@acts("network_load_balancers", only_here="its targets are servers of this machine")
def connections_go_to_the_targets_of_a_network_load_balancer_in_turn(aws: Server) -> None:
    """Its name and the listener's port are the address, as a template makes it of both."""
    with target("blue") as blue, target("green") as green:
        front = Front(aws)
        front.listen(7001, "TCP", front.group("both", "TCP", blue, green))
        assert {front.said(7001) for _ in range(4)} == {"blue hello", "green hello"}


@acts("target_health", only_here="its targets are servers of this machine")
def a_target_that_takes_no_connection_gets_none_of_a_network_load_balancer(aws: Server) -> None:
    """What is no HTTP can be asked by a connection alone."""
    with target("blue") as blue:
        front = Front(aws)
        with target("green") as green:
            group = front.group("both", "TCP", blue, green)
            front.listen(7001, "TCP", group)
        until(lambda: front.states(group)[green] == "unhealthy", 20)
        assert {front.said(7001) for _ in range(4)} == {"blue hello"}


@acts("network_load_balancers", only_here="its targets are servers of this machine")
def a_network_load_balancer_ends_TLS_with_its_certificate(aws: Server) -> None:  # noqa: N802
    """The container gets what was in it."""
    with target("blue") as blue:
        front = Front(aws)
        certificate = {"CertificateArn": imported(aws, "mqtt.example.com")}
        front.listen(8883, "TLS", front.group("one", "TCP", blue), Certificates=[certificate])
        context = ssl._create_unverified_context()  # noqa: S323
        with context.wrap_socket(front.connect(8883), server_hostname="mqtt.example.com") as connection:
            assert _said(connection, "hello") == "blue hello"
            assert b"mqtt.example.com" in connection.getpeercert(binary_form=True)


@acts("network_load_balancers", only_here="its targets are servers of this machine")
def datagrams_of_one_client_go_to_one_target_and_its_answers_come_back(aws: Server) -> None:
    """And TCP on the same port as well, where the listener is of TCP_UDP."""
    with target("blue") as blue, target("green") as green:
        front = Front(aws)
        front.listen(7001, "TCP_UDP", front.group("both", "TCP_UDP", blue, green))
        front.said(7001)  # it listens
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.connect((front.host, 7001))
            said = {_answered(client, f"{number}") for number in range(4)}
        (name,) = {one.split()[0] for one in said}
        assert said == {f"{name} {number}" for number in range(4)}


def _answered(client: socket.socket, text: str) -> str:
    client.send(text.encode())
    return client.recv(100).decode()


@acts("load_balancer_checks")
def a_listener_has_a_protocol_of_its_load_balancers_type(aws: Server) -> None:
    """Else a template would be taken here that AWS refuses."""
    front = Front(aws)
    made = front.client.create_target_group(Name="one", Protocol="TCP", Port=80, TargetType="ip", VpcId="vpc-1", **HEALTH)
    with pytest.raises(ClientError, match="ValidationError"):
        front.listen(80, "HTTP", made["TargetGroups"][0]["TargetGroupArn"])


@acts("load_balancer_checks", only_here="its ports are those of this machine")
def a_port_that_another_program_has_is_no_network_load_balancers(aws: Server) -> None:
    """Else clients would reach that program, and the service would seem to be well."""
    with socket.create_server(("", 0)) as other, target("blue") as blue:
        front = Front(aws)
        with pytest.raises(ClientError, match=f"port {other.getsockname()[1]} of this machine is taken"):
            front.listen(other.getsockname()[1], "TCP", front.group("one", "TCP", blue))
