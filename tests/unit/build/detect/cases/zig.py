"""Zig."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("a program", {"build.zig": 'const exe = b.addExecutable(.{\n    .name = "hello",\n});\n', "build.zig.zon": '.{ .name = .hello, .minimum_zig_version = "0.14.0" }\n'},
         {"start": "bin/hello", "version": "0.14.0", "sources": {"version": "build.zig.zon minimum_zig_version"},
          "details": {"archive": "https://ziglang.org/download/0.14.0/zig-linux-x86_64-0.14.0.tar.xz"}}),
    Case("a port in the source", {"build.zig": 'b.addExecutable(.{ .name = "hello" });\n', "src/main.zig": "var listener = Listener.init(.{ .port = 3000 });\n"},
         {"port": 3000, "warnings": ("src/main.zig listens on 3000",), "sources": {"port": "src/main.zig"}}),
    Case("the port of a database", {"build.zig": 'b.addExecutable(.{ .name = "hello" });\n', "src/main.zig": "const db = connect(.{ .port = 5432 });\n"}, {"port": 8080, "warnings": ()}),
]  # fmt: skip
NOT_RUN = {case.title: "ziglang.org cannot be reached where the tests run" for case in CASES}
