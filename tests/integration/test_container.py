"""What a container is given, seen from inside of it."""

import json

SETTINGS = """
env_file: shop.env
env: {LEVEL: debug}
stop_timeout: 5
ulimits: {nofile: 4321}
writable: {/quick: 8}
volumes:
  files: {path: /files, type: efs}
  scratch: {path: /scratch}
"""
LOOK = """
import json, os, pathlib, resource
def there(path):
    return pathlib.Path(path).exists()
print(json.dumps({
    "limit": resource.getrlimit(resource.RLIMIT_NOFILE),
    "quick": os.statvfs("/quick").f_blocks * os.statvfs("/quick").f_frsize,
    "variables": [os.environ.get("SHOP"), os.environ.get("LEVEL")],
    "there": [there("/files/kept"), there("/quick/kept"), there("/scratch")],
    "user": os.getuid(),
}))
"""
WRITE = "import pathlib; [pathlib.Path(path, 'kept').write_text('1') for path in ('/files', '/quick')]"


def test_a_container_has_what_it_was_given_and_a_shared_file_outlives_it(site, settings):
    settings.write_text(settings.read_text() + SETTINGS)
    (site.root / "services/hello-python/shop.env").write_text("SHOP='one # two'\nLEVEL=info\n")
    site.up()
    before = _look(site)
    assert before["user"] != 0
    assert before["limit"] == [4321, 4321]
    assert before["quick"] == 8 * 2**20
    assert before["variables"] == ["one # two", "debug"]
    assert before["there"] == [False, False, True]
    site.dockyard("local", "exec", "hello-python", "--", "python", "-c", WRITE)
    assert _look(site)["there"] == [True, True, True]
    settings.write_text(settings.read_text().replace("LEVEL: debug", "LEVEL: trace"))
    site.up()
    after = _look(site)
    assert after["variables"] == ["one # two", "trace"]
    assert after["there"] == [True, False, True]


def _look(site):
    return json.loads(site.dockyard("local", "exec", "hello-python", "--", "python", "-c", LOOK).stdout)


BESIDE = """
import http.server, os

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["GREETING"].encode())

http.server.HTTPServer(("", int(os.environ["PORT"])), Answer).serve_forever()
"""
SIDECARS = """
depends_on: {prepare: success, beside: healthy}
volumes: {scratch: {path: /scratch}}
sidecars:
  prepare:
    image: {build: {context: beside}}
    command: [python, -c, "open('/made/ready', 'w').write('1')"]
    user: '0'
    essential: false
    mounts: {scratch: {path: /made}}
  beside:
    image: {build: {context: beside}}
    port: 9000
    env: {GREETING: 010}
    health: {command: "python -c \\"import urllib.request as r; r.urlopen('http://localhost:9000')\\"", interval: 5, start_period: 0}
"""
ASK = """
import pathlib, urllib.request
print(urllib.request.urlopen("http://localhost:9000").read().decode(), pathlib.Path("/scratch/ready").exists())
"""


def test_containers_beside_it_are_built_started_first_and_found(site, settings):
    folder = site.root / "services/hello-python/beside"
    folder.mkdir()
    (folder / "main.py").write_text(BESIDE)
    settings.write_text(settings.read_text() + SIDECARS)
    site.up()
    asked = site.dockyard("local", "exec", "hello-python", "--container", "app", "--", "python", "-c", ASK).stdout
    assert asked == "010 True\n"
    repositories = {one["repositoryName"] for one in site.client("ecr").describe_repositories()["repositories"]}
    assert {"demo/hello-python/beside", "demo/hello-python/prepare"} <= repositories
    tags = site.dockyard("tags", "hello-python").stdout
    assert [line.split()[0] for line in tags.splitlines()[1:]] == ["hello-python", "hello-python.beside", "hello-python.prepare"]
