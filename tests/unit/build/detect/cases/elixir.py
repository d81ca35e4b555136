"""Elixir."""

from tests.unit.build.detect.cases.case import Case


def mix(*dependencies: str, more: str = "", elixir: str = "~> 1.14") -> str:
    listed = ",\n".join(f'      {{:{name}, "~> 1.0"}}' for name in dependencies)
    return (
        f'defmodule Hello.MixProject do\n  use Mix.Project\n\n  def project do\n    [\n      app: :hello,\n      version: "0.1.0",\n'
        f'      elixir: "{elixir}",\n      {more}deps: deps()\n    ]\n  end\n\n  defp deps do\n    [\n{listed}\n    ]\n  end\nend\n'
    )


PHOENIX = {
    "mix.exs": mix("phoenix", "phoenix_ecto", "ecto_sql", "bandit", more='aliases: ["assets.deploy": ["phx.digest"]],\n      '),
    "mix.lock": "%{}",
}
KEYS = ("Phoenix needs SECRET_KEY_BASE and DATABASE_URL",)

CASES = [
    Case(
        "app without dependencies", {"mix.exs": mix(), "lib/hello.ex": ""},
        {"version": "1.18", "package_manager": "mix", "start": "bin/hello start", "framework": None, "warnings": (), "details": {"dependencies": False},
         "images": {"base": "elixir:1.18", "run": "debian:trixie-slim"}, "sources": {"version": "mix.exs elixir", "start": "mix.exs"}},
    ),
    Case("Plug", {"mix.exs": mix("plug_cowboy"), "mix.lock": "%{}"}, {"framework": "plug", "details": {"dependencies": True, "locked": True}, "warnings": ()}),
    Case("Phoenix", PHOENIX, {"framework": "phoenix", "build": ("mix assets.deploy",), "start": "bin/hello start", "warnings": KEYS}),
    Case("Phoenix with packages of npm", {**PHOENIX, "assets/package.json": {"dependencies": {"x": "1"}}, "assets/package-lock.json": {}},
         {"images": {"node": "node:24-slim"}, "warnings": KEYS}),
    Case("named release", {"mix.exs": mix(more="releases: [web: [include_erts: true]],\n      ")}, {"start": "bin/web start", "details": {"release": "web"}}),
    Case("umbrella", {"mix.exs": mix().replace("app: :hello", 'apps_path: "apps"'), "apps/web/mix.exs": mix("phoenix"), "mix.lock": "%{}"},
         {"start": "mix phx.server", "details": {"mix": True}, "warnings": ("Phoenix needs SECRET_KEY_BASE",)}),
    Case("no mix.lock", {"mix.exs": mix("plug")}, {"warnings": ("has no mix.lock",)}),
    Case("Procfile of Phoenix", {**PHOENIX, "Procfile": "web: MIX_ENV=prod mix phx.server\n"}, {"start": "bin/hello start", "sources": {"start": "Procfile"}, "warnings": KEYS}),
    Case("version of asdf", {"mix.exs": mix(), ".tool-versions": "erlang 27.2\nelixir 1.17.3-otp-27\n"}, {"version": "1.17.3", "sources": {"version": ".tool-versions"}}),
    Case("version of Heroku's buildpack", {"mix.exs": mix(), "elixir_buildpack.config": "erlang_version=26.0\nelixir_version=1.16.2\n"}, {"version": "1.16.2"}),
    Case("version that is newer than the default", {"mix.exs": mix(elixir="~> 1.19")}, {"version": "1.19"}),
    Case("Phoenix with aliases that build", {"mix.exs": mix("phoenix", more='aliases: ["assets.setup": ["x"], "assets.build": ["y"]],\n      '), "mix.lock": "%{}"},
         {"build": ("mix assets.setup", "mix assets.build", "mix phx.digest"), "warnings": ("Phoenix needs SECRET_KEY_BASE",)}),
    Case("a Phoenix that serves by mix alone", {"mix.exs": mix().replace("    [\n\n", '    [\n      {:phoenix, "~> 1.5.9"}\n'), "mix.lock": "%{}", "config/prod.exs": "config :hello, Endpoint, http: [port: 1]\n"},
         {"framework": "phoenix", "warnings": ("Phoenix before 1.6 serves in a release only with server: true", "Phoenix needs SECRET_KEY_BASE")}),
    Case("an old Phoenix by its lock", {"mix.exs": mix("phoenix"), "mix.lock": '%{\n  "phoenix": {:hex, :phoenix, "1.3.0", "1c01"},\n}\n'},
         {"framework": "phoenix", "warnings": ("Phoenix before 1.6 serves in a release only with server: true", "Phoenix needs SECRET_KEY_BASE")}),
    Case("an old Phoenix that serves in a release", {"mix.exs": mix().replace("    [\n\n", '    [\n      {:phoenix, "~> 1.5.9"}\n'), "mix.lock": "%{}", "config/prod.exs": "config :hello, Endpoint, server: true\n"},
         {"warnings": ("Phoenix needs SECRET_KEY_BASE",)}),
]  # fmt: skip
NOT_RUN = {
    "Plug": "packages of Hex cannot be had where the tests run; an app without dependencies is run",
    "Phoenix": "as Plug",
    "Phoenix with packages of npm": "as Plug",
}
