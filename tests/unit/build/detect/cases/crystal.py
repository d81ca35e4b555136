"""Crystal."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("a target", {"shard.yml": "name: hello\ntargets:\n  web:\n    main: src/hello.cr\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n", "shard.lock": "", "src/hello.cr": ""},
         {"package_manager": "shards", "start": "bin/web", "framework": "kemal", "details": {"main": "src/hello.cr", "dependencies": True, "locked": True}}),
    Case("no target", {"shard.yml": "name: hello\n", "src/hello.cr": "", "src/other.cr": ""}, {"start": "bin/hello", "framework": None}),
    Case("version of shard.yml", {"shard.yml": "name: hello\ncrystal: 1.14.0\n", "src/hello.cr": ""},
         {"version": "1.14.0", "images": {"base": "crystallang/crystal:1.14.0"}, "sources": {"version": "shard.yml crystal"}}),
    Case("a range of versions in shard.yml", {"shard.yml": "name: hello\ncrystal: '>= 1.0, < 2.0'\n", "src/hello.cr": ""}, {"version": "1"}),
]  # fmt: skip
NOT_RUN = {case.title: "no stand-in is made of its image" for case in CASES}
