"""Haskell."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("Stack", {"stack.yaml": "resolver: lts-22.0\n", "package.yaml": "name: hello\ndependencies:\n- scotty\nexecutables:\n  hello-exe:\n    main: Main.hs\n"},
         {"package_manager": "stack", "start": "bin/hello-exe", "framework": "scotty"}),
    Case("Cabal", {"hello.cabal": "name: hello\nexecutable hello\n  main-is: Main.hs\n  build-depends: base, warp\n"}, {"package_manager": "cabal", "start": "bin/hello", "framework": "warp"}),
    Case("a port in the source", {"stack.yaml": "", "package.yaml": "executables:\n  hello:\n    main: Main.hs\n", "app/Main.hs": "main = scotty 3000 routes\n"},
         {"port": 3000, "warnings": ("app/Main.hs listens on 3000",), "sources": {"port": "app/Main.hs"}}),
    Case("Yesod", {"stack.yaml": "", "package.yaml": "dependencies:\n- yesod\nexecutables:\n  hello:\n    main: main.hs\n"},
         {"framework": "yesod", "port": 8080, "details": {"env": {"YESOD_PORT": "8080"}}}),
]  # fmt: skip
NOT_RUN = {case.title: "no stand-in is made of its image, and Hackage cannot be reached where the tests run" for case in CASES}
