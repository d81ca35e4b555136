"""Deno apps."""

from tests.unit.build.detect.cases.case import Case

SERVER = "Deno.serve(() => new Response())"
CASES = [
    Case("deno.json with a task", {"deno.json": {"tasks": {"start": "deno run --allow-net --watch main.ts"}}, "main.ts": SERVER, "deno.lock": "{}"},
         {"language": "deno", "version": "2.9.6", "package_manager": "deno", "start": "deno run --allow-net main.ts", "warnings": (), "sources": {"start": "deno.json tasks.start", "package_manager": "deno.lock"}}),
    Case("deno.jsonc, with comments", {"deno.jsonc": '{\n  // ours\n  "tasks": {"start": {"command": "deno serve --port 8000 a.ts"}},\n}', "a.ts": ""}, {"start": "deno serve --port 8080 a.ts"}),
    Case("no task", {"deno.json": {}, "main.ts": SERVER}, {"start": "deno run -A main.ts", "warnings": ("no deno.lock: two builds may differ; run deno install, and keep the file",)}),
    Case("a file that exports a fetch handler", {"deno.json": {}, "main.ts": "export default { fetch() {} }"}, {"start": "deno serve -A --port 8080 main.ts"}),
    Case("imports alone", {"main.ts": 'import { Hono } from "jsr:@hono/hono"\n'}, {"language": "deno", "framework": "hono", "start": "deno run -A main.ts"}),
    Case("Fresh 1", {"deno.json": {"tasks": {"start": "deno run -A --watch=static/,routes/ dev.ts", "build": "deno run -A dev.ts build", "preview": "deno run -A main.ts"}, "imports": {"$fresh/": "https://deno.land/x/fresh@1.6.8/"}},
         "dev.ts": "", "main.ts": ""}, {"framework": "fresh", "start": "deno run -A main.ts", "build": ("deno task build",)}),
    Case("Fresh 2", {"deno.json": {"tasks": {"start": "deno serve -A _fresh/server.js", "build": "vite build"}, "imports": {"fresh": "jsr:@fresh/core@^2"}}, "main.ts": ""},
         {"framework": "fresh", "start": "deno serve -A --port 8080 _fresh/server.js"}),
    Case("the version of .tool-versions", {"deno.json": {}, "main.ts": "", ".tool-versions": "deno 2.1.4"}, {"version": "2.1.4", "sources": {"version": ".tool-versions"}}),
    Case("a Procfile", {"deno.json": {}, "main.ts": "", "Procfile": "web: deno run -A srv.ts --port $PORT"}, {"start": "deno run -A srv.ts --port 8080", "sources": {"start": "Procfile"}}),
    Case("package.json beside deno.json", {"deno.json": {}, "package.json": {"dependencies": {"chalk": "5"}}, "main.ts": ""}, {"language": "deno"}),
    Case("deno.json beside an app of Node.js", {"deno.json": {}, "package.json": {"scripts": {"start": "node a.js"}, "dependencies": {"express": "5"}}}, {"language": "node"}),
    Case("Deno's database", {"deno.json": {"tasks": {"start": "deno run --unstable -A main.ts"}}, "main.ts": 'import "./data/kv.ts"\n', "data/kv.ts": "export const kv = await Deno.openKv()\n"},
         {"start": "deno run --unstable-kv -A main.ts"}),
    Case("a port in the source", {"deno.lock": {}, "index.ts": 'import { Application } from "https://deno.land/x/oak@v12.6.1/mod.ts"\nawait new Application().listen({ hostname: "0.0.0.0", port: 8000 })\n'},
         {"framework": "oak", "start": "deno run -A index.ts", "port": 8000, "warnings": ("index.ts listens on 8000",), "sources": {"port": "index.ts"}}),
    Case("Deno behind PORT", {"deno.lock": {}, "main.ts": 'Deno.serve({ port: Number(Deno.env.get("PORT") ?? 8000) }, () => new Response("hi"))\n'}, {"port": 8080, "warnings": ()}),
    Case("Deno's database, which deno.json allows", {"deno.json": {"unstable": ["kv"]}, "main.ts": "const kv = await Deno.openKv()\n"}, {"start": "deno run -A main.ts"}),
]  # fmt: skip
