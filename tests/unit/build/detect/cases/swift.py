"""Swift."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("a program", {"Package.swift": '// swift-tools-version:5.9\nlet package = Package(name: "x", targets: [.executableTarget(name: "Hello")])\n'},
         {"package_manager": "swiftpm", "start": "bin/Hello", "version": "5.9", "framework": None, "sources": {"version": "Package.swift swift-tools-version"}}),
    Case("Vapor", {"Package.swift": '// swift-tools-version:6.0\nlet package = Package(dependencies: [.package(url: "https://github.com/vapor/vapor.git", from: "4.0.0")],'
                                    ' targets: [.executableTarget(name: "App"), .testTarget(name: "AppTests")])\n', "Package.resolved": {}},
         {"framework": "vapor", "start": "bin/App serve --hostname 0.0.0.0 --port 8080", "version": "6.2", "details": {"locked": True}}),
    Case("a target with a main.swift", {"Package.swift": '// swift-tools-version:5.3\nlet package = Package(name: "x", targets: [.target(name: "Lib"), .target(name: "Hello", dependencies: ["Lib"])])\n',
                                       "Sources/Hello/main.swift": "", "Sources/Lib/lib.swift": ""}, {"start": "bin/Hello", "version": "5.3"}),
    Case("version of .swift-version", {"Package.swift": '.executableTarget(name: "Hello")', ".swift-version": "6.1\n"}, {"version": "6.1", "sources": {"version": ".swift-version"}}),
    Case("Hummingbird with options", {"Package.swift": '.package(url: "https://github.com/hummingbird-project/hummingbird.git"), .executableTarget(name: "App")',
         "Sources/App/App.swift": 'struct App {\n    @Option(name: .shortAndLong)\n    var hostname: String = "127.0.0.1"\n    @Option var port: Int = 8080\n}\n'},
         {"framework": "hummingbird", "start": "bin/App --hostname 0.0.0.0 --port 8080"}),
    Case("Hummingbird without options", {"Package.swift": '.package(url: "https://github.com/hummingbird-project/hummingbird.git"), .executableTarget(name: "App")', "Sources/App/App.swift": ""},
         {"framework": "hummingbird", "start": "bin/App"}),
]  # fmt: skip
NOT_RUN = {case.title: "Debian's Swift is no stand-in: it lacks the static standard library" for case in CASES}
