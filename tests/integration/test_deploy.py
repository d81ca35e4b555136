"""Changes under load: a good one, a bad one, and the good one after it. No request fails in any of them."""

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path

from tests.integration.behaviours.mutual_tls import Partner
from tests.integration.support import Requests, environment, get


def test_a_changed_service_is_rolled_out_without_a_failed_request(site, source):
    """And the other service is neither built nor pushed nor restarted."""
    address = site.addresses()["hello-python"]
    node = [name for name in site.containers() if "node" in _image(name)]
    pushed = _pushed(site, "demo/hello-node")
    with Requests(address) as requests:
        site.edit(source, 'VERSION = "1"', 'VERSION = "2"')
        told = site.up().stderr
        assert get(address)[1]["version"] == "2"
    assert requests.failed == {}
    assert requests.versions == {"1", "2"}
    assert "hello-node: image is in ECR already" in told
    assert "demo-dev-hello-node: unchanged" in told
    assert _pushed(site, "demo/hello-node") == pushed
    assert set(node) <= set(site.containers())


def test_an_app_that_dies_at_start_fails_the_deploy_and_the_old_version_serves(site, source):
    address = site.addresses()["hello-python"]
    with Requests(address) as requests:
        site.edit(source, "app = Starlette(", 'raise SystemExit("no database today")\napp = Starlette(')
        told = site.up(code=1).stderr
        assert get(address)[1]["version"] == "1"
    assert "Essential container in task exited; app exited with 1" in told
    assert "| no database today" in told
    assert "error: demo-dev-hello-python: task " in told  # the cause comes first
    assert "try:   mend what its last lines tell" in told
    assert "what ran still runs" in told
    assert requests.failed == {}


def test_a_version_that_is_never_healthy_is_told_by_what_was_asked_and_answered_and_can_be_interrupted(site, source):
    """A Ctrl-C ends the command at once; the next one waits for what goes on in the account, and tells its end."""
    address = site.addresses()["hello-python"]
    health = "services/hello-python/service.yaml"
    before = (site.root / health).read_text()
    try:
        with Requests(address) as requests:
            site.edit(health, "path: /health", "path: /health, grace_period: 0")
            site.edit(source, 'Route("/health"', 'Route("/wealth"')
            begun = subprocess.Popen(
                [
                    "sh",
                    "-c",
                    f"trap '' INT; exec dockyard up --port {site.port}",
                ],  # as a shell starts what it runs in the background
                cwd=site.root,
                env=environment(),
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                assert any(
                    "GET /health on port 8080: Health checks failed with these codes: [404]" in line for line in begun.stderr
                )
                begun.send_signal(signal.SIGINT)
                assert begun.wait(timeout=20) == 130
            finally:
                begun.kill()
                begun.stderr.close()
            told = site.up(code=1).stderr
            assert get(address)[1]["version"] == "1"
        assert requests.failed == {}
        assert "GET /health on port 8080: Health checks failed with these codes: [404] (wanted: 200" in told
        assert "Task failed ELB health checks" in told
        assert "try:   see that GET /health gives 200" in told
        assert not any(noise in told for noise in ("RequestToken", "Resource handler returned", "target-group arn:"))
    finally:
        (site.root / health).write_text(before)


def test_the_next_good_deploy_after_a_bad_one_works(site, source):
    address = site.addresses()["hello-python"]
    site.edit(source, "app = Starlette(", "raise SystemExit(1)\napp = Starlette(")
    site.up(code=1)
    site.edit(source, "raise SystemExit(1)\n", "")
    with Requests(address) as requests:
        site.edit(source, 'VERSION = "1"', 'VERSION = "3"')
        site.up()
        assert get(address)[1]["version"] == "3"
    assert requests.failed == {}


def test_a_first_deploy_that_fails_leaves_no_stack_half_made_and_the_next_works(site):
    """An app that dies at start, new in the project: the reason is told, and mending it is enough."""
    folder = site.root / "services/late"
    folder.mkdir()
    try:
        (folder / "service.yaml").write_text("kind: web\nhttp: {path: /late}")
        (folder / "main.py").write_text('raise SystemExit("not yet")')
        assert "| not yet" in site.up(code=1).stderr
        (failed,) = json.loads(site.dockyard("history", "late", "--json", **_aws(site)).stdout)
        assert (failed["what"], "exited with 1" in failed["reason"], bool(failed["deploy"]["made"]["actor"])) == (
            "failed",
            True,
            True,
        )
        app = "import http.server as h, os\nh.ThreadingHTTPServer(('', int(os.environ['PORT'])), h.SimpleHTTPRequestHandler).serve_forever()"
        (folder / "main.py").write_text(app)
        (folder / "service.yaml").write_text("kind: web\nhttp: {path: /late, health: {path: /}}")
        assert "deployed in" in site.up().stderr
        told = json.loads(site.dockyard("history", "late", "--json", **_aws(site)).stdout)
        assert ([one["what"] for one in told], told[1]) == (["deployed", "failed"], failed)
        assert site.dockyard("url", "late", **_aws(site)).stdout.strip().endswith("/late")
        shutil.rmtree(folder)
        assert "demo-dev-late is still there, but its service is gone" in site.up().stderr
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        cloudformation = site.client("cloudformation")
        cloudformation.delete_stack(StackName="demo-dev-late")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="demo-dev-late", WaiterConfig={"Delay": 1})


def test_another_port_of_the_app_is_rolled_out_without_a_failed_request(site, source):
    address = site.addresses()["hello-python"]
    service = "services/hello-python/service.yaml"
    before = (site.root / service).read_text()
    try:
        with Requests(address) as requests:
            site.edit(service, "kind: web", "kind: web\nport: 9090")
            site.edit(source, 'VERSION = "1"', 'VERSION = "9090"')
            site.up()
            assert get(address)[1]["version"] == "9090"
        assert requests.failed == {}
    finally:
        (site.root / service).write_text(before)


def test_a_change_that_would_interrupt_a_service_is_made_on_wish_only(site):
    """Other capacity wants targets of another type, and CloudFormation turns the rule to them before they are there."""
    address = site.addresses()["hello-node"]
    service = "services/hello-node/service.yaml"
    before = (site.root / service).read_text()
    site.edit(service, "runs_on: ec2", "runs_on: fargate")
    site.edit(service, "memory: 256", "memory: 512")
    try:
        with Requests(address) as requests:
            told = site.up(code=1).stderr
        assert requests.failed == {}
        assert "demo-dev-hello-node was not changed: its target group WebTargets" in told
        site.dockyard("up", "--port", str(site.port), "--allow-interruption")
        assert get(address)[0] == 200
    finally:
        (site.root / service).write_text(before)
        site.dockyard("up", "--port", str(site.port), "--allow-interruption")


def test_a_service_that_comes_back_finds_its_repository(site):
    """It stayed with its images when the service went; CloudFormation would not make it again."""
    folder, away = site.root / "services/hello-node", site.root / "hello-node"
    folder.rename(away)
    try:
        site.up()
        assert not any("hello-node" in r["LogicalResourceId"] for r in _resources(site, "demo-registry"))
        cloudformation = site.client("cloudformation")
        cloudformation.delete_stack(StackName="demo-dev-hello-node")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="demo-dev-hello-node", WaiterConfig={"Delay": 1})
    finally:
        away.rename(folder)
    assert "hello-node: image is in ECR already" in site.up().stderr
    assert any("hellonode" in r["LogicalResourceId"] for r in _resources(site, "demo-registry"))
    assert get(site.addresses()["hello-node"])[0] == 200


def test_deploy_of_one_service_touches_its_stack_only(site, source):
    site.edit(source, 'VERSION = "1"', 'VERSION = "4"')
    told = site.dockyard("deploy", "hello-python", **_aws(site)).stderr
    assert "demo-dev-hello-python: deployed" in told
    assert re.search(r"hello-python: image of \d+ MB; layers: \d+ pushed, \d+ reused", told)
    assert "hello-node" not in told


def test_a_stack_changed_by_someone_else_is_noticed(site):
    site.up()
    cloudformation = site.client("cloudformation")
    cloudformation.update_stack(
        StackName="demo-dev-hello-node", UsePreviousTemplate=True, Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": p["ParameterKey"], "UsePreviousValue": True} for p in _stack(site)["Parameters"]],
        Tags=[{"Key": "someone", "Value": "else"}],
    )  # fmt: skip
    cloudformation.get_waiter("stack_update_complete").wait(StackName="demo-dev-hello-node", WaiterConfig={"Delay": 1})
    assert "nothing changed" not in site.up().stderr
    assert "someone" not in json.dumps(_stack(site)["Tags"])


def test_after_the_load_balancer_was_replaced_every_rule_follows(site):
    """Values between stacks are read at each deploy, so services heal without being changed themselves."""
    site.edit("stacks/load_balancer.py", '        "LoadBalancer",', '        "Another",')
    try:
        site.up()
        assert all(get(address)[0] == 200 for address in site.addresses().values())
    finally:
        site.edit("stacks/load_balancer.py", '        "Another",', '        "LoadBalancer",')
        site.up()
    assert all(get(address)[0] == 200 for address in site.addresses().values())


def _aws(site) -> dict[str, str]:
    return site.account()


def _stack(site) -> dict:
    return site.client("cloudformation").describe_stacks(StackName="demo-dev-hello-node")["Stacks"][0]


def _resources(site, stack: str) -> list:
    return site.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]


def _pushed(site, repository: str) -> list:
    return [
        (i["imageTags"], i["imagePushedAt"])
        for i in site.client("ecr").describe_images(repositoryName=repository)["imageDetails"]
    ]


def _image(name: str) -> str:
    import docker

    return str(docker.from_env().containers.get(name).attrs["Config"]["Image"])


def test_in_maintenance_clients_get_a_page_and_the_service_is_deployed_behind_it(site, source):
    address = site.addresses()["hello-python"]
    service, path = "services/hello-python/service.yaml", "  path: /hello-python"
    site.edit(service, path, f"  maintenance: <h1>Back at noon</h1>\n{path}")
    try:
        site.edit(source, 'VERSION = "1"', 'VERSION = "2"')
        site.up()
        assert get(address) == (503, {"text": "<h1>Back at noon</h1>"})
        assert "! hello-python: in maintenance" in site.dockyard("status", **site.account()).stdout
    finally:
        site.edit(service, f"  maintenance: <h1>Back at noon</h1>\n{path}", path)
    with Requests(address) as requests:
        site.up()
    assert {status for status, _ in requests.seen} == {200, 503}
    assert requests.versions == {"", "2"}


FRONT = """load_balancer:
  internal: true
  access_logs: true
  waf: {logs: true}
  mutual_tls: {ca_bundle: partners.pem}
  rules: {bots: {path: /robots.txt, answer: {body: "*"}}}"""

SMOKE = "pipeline:\n  smoke: [ask-with-a-certificate]"


def test_with_a_domain_a_service_answers_by_https_under_its_own_name(site):
    """A certificate that is made, a record, HTTP that leads there; inside of the network, too, for clients with a certificate of
    an authority in a file of the project. Without all that as before.
    """
    partner = Partner("partner")
    (site.root / "partners.pem").write_text(partner.pem)
    client = partner.client("shop")
    zone = site.client("route53").create_hosted_zone(Name="example.com", CallerReference="https")["HostedZone"]["Id"]
    front = f"domains: {{example.com: {{hosted_zone: {zone.rpartition('/')[2]}}}}}\n{FRONT}\n"
    service, path, own = (
        "services/hello-python/service.yaml",
        "  path: /hello-python",
        "  host: shop.example.com\n  reach: both\n",
    )
    site.edit("dockyard.yaml", "environments:", f"{front}environments:")
    site.edit("dockyard.yaml", "pipeline:", SMOKE)
    site.edit(service, path, own + path)
    try:
        told = site.up()
        assert "https://shop.example.com/hello-python" in told.stdout
        (way,) = re.findall(r"shop.example.com must point at .* until then: curl (.*)", told.stderr)
        assert re.fullmatch(r"https://shop\.example\.com:\d+/hello-python 200", _asked(site, way, client))
        without = f"! curl -skL -o /dev/null -w '%{{http_code}}' {way}"  # which leads to HTTPS, and ends there
        assert site.run("sh", "-c", without).stdout == "301"
        assert _asked(site, way.replace("/hello-python", "/robots.txt"), client).endswith("/robots.txt 200")
        balancers = {one["Scheme"]: one["DNSName"] for one in site.client("elbv2").describe_load_balancers()["LoadBalancers"]}
        ports = {scheme: name.partition(":")[2] for scheme, name in balancers.items()}
        inside = way.replace(f":{ports['internet-facing']}/", f":{ports['internal']}/")
        assert inside != way
        assert _asked(site, inside, client).endswith("/hello-python 200")
    finally:
        site.edit("dockyard.yaml", front, "")
        site.edit("dockyard.yaml", SMOKE, "pipeline:")
        site.edit(service, own + path, path)
        site.up()
    assert all(get(address)[0] == 200 for address in site.addresses().values())


def _asked(site, way: str, client: Path) -> str:
    """The address that answered in the end, and its status; the certificate is checked, and that of the client is shown."""
    ended = site.run("curl", "-sS", "--cert", str(client), "-w", "\n%{url_effective} %{http_code}", *way.split())
    return ended.stdout.splitlines()[-1]
