"""Behaviours of load balancers, told over boto3 and HTTP alone; targets are servers of the tests."""

import http.client
import http.server
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import Server, service, until
from tests.integration.support import get

HEALTH = {
    "HealthCheckIntervalSeconds": 5,
    "HealthCheckTimeoutSeconds": 2,
    "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 2,
}


@contextmanager
def web(name: str):
    """A server that tells what it was sent; its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            headers = {key.lower(): value for key, value in self.headers.items()}
            body = json.dumps({"name": name, "path": self.path, "headers": headers}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Set-Cookie", "own=1")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Front:
    """A load balancer, made by calls."""

    def __init__(self, aws: Server) -> None:
        self.client = aws.client("elbv2")
        made = self.client.create_load_balancer(Name="front", Subnets=[])["LoadBalancers"][0]
        self.arn, self.address = made["LoadBalancerArn"], f"http://{made['DNSName']}"
        fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
        self.listener = self.listen(80, fixed)
        until(lambda: _headers(self.address)["server"] == "awselb/2.0", 5)

    def listen(self, port: int, action: dict) -> str:
        made = self.client.create_listener(LoadBalancerArn=self.arn, Port=port, Protocol="HTTP", DefaultActions=[action])
        return made["Listeners"][0]["ListenerArn"]

    def group(self, name: str, *ports: int, **attributes: str) -> str:
        made = self.client.create_target_group(Name=name, Protocol="HTTP", Port=80, TargetType="ip", VpcId="vpc-1", **HEALTH)
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        pairs = [{"Key": key.replace("__", "."), "Value": value} for key, value in attributes.items()]
        if pairs:
            self.client.modify_target_group_attributes(TargetGroupArn=arn, Attributes=pairs)
        self.client.register_targets(TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": port} for port in ports])
        until(lambda: {t["TargetHealth"]["State"] for t in self.health(arn)} == {"healthy"}, 10)
        return arn

    def health(self, group: str) -> list[dict]:
        return self.client.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]

    def rule(self, priority: int, condition: dict, action: dict, **more) -> dict:
        rule = self.client.create_rule(
            ListenerArn=self.listener, Priority=priority, Conditions=[condition], Actions=[action], **more
        )
        return rule["Rules"][0]

    def names(self, path: str = "/", times: int = 40, **headers: str) -> Counter:
        return Counter(get(self.address + path, **headers)[1].get("name") for _ in range(times))


def forward(*groups: tuple[str, int], seconds: int = 0) -> dict:
    config: dict = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]}
    if seconds:
        config["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": seconds}
    return {"Type": "forward", "ForwardConfig": config}


def path(*values: str) -> dict:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


@acts("load_balancer_rules", only_here="its targets are servers of this machine")
def a_forward_to_two_groups_is_split_by_their_weights(aws: Server) -> None:
    """Canary and linear deployments stand on this."""
    with web("blue") as blue, web("green") as green:
        front = Front(aws)
        one, two = front.group("blue", blue), front.group("green", green)
        front.rule(1, path("/half"), forward((one, 50), (two, 50)))
        made = front.rule(2, path("/all"), forward((one, 0), (two, 100)))
        front.rule(3, path("/none"), forward((one, 0), (two, 0)))
        half = front.names("/half", 100)
        assert min(half["blue"], half["green"]) > 20
        assert front.names("/all") == {"green": 40}
        assert get(f"{front.address}/none")[0] == 503
        assert [g["Weight"] for g in made["Actions"][0]["ForwardConfig"]["TargetGroups"]] == [0, 100]


@acts("load_balancer_rules", only_here="its targets are servers of this machine")
def a_client_stays_with_its_group_where_that_is_said(aws: Server) -> None:
    """A page and its script come from one version."""
    with web("blue") as blue, web("green") as green:
        front = Front(aws)
        groups = forward((front.group("blue", blue), 50), (front.group("green", green), 50), seconds=60)
        front.rule(1, path("/"), groups)
        cookies = _cookies(front.address)
        assert {"AWSALBTG", "AWSALBTGCORS", "own"} <= cookies.keys()
        assert len(front.names(Cookie=f"AWSALBTG={cookies['AWSALBTG']}")) == 1


@acts("load_balancer_rules", only_here="its targets are servers of this machine")
def rules_look_at_query_source_and_regular_expressions(aws: Server) -> None:
    """A condition that is not understood would match every request, or none."""
    with web("seen") as port:
        front = Front(aws)
        to = forward((front.group("seen", port), 1))
        query = {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}, {"Value": "any*"}]}}
        front.rule(1, query, to)
        front.rule(2, {"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}}, to)
        front.rule(3, {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[0-9]+$"]}}, to)
        header = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Try", "Values": ["yes"]}}
        front.rule(4, header, to)
        found = {sent: get(front.address + sent)[0] for sent in ("/", "/?v=2", "/?v=3", "/?x=anything", "/v12", "/vx", "/x/v1")}
        assert found == {"/": 404, "/?v=2": 200, "/?v=3": 404, "/?x=anything": 200, "/v12": 200, "/vx": 404, "/x/v1": 404}
        assert get(front.address, **{"X-Try": "yes"})[0] == 200
        rules = front.client.describe_rules(ListenerArn=front.listener)["Rules"]
        conditions = {rule["Priority"]: rule["Conditions"][0] for rule in rules if rule["Conditions"]}
        assert conditions["1"]["QueryStringConfig"] == query["QueryStringConfig"]
        assert conditions["3"]["PathPatternConfig"]["RegexValues"] == ["^/v[0-9]+$"]


@acts("load_balancer_rules")
def a_fixed_answer_is_told_as_it_was_given(aws: Server) -> None:
    """A page of maintenance is HTML."""
    front = Front(aws)
    page = {"StatusCode": "503", "ContentType": "text/html", "MessageBody": "<!doctype html><p>R&D is closed"}
    front.rule(1, path("/"), {"Type": "fixed-response", "FixedResponseConfig": page})
    (rule,) = (one for one in front.client.describe_rules(ListenerArn=front.listener)["Rules"] if not one["IsDefault"])
    assert rule["Actions"][0]["FixedResponseConfig"] == page


@acts("load_balancers", only_here="its targets are servers of this machine")
def a_client_stays_with_its_target_where_that_is_said(aws: Server) -> None:
    """An app that keeps a session in memory needs it."""
    with web("one") as one, web("two") as two:
        front = Front(aws)
        sticky = front.group("sticky", one, two, stickiness__enabled="true", stickiness__type="lb_cookie")
        front.rule(1, path("/*"), forward((sticky, 1)))
        assert len(front.names()) == 2
        cookies = _cookies(front.address)
        assert len(front.names(Cookie=f"a=b; AWSALB={cookies['AWSALB']}")) == 1


@acts("load_balancers", only_here="its targets are servers of this machine")
def targets_take_turns(aws: Server) -> None:
    """Round robin, the default of a target group."""
    with web("one") as one, web("two") as two:
        front = Front(aws)
        front.rule(1, path("/*"), forward((front.group("both", one, two), 1)))
        assert front.names() == {"one": 20, "two": 20}


@acts("load_balancers", only_here="its targets are servers of this machine")
def a_new_target_is_given_its_share_slowly(aws: Server) -> None:
    """load_balancers: `slow_start.duration_seconds`."""
    with web("old") as old, web("new") as new:
        front = Front(aws)
        group = front.group("slow", old, slow_start__duration_seconds="600")
        front.rule(1, path("/*"), forward((group, 1)))
        until(lambda: front.names(times=1) == {"old": 1}, 5)
        time.sleep(6)
        front.client.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": new}])
        until(lambda: len([t for t in front.health(group) if t["TargetHealth"]["State"] == "healthy"]) == 2, 10)
        seen = front.names(times=60)
        assert seen["old"] > seen["new"]


@acts("load_balancers", only_here="its targets are servers of this machine")
def a_target_sees_who_asked_and_what_was_rewritten(aws: Server) -> None:
    """X-Forwarded-For, -Proto and -Port, the trace id, and transforms of a rule."""
    with web("seen") as port:
        front = Front(aws)
        rewrite = {"Rewrites": [{"Regex": "^/old/(.*)$", "Replace": "/new/$1"}]}
        front.rule(
            1, path("/old/*"), forward((front.group("seen", port), 1)),
            Transforms=[{"Type": "url-rewrite", "UrlRewriteConfig": rewrite}],
        )  # fmt: skip
        body = get(f"{front.address}/old/a%20b?q=1", **{"Host": "shop.example.com", "X-Forwarded-For": "203.0.113.7"})[1]
        headers = body["headers"]
        assert body["path"] == "/new/a%20b?q=1"
        assert headers["x-forwarded-for"].startswith("203.0.113.7, ")
        assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("http", "80")
        assert headers["x-amzn-trace-id"].startswith("Root=1-")
        assert headers["host"] == "shop.example.com"


@acts("load_balancers", only_here="its ports are this machine's")
def every_listener_has_an_address_and_redirects_find_it(aws: Server) -> None:
    """A redirect to another port of the load balancer leads to where that listens here."""
    front = Front(aws)
    fixed = {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "200", "MessageBody": "other", "ContentType": "text/plain"},
    }
    front.listen(8443, fixed)
    redirect = {"Type": "redirect", "RedirectConfig": {"Port": "8443", "StatusCode": "HTTP_301"}}
    front.rule(1, path("/go/*"), redirect)
    until(lambda: _location(f"{front.address}/go/there?x=1"), 5)
    location = _location(f"{front.address}/go/there?x=1")
    assert location.startswith("http://localhost:")
    assert location.endswith("/go/there?x=1")
    assert not location.startswith(front.address)
    assert until(lambda: get(location), 5) == (200, {"text": "other"})


def _location(address: str) -> str:
    return _headers(address)["location"]


def _cookies(address: str) -> dict[str, str]:
    return dict(value.split(";")[0].split("=", 1) for value in _headers(address, every="set-cookie"))


def _headers(address: str, every: str = ""):
    host, _, rest = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", f"/{rest}")
        answer = connection.getresponse()
        answer.read()
        return answer.headers.get_all(every) if every else {k.lower(): v for k, v in answer.headers.items()}
    finally:
        connection.close()


@acts("load_balancers")
def a_load_balancer_has_an_address_that_every_client_reaches(aws: Server) -> None:
    """Whatever the path and the host are, the request goes by the rules and to nothing else."""
    assert aws.deploy("b", service(aws.image())) == "CREATE_COMPLETE"
    address = f"http://{aws.output('b', 'Address')}"
    for path in ("/", "/health", "/_ministack/health", "/v2/"):
        assert get(address + path, Host="shop.example.com") == (200, {"text": "hello"})
