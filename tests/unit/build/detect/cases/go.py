"""Go."""

from tests.unit.build.detect.cases.case import Case

MAIN = 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("hello")\n}\n'
SUM = "example.com/x v1.0.0 h1:abc=\n"


def module(*required: str, version: str = "1.24", name: str = "example.com/team/hello") -> str:
    return f"module {name}\n\ngo {version}\n" + ("\nrequire (\n\t" + "\n\t".join(required) + "\n)\n" if required else "")


def framework(name: str, path: str) -> Case:
    return Case(
        f"{name}", {"go.mod": module(f"{path} v1.9.0"), "go.sum": SUM, "main.go": MAIN},
        {"framework": name, "start": "bin/hello", "package_manager": "go", "warnings": ()},
    )  # fmt: skip


CASES = [
    Case(
        "module with the main package in its folder", {"go.mod": module(), "main.go": MAIN},
        {"version": "1.24", "package_manager": "go", "start": "bin/hello", "framework": None, "warnings": (),
         "sources": {"version": "go.mod go", "package_manager": "go.mod", "start": "main.go"}},
    ),
    Case("main function in another file", {"go.mod": module(), "server.go": MAIN, "main_test.go": MAIN}, {"start": "bin/hello", "sources": {"start": "server.go"}}),
    Case("module path with a version", {"go.mod": module(name="github.com/team/api/v2"), "main.go": MAIN}, {"start": "bin/api"}),
    Case("no module", {"main.go": MAIN}, {"package_manager": "none", "start": "bin/app", "version": "1.25", "sources": {"version": "default"}}),
    Case("program below cmd", {"go.mod": module(), "cmd/web/main.go": MAIN, "internal/x.go": "package internal\n"},
         {"start": "bin/web", "sources": {"start": "cmd/web/main.go"}, "details": {"package": "./cmd/web"}}),
    Case("several programs below cmd", {"go.mod": module(), "cmd/migrate/main.go": MAIN, "cmd/server/main.go": MAIN},
         {"start": "bin/server", "warnings": ("several programs (./cmd/migrate, ./cmd/server)",)}),
    Case("several programs, one with the module's name", {"go.mod": module(), "cmd/hello/main.go": MAIN, "cmd/api/main.go": MAIN},
         {"start": "bin/hello"}),
    Case("a program for the user beside its server", {"go.mod": module(), "cmd/hello/main.go": MAIN, "cmd/hellod/main.go": MAIN}, {"start": "bin/hellod", "warnings": ("several programs",)}),
    Case("a path that leads out of the program's folder", {"go.mod": module(), "cmd/server/main.go": MAIN + 'func init() { flag.StringVar(&conf, "conf", "../../configs", "path") }\n', "configs/config.yaml": ""},
         {"start": "bin/server -conf configs"}),
    Case("program in a folder of its own", {"go.mod": module(), "backend/main.go": MAIN}, {"start": "bin/backend", "details": {"package": "./backend"}}),
    Case("a generator that is not built", {"go.mod": module(), "main.go": MAIN, "gen/gen.go": f"//go:build ignore\n\n{MAIN}"},
         {"start": "bin/hello", "warnings": ()}),
    Case(
        "workspace", {"go.work": "go 1.23.1\n\nuse (\n\t./api\n\t./shared // ours\n)\n", "api/go.mod": module(name="example.com/api"),
                      "api/main.go": MAIN, "shared/go.mod": module(name="example.com/shared"), "shared/x.go": "package shared\n"},
        {"start": "bin/api", "details": {"package": "./api"}, "version": "1.23", "sources": {"version": "go.work go"}},
    ),
    Case("toolchain", {"go.mod": module(version="1.23.0") + "\ntoolchain go1.24.2\n", "main.go": MAIN},
         {"version": "1.24.2", "sources": {"version": "go.mod toolchain"}}),
    Case("least version with a patch", {"go.mod": module(version="1.22.0"), "main.go": MAIN}, {"version": "1.22"}),
    Case("version of asdf", {"go.mod": module(), ".tool-versions": "golang 1.23.4\n", "main.go": MAIN}, {"version": "1.23.4", "sources": {"version": ".tool-versions"}}),
    Case("version of mise", {"go.mod": module(), "mise.toml": '[tools]\ngo = "1.22"\n', "main.go": MAIN}, {"version": "1.22", "sources": {"version": "mise.toml"}}),
    Case("C code", {"go.mod": module(), "main.go": MAIN.replace('import "fmt"', '// #include <stdlib.h>\nimport "C"\nimport "fmt"')}, {"details": {"cgo": True}}),
    Case("C code in a module that is needed", {"go.mod": module("github.com/mattn/go-sqlite3 v1.14.0"), "go.sum": SUM, "main.go": MAIN}, {"details": {"cgo": True}}),
    Case("vendored modules", {"go.mod": module("github.com/gorilla/mux v1.8.0"), "vendor/modules.txt": "# x\n", "vendor/a/main.go": MAIN, "main.go": MAIN},
         {"framework": "mux", "warnings": (), "start": "bin/hello"}),
    Case("no go.sum", {"go.mod": module("github.com/gorilla/mux v1.8.0"), "main.go": MAIN}, {"warnings": ("has no go.sum",), "details": {"flags": "-mod=mod "}}),
    framework("gin", "github.com/gin-gonic/gin"),
    framework("echo", "github.com/labstack/echo/v4"),
    framework("fiber", "github.com/gofiber/fiber/v2"),
    framework("chi", "github.com/go-chi/chi/v5"),
    framework("mux", "github.com/gorilla/mux"),
    Case("framework of a dependency only", {"go.mod": module("github.com/gin-gonic/gin v1.9.0 // indirect"), "go.sum": SUM, "main.go": MAIN}, {"framework": None}),
    Case("Procfile with the binary", {"go.mod": module(), "main.go": MAIN, "Procfile": "web: bin/hello -v\n"},
         {"start": "bin/hello -v", "sources": {"start": "Procfile"}}),
    Case("Procfile with go run", {"go.mod": module(), "main.go": MAIN, "Procfile": "web: go run -v main.go other.go --config x.yml\n"},
         {"start": "bin/hello --config x.yml", "sources": {"start": "Procfile"}}),
    Case("Procfile with go run of a package", {"go.mod": module(), "main.go": MAIN, "cmd/web/main.go": MAIN, "Procfile": "web: go run ./cmd/web -p $PORT\n"},
         {"start": "bin/web -p 8080", "details": {"package": "./cmd/web"}}),
    Case("Procfile that chooses a program", {"go.mod": module(), "cmd/worker/main.go": MAIN, "cmd/web/main.go": MAIN, "Procfile": "web: ./bin/worker\n"},
         {"start": "./bin/worker", "details": {"package": "./cmd/worker", "program": "worker"}, "warnings": ()}),
    Case("Procfile with another name", {"go.mod": module(), "main.go": MAIN, "Procfile": "web: bin/other\n"}, {"start": "bin/other", "details": {"program": "other"}}),
    Case("assets by Node.js", {"go.mod": module(), "main.go": MAIN, "package.json": {"scripts": {"build": "vite build"}}, "package-lock.json": {}},
         {"images": {"base": "golang:1.24", "run": "debian:trixie-slim", "node": "node:24-slim"}}),
    Case("embedded pages that are not there", {"go.mod": module(), "main.go": MAIN, "web/web.go": "package web\n\n//go:embed all:dist\nvar pages embed.FS\n\n//go:embed templates/*\nvar templates embed.FS\n", "web/templates/a.html": ""},
         {"start": "bin/hello", "warnings": ("web/web.go embeds dist, and nothing of that is there",)}),
    Case("a port in the source", {"go.mod": module(), "main.go": MAIN, "web/serve.go": 'package web\n\nfunc Serve() { http.ListenAndServe(":3000", nil) } // ListenAndServe(":1")\n'},
         {"port": 3000, "warnings": ("web/serve.go listens on 3000 and does not look at PORT",), "sources": {"port": "web/serve.go"}}),
    Case("a port that is an option", {"go.mod": module(), "main.go": MAIN + 'var p = flag.String("port", "3000", "where it listens")\n'},
         {"port": 3000, "warnings": ("main.go listens on 3000 and does not look at PORT",), "sources": {"port": "main.go"}}),
    Case("a port that is an option of Viper", {"go.mod": module(), "main.go": MAIN + 'var p = flags.Int("port", 3000, "where it listens")\nfunc init() { viper.AutomaticEnv() }\n'},
         {"port": 8080, "warnings": (), "sources": {"port": "default"}}),
    Case("an address of its own container", {"go.mod": module(), "main.go": MAIN + 'var s = http.Server{Addr: "127.0.0.1:8080"}\n'},
         {"port": 8080, "warnings": ("main.go listens on 127.0.0.1",)}),
    Case("a port in the source, behind PORT", {"go.mod": module(), "main.go": MAIN + 'var p = os.Getenv("PORT")\nvar s = http.Server{Addr: ":3000"}\n'},
         {"port": 8080, "warnings": (), "sources": {"port": "default"}}),
    Case("a port that is an option with a short name", {"go.mod": module(), "main.go": MAIN + 'func init() {\n\tflags.IntVarP(&port, "port", "p", 3000, "where it listens")\n\tviper.SetEnvPrefix("hello")\n\tviper.AutomaticEnv()\n}\n'},
         {"port": 3000, "warnings": ("main.go listens on 3000",)}),
    Case("an address that is an option", {"go.mod": module(), "main.go": MAIN + 'var listen = flag.String("listen", ":5678", "where it listens")\n'}, {"port": 5678, "warnings": ("main.go listens on 5678",)}),
    Case("an option with an address of its own container", {"go.mod": module(), "main.go": MAIN + 'func init() {\n\tflags.StringP("address", "a", "127.0.0.1", "")\n\tflags.StringP("port", "p", "8080", "")\n}\n'},
         {"port": 8080, "warnings": ("main.go listens on 127.0.0.1",)}),
    Case("a port in the call that reads a variable", {"go.mod": module(), "main.go": MAIN + 'var a, b = getEnv("DB_PORT", "4000"), getEnv("HELLO_PORT", "3000")\n'}, {"port": 3000, "warnings": ("main.go listens on 3000",)}),
    Case("a port that is an option, or in a variable", {"go.mod": module(), "main.go": MAIN + 'func init() { flag.StringVar(&port, "port", getEnv("HELLO_PORT_NUMBER", "80"), "") }\n'},
         {"port": 80, "warnings": ("main.go listens on 80",)}),
    Case("a port in a tag", {"go.mod": module(), "main.go": MAIN, "config/config.go": 'package config\n\ntype DB struct {\n\tPort int `env:"DB_PORT" envDefault:"4000"`\n}\n\ntype Server struct {\n\tPort int `default:"80"`\n}\n'},
         {"port": 80, "warnings": ("config/config.go listens on 80",), "sources": {"port": "config/config.go"}}),
    Case("a port in YAML", {"go.mod": module(), "main.go": MAIN, "configs/config.yaml": "server:\n  http:\n    addr: 0.0.0.0:8000\n  grpc:\n    addr: 0.0.0.0:9000\ndata:\n  redis:\n    addr: cache:6380\n"},
         {"port": 8000, "warnings": ("configs/config.yaml listens on 8000",), "sources": {"port": "configs/config.yaml"}}),
    Case("a port in JSON", {"go.mod": module(), "main.go": MAIN, "config.json": '{\n  "server": {\n    "address": ":9090"\n  },\n  "database": {\n    "port": "33060"\n  }\n}\n'},
         {"port": 9090, "warnings": ("config.json listens on 9090",)}),
    Case("a port in an INI file", {"go.mod": module(), "main.go": MAIN, "conf/app.ini": "[database]\nPort = 33060\n\n[server]\n# debug or release\nHttpPort = 8000\n"},
         {"port": 8000, "warnings": ("conf/app.ini listens on 8000",)}),
    Case("a port in settings, behind PORT", {"go.mod": module(), "main.go": MAIN + 'var p = os.Getenv("PORT")\n', "config.yml": "port: 3000\n"}, {"port": 8080, "warnings": ()}),
    Case("a port from a variable with another name", {"go.mod": module(), "main.go": MAIN, "config/config.go": 'package config\n\ntype Server struct {\n\tPort int `env:"SERVER_PORT,required"`\n}\n'},
         {"port": 8080, "warnings": ('config/config.go listens where SERVER_PORT says, not PORT: set env: {SERVER_PORT: "8080"}',)}),
    Case("an address from a variable", {"go.mod": module(), "main.go": MAIN + 'func serve() { app.Listen(os.Getenv("SERVER_URL")) }\n'},
         {"port": 8080, "warnings": ('set env: {SERVER_URL: "0.0.0.0:8080"}',)}),
    Case("a port of another program", {"go.mod": module(), "cmd/tool/main.go": MAIN + 'var s = http.Server{Addr: ":3000"}\n', "cmd/web/main.go": MAIN},
         {"port": 8080, "start": "bin/web", "warnings": ("several programs",)}),
]  # fmt: skip
NOT_RUN: dict[str, str] = {}
