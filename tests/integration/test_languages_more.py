"""One small app a language, each built on a stand-in, run as not root, asked for 200 and stopped by SIGTERM.

None of them needs anything from the net beside Debian's packages in the stand-ins.
"""

import contextlib
import http.client
import json
import time

import docker
import pytest

from tests.integration.support import Site
from tests.unit.build.detect.test_cases import write

GO = """package main

import (
\t"net/http"
\t"os"
)

func main() {
\thttp.Handle("/", http.FileServer(http.Dir("static")))
\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
"""
CGO = GO.replace("import (", '// #include <stdlib.h>\nimport "C"\n\nimport (').replace(
    "func main() {", "func main() {\n\tC.abs(1)"
)
RUST = """use std::io::{Read, Write};

fn main() {
    let address = format!("0.0.0.0:{}", std::env::var("PORT").unwrap());
    for stream in std::net::TcpListener::bind(address).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello");
    }
}
"""
JAVA = """import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes());
            exchange.close();
        });
        server.start();
    }
}
"""
ELIXIR = """defmodule Hello do
  use Application

  def start(_, _) do
    port = String.to_integer(System.get_env("PORT"))
    {:ok, socket} = :gen_tcp.listen(port, [:binary, active: false, reuseaddr: true])
    Supervisor.start_link([{Task, fn -> serve(socket) end}], strategy: :one_for_one)
  end

  defp serve(socket) do
    {:ok, client} = :gen_tcp.accept(socket)
    :gen_tcp.recv(client, 0)
    :gen_tcp.send(client, "HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello")
    :gen_tcp.close(client)
    serve(socket)
  end
end
"""
MIX = """defmodule Hello.MixProject do
  use Mix.Project
  def project, do: [app: :hello, version: "0.1.0", elixir: "~> 1.14", deps: []]
  def application, do: [extra_applications: [:logger], mod: {Hello, []}]
end
"""
SHELL = """#!/bin/bash
while true; do
  perl -MIO::Socket -e '$s = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or exit 1;
    while ($c = $s->accept) { <$c>; print $c "HTTP/1.0 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello"; close $c }'
done
"""
WRITE = "require('fs').mkdirSync('dist/assets', {recursive: true}); const put = require('fs').writeFileSync"

APPS = {
    "go": {"go.mod": "module example.com/hello\n\ngo 1.24\n", "main.go": GO, "static/index.html": "hello"},
    "go-with-c": {"go.mod": "module example.com/hello\n\ngo 1.24\n", "cmd/web/main.go": CGO, "static/index.html": "hello"},
    "ruby": {
        ".ruby-version": "3.3",
        "config.ru": "run ->(env) { [200, {}, ['hello']] }\n",
        "Procfile": "web: puma -b tcp://0.0.0.0:$PORT\n",
    },
    "php": {"public/index.php": "<?php echo 'hello';\n"},
    "rust": {
        "Cargo.toml": '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2021"\n',
        "Cargo.lock": 'version = 4\n\n[[package]]\nname = "hello"\nversion = "0.1.0"\n',
        "src/main.rs": RUST,
    },
    "java": {"Main.java": JAVA},
    "elixir": {"mix.exs": MIX, "lib/hello.ex": ELIXIR},
    "shell": {"start.sh": SHELL},
    "static": {"index.html": "hello"},
    "single-page": {
        "package.json": json.dumps({"scripts": {"build": "node make.js"}, "devDependencies": {"vite": "file:./vite"}}),
        "vite/package.json": json.dumps({"name": "vite", "version": "1.0.0"}),
        "make.js": f"{WRITE}; put('dist/index.html', 'hello'); put('dist/assets/a-1.js', '1')",
        "index.html": "",
    },
}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Service to image, as a user gets them: the local AWS has the stand-ins, and all are built side by side."""
    site = Site(tmp_path_factory.mktemp("languages"))
    for name, files in APPS.items():
        write(site.root / "services" / name, {"service.yaml": f"kind: web\nport: 8000\nhttp: {{path: /{name}}}\n", **files})
    (site.root / "dockyard.yaml").write_text("name: languages\nenvironments: {dev: {}}\n")
    try:
        site.dockyard("local", "up", "--port", str(site.port))
        built = site.run("dockyard", "build", "--json", **site.in_local_aws())
        yield {row["service"]: row["image"] for row in json.loads(built.stdout)}
    finally:
        site.dockyard("local", "down")


@contextlib.contextmanager
def running(image):
    container = docker.from_env().containers.run(image, detach=True)
    try:
        container.reload()
        yield container
    finally:
        container.remove(force=True)


@pytest.mark.parametrize("language", APPS)
def test_an_app_answers_as_another_user_than_root_and_ends_by_sigterm(images, language):
    with running(images[language]) as container:
        assert answer(container)[::2] == (200, b"hello")
        assert container.exec_run("id -u").output.strip() == b"10001"
        begun = time.monotonic()
        container.kill("SIGTERM")
        container.wait(timeout=10)
        assert time.monotonic() - begun < 5


def test_a_single_page_app_is_served_without_node(images):
    """A path that only the browser knows gets the page; a missing asset does not; hashed names are kept."""
    with running(images["single-page"]) as container:
        assert answer(container, "/shop/7")[::2] == (200, b"hello")
        assert answer(container)[1]["Cache-Control"] == "no-cache"
        assert answer(container, "/assets/a-1.js")[1]["Cache-Control"] == "public, max-age=31536000, immutable"
        assert (answer(container, "/assets/gone.js")[0], answer(container, "/.env")[0]) == (404, 404)
        assert container.exec_run("sh -c 'command -v node'").exit_code != 0


def answer(container, path: str = "/", seconds: float = 20) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body, as soon as it listens."""
    address = next(iter(container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]
    for _ in range(int(seconds * 10)):
        connection = http.client.HTTPConnection(address, 8000, timeout=5)
        try:
            connection.request("GET", path)
            got = connection.getresponse()
            return got.status, got.headers, got.read().strip()
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(container.logs().decode())
