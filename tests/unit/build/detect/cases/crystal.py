"""Crystal."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("a target", {"shard.yml": "name: hello\ntargets:\n  web:\n    main: src/hello.cr\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n", "shard.lock": "", "src/hello.cr": ""},
         {"package_manager": "shards", "start": "bin/web --port 8080", "framework": "kemal", "details": {"main": "src/hello.cr", "dependencies": True, "locked": True}}),
    Case("no target", {"shard.yml": "name: hello\n", "src/hello.cr": "", "src/other.cr": ""}, {"start": "bin/hello", "framework": None}),
    Case("version of shard.yml", {"shard.yml": "name: hello\ncrystal: 1.14.0\n", "src/hello.cr": ""},
         {"version": "1.14.0", "images": {"base": "crystallang/crystal:1.14.0"}, "sources": {"version": "shard.yml crystal"}}),
    Case("a range of versions in shard.yml", {"shard.yml": "name: hello\ncrystal: '>= 1.0, < 2.0'\n", "src/hello.cr": ""}, {"version": "1"}),
    Case("Kemal behind PORT", {"shard.yml": "name: hello\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n", "src/hello.cr": 'Kemal.run(ENV["PORT"].to_i)\n'}, {"start": "bin/hello", "port": 8080}),
    Case("a port in the source", {"shard.yml": "name: hello\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n", "src/hello.cr": "Kemal.run 4000\n"},
         {"start": "bin/hello", "port": 4000, "warnings": ("src/hello.cr listens on 4000",), "sources": {"port": "src/hello.cr"}}),
]  # fmt: skip
NOT_RUN = {case.title: "no stand-in is made of its image" for case in CASES}
