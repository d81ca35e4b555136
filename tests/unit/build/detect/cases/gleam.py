"""Gleam."""

from tests.unit.build.detect.cases.case import Case

MAIN = {"src/hello.gleam": "pub fn main() {}\n"}

CASES = [
    Case("a server", {"gleam.toml": 'name = "hello"\n[dependencies]\nwisp = "1"\n', "manifest.toml": "", **MAIN}, {"framework": "wisp", "start": "/app/entrypoint.sh run", "warnings": ()}),
    Case("version of asdf", {"gleam.toml": 'name = "hello"\n', ".tool-versions": "gleam 1.6.3\nerlang 27\n", **MAIN}, {"version": "1.6.3", "warnings": ("has no manifest.toml",)}),
    Case("a port in the source", {"gleam.toml": 'name = "hello"\n', "manifest.toml": "", "src/hello.gleam": "pub fn main() {\n  handler |> mist.new |> mist.port(8000) |> mist.start\n}\n"},
         {"port": 8000, "warnings": ("src/hello.gleam listens on 8000",), "sources": {"port": "src/hello.gleam"}}),
]  # fmt: skip
NOT_RUN = {case.title: "its image is of a registry that cannot be reached where the tests run" for case in CASES}
