"""Dart."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("a server", {"pubspec.yaml": "name: hello\nenvironment:\n  sdk: ^3.5.0\ndependencies:\n  shelf: ^1.4.0\n", "pubspec.lock": "", "bin/server.dart": "void main() {}\n"},
         {"package_manager": "pub", "framework": "shelf", "start": "bin/server", "version": "stable", "warnings": (), "images": {"base": "dart:stable"}}),
    Case("several programs", {"pubspec.yaml": "name: hello\n", "pubspec.lock": "", "bin/hello.dart": "", "bin/tool.dart": ""}, {"start": "bin/hello"}),
    Case("version of asdf", {"pubspec.yaml": "name: hello\n", "bin/hello.dart": "", ".tool-versions": "dart 3.5.4\n"}, {"version": "3.5.4", "warnings": ("has no pubspec.lock",)}),
    Case("a port in the source", {"pubspec.yaml": "name: hello\n", "pubspec.lock": "", "bin/server.dart": "void main() {\n  shelf_io.serve(handler, InternetAddress.anyIPv4, 3000);\n}\n"},
         {"port": 3000, "warnings": ("bin/server.dart listens on 3000",), "sources": {"port": "bin/server.dart"}}),
]  # fmt: skip
NOT_RUN = {case.title: "Debian has no Dart" for case in CASES}
