"""Node.js and Bun apps, and sites that are built with them."""

from typing import Any

from tests.unit.build.detect.cases.case import Case

LOCK: dict[str, Any] = {"lockfileVersion": 3}
ALL = "0.0.0.0"
NGINX = "nginx -e stderr"


def package(*, scripts: dict[str, str] | None = None, dev: str = "", **more: Any) -> dict[str, Any]:
    """A package.json; `dev` and `needs` are names of packages."""
    needs = more.pop("needs", "")
    found: dict[str, Any] = {"name": more.pop("name", "shop"), "scripts": scripts or {}, **more}
    found["dependencies"] = dict.fromkeys(needs.split(), "*")
    found["devDependencies"] = dict.fromkeys(dev.split(), "*")
    return found


def app(needs: str, start: str | None = None, build: str | None = None, dev: str = "", **more: Any) -> dict[str, Any]:
    """A package.json with scripts to start and to build."""
    scripts = {name: text for name, text in (("start", start), ("build", build)) if text} | more.pop("scripts", {})
    return package(scripts=scripts, dev=dev, needs=needs, **more)


EXPRESS = app("express", "node index.js")

MANAGERS = [
    Case(
        "npm, with its lock",
        {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": ""},
        {
            "package_manager": "npm",
            "framework": "express",
            "start": "node index.js",
            "version": "24",
            "sources": {
                "package_manager": "package-lock.json",
                "start": "package.json scripts.start",
                "framework": "package.json dependencies",
            },
        },
    ),
    Case("npm, with npm-shrinkwrap.json", {"package.json": EXPRESS, "npm-shrinkwrap.json": LOCK}, {"package_manager": "npm"}),
    Case(
        "npm, without a lock",
        {"package.json": EXPRESS, "index.js": ""},
        {
            "package_manager": "npm",
            "warnings": ("no lock file: two builds may differ; run npm install, and keep the lock file that it writes",),
        },
    ),
    Case(
        "nothing to install",
        {"package.json": package(main="server.js"), "server.js": ""},
        {"package_manager": "none", "start": "node server.js"},
    ),
    Case(
        "Functions Framework",
        {
            "package.json": package(needs="@google-cloud/functions-framework"),
            "package-lock.json": LOCK,
            "index.js": "const functions = require('@google-cloud/functions-framework');\nfunctions.http('hello', (request, response) => {});\n",
        },
        {"framework": "functions-framework", "start": "functions-framework --target hello --port 8080"},
    ),
    Case(
        "an app that does nothing about SIGTERM",
        {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "app.listen(process.env.PORT);\n"},
        {"details": {"below_shell": True}},
    ),
    Case(
        "an app that handles SIGTERM",
        {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "", "src/stop.js": "process.on('SIGTERM', stop);\n"},
        {"details": {"below_shell": False}},
    ),
    Case(
        "Yarn 1",
        {"package.json": EXPRESS, "yarn.lock": "# yarn lockfile v1\n"},
        {"package_manager": "yarn", "details": {"tools": ("yarn@1.22.22",)}},
    ),
    Case(
        "Yarn 4, by the form of its lock",
        {"package.json": EXPRESS, "yarn.lock": "__metadata:\n  version: 8\n", ".yarnrc.yml": "nodeLinker: pnp\n"},
        {"package_manager": "yarn", "details": {"tools": ("@yarnpkg/cli-dist@4.18.1",)}},
    ),
    Case(
        "Yarn 3, by its lock",
        {"package.json": EXPRESS, "yarn.lock": "__metadata:\n  version: 6\n"},
        {"details": {"tools": ("@yarnpkg/cli-dist@3.8.7",)}},
    ),
    Case(
        "Yarn by packageManager",
        {"package.json": {**EXPRESS, "packageManager": "yarn@4.5.1+sha512.ab"}, "yarn.lock": "__metadata:\n  version: 8\n"},
        {"details": {"tools": ("@yarnpkg/cli-dist@4.5.1",)}, "sources": {"package_manager": "package.json packageManager"}},
    ),
    Case(
        "Yarn's release that is checked in",
        {
            "package.json": EXPRESS,
            "yarn.lock": "__metadata:\n  version: 8\n",
            ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.1.0.cjs\n",
            ".yarn/releases/yarn-4.1.0.cjs": "",
        },
        {"details": {"tools": ("@yarnpkg/cli-dist@4.1.0",)}},
    ),
    Case(
        "pnpm, with the lock of pnpm 9 and later",
        {"package.json": EXPRESS, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
        {"package_manager": "pnpm", "details": {"tools": ("pnpm@10.34.9",)}},
    ),
    Case(
        "pnpm 8, by its lock",
        {"package.json": EXPRESS, "pnpm-lock.yaml": "lockfileVersion: '6.0'\n"},
        {"details": {"tools": ("pnpm@8.15.9",)}},
    ),
    Case(
        "pnpm 7, by its lock",
        {"package.json": EXPRESS, "pnpm-lock.yaml": "lockfileVersion: 5.4\n"},
        {"details": {"tools": ("pnpm@7.33.7",)}},
    ),
    Case(
        "pnpm by packageManager",
        {"package.json": {**EXPRESS, "packageManager": "pnpm@9.1.0"}, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
        {"details": {"tools": ("pnpm@9.1.0",)}},
    ),
    Case(
        "pnpm by engines",
        {"package.json": {**EXPRESS, "engines": {"pnpm": "9"}}, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
        {"details": {"tools": ("pnpm@9.15.9",)}},
    ),
    Case(
        "Bun as package manager, its lock as text",
        {"package.json": EXPRESS, "bun.lock": "{}"},
        {"package_manager": "bun", "start": "node index.js"},
    ),
    Case(
        "Bun, its lock of before 1.2",
        {"package.json": app("hono", "bun run src/index.ts"), "bun.lockb": ""},
        {"package_manager": "bun", "framework": "hono", "start": "bun run src/index.ts", "details": {"runtime": ("bun@1.3.14",)}},
    ),
    Case(
        "Bun that watches files is not what runs",
        {
            "package.json": app("elysia", scripts={"dev": "bun --hot src/index.ts", "start": "bun --hot src/index.ts"}),
            "bun.lock": "",
        },
        {"start": "bun src/index.ts", "framework": "elysia"},
    ),
    Case(
        "Bun without start script",
        {"package.json": package(needs="hono"), "bun.lock": "", "index.ts": ""},
        {"start": "bun index.ts"},
    ),
    Case(
        "two locks: packageManager decides",
        {"package.json": {**EXPRESS, "packageManager": "npm@10.1.0"}, "package-lock.json": LOCK, "yarn.lock": ""},
        {"package_manager": "npm"},
    ),
    Case(
        "two locks",
        {"package.json": EXPRESS, "package-lock.json": LOCK, "yarn.lock": ""},
        {"package_manager": "yarn", "warnings": ("yarn.lock and package-lock.json: took yarn; remove those that are not kept",)},
    ),
]

VERSIONS = (
    [
        Case(
            f"Node.js: {file} with {written.strip()}",
            {"package.json": EXPRESS, "package-lock.json": LOCK, file: written},
            {"version": version, "sources": {"version": file}, "images": {"base": f"node:{version}-slim"}},
        )
        for file, written, version in [
            (".nvmrc", "v22.1\n", "22.1"),
            (".nvmrc", "lts/jod", "22"),
            (".nvmrc", "lts/*", "24"),
            (".nvmrc", "node", "24"),
            (".nvmrc", "20 # ours", "20"),
            (".node-version", "20.11.0", "20.11.0"),
            (".tool-versions", "ruby 3\nnodejs 20.3.1", "20.3.1"),
            ("mise.toml", '[tools]\nnode = "22"', "22"),
            (".mise.toml", '[tools]\nnode = {version = "20.1"}', "20.1"),
            ("mise.toml", '[tools]\nnode = ["18", "20"]', "18"),
        ]
    ]
    + [
        Case(
            f"Node.js: engines {written}",
            {"package.json": {**EXPRESS, "engines": {"node": written}}, "package-lock.json": LOCK},
            {"version": version},
        )
        for written, version in [
            ("^18", "18"),
            (">=20 <23", "22"),
            ("18.x", "18"),
            ("20 || 22", "22"),
            (">= 18.0.0", "24"),
            ("~20.10", "20.10"),
            ("20.10.0", "20.10.0"),
            ("22.X", "22"),
            ("*", "24"),
            ("18 - 20", "20"),
            (">=16.0.0 <=20", "20"),
            ("<21", "20"),
            ("^18.18.0 || ^20.9.0 || >=21.1.0", "24"),
            (">=25", "26"),
            ("<=20.5.1", "18"),
            (">=23 <24", "23"),
            ("lts/iron", "20"),
            ("=18.17.0", "18.17.0"),
            ("^12.22.0 || ^14.17.0", "14"),
        ]
    ]
    + [
        Case(
            "Node.js: volta",
            {"package.json": {**EXPRESS, "volta": {"node": "20.2.0"}}},
            {"version": "20.2.0", "sources": {"version": "package.json volta.node"}},
        ),
        Case(
            "Node.js: devEngines",
            {"package.json": {**EXPRESS, "devEngines": {"runtime": {"name": "node", "version": "22.x"}}}},
            {"version": "22"},
        ),
        Case(
            "Node.js: node-sass, which is for some releases of it",
            {"package.json": {**EXPRESS, "devDependencies": {"node-sass": "^4.14.0"}}, "package-lock.json": LOCK},
            {"version": "14", "sources": {"version": "package.json node-sass"}, "images": {"base": "node:14-bullseye-slim"}},
        ),
        Case(
            "Node.js: node-sass, and a range without an upper end",
            {"package.json": {**EXPRESS, "engines": {"node": ">=10"}, "devDependencies": {"node-sass": "^7.0.1"}}},
            {"version": "16", "sources": {"version": "package.json engines.node"}, "images": {"base": "node:16-bookworm-slim"}},
        ),
        Case(
            "Node.js: no version that is known",
            {"package.json": EXPRESS, "package-lock.json": LOCK, ".nvmrc": "lts/unknown"},
            {"version": "24", "warnings": ('.nvmrc: "lts/unknown" is no version of Node.js: took 24',)},
        ),
    ]
)

SERVERS = [
    Case(name, {"package.json": app(needs, start, build, dev=dev), "package-lock.json": LOCK}, {"framework": framework, "start": told, "build": built})
    for name, framework, needs, dev, start, build, told, built in [
        ("Express", "express", "express", "", "node server.js", None, "node server.js", ()),
        ("Fastify, built by tsc", "fastify", "fastify", "typescript", "node dist/server.js", "tsc", "node dist/server.js", ("npm run build",)),
        ("Koa", "koa", "koa", "", "NODE_ENV=production node app.js", None, "node app.js", ()),
        ("Hapi", "hapi", "@hapi/hapi", "", "cross-env NODE_ENV=production DEBUG=a node .", None, "env DEBUG=a node .", ()),
        ("Hono by tsx", "hono", "hono", "tsx", "tsx src/index.ts", None, "tsx src/index.ts", ()),
        ("Express by ts-node", "express", "express ts-node typescript", "", "ts-node src/index.ts", None, "ts-node src/index.ts", ()),
        ("nodemon is for development", "express", "express nodemon", "", "nodemon --exec ts-node src/index.ts", None, "ts-node src/index.ts", ()),
        ("node --watch is for development", "express", "express", "", "node --watch server.js", None, "node server.js", ()),
        ("pm2 in the background", "express", "express pm2", "", "pm2 start server.js", None, "node server.js", ()),
        ("built at start", "express", "express", "typescript", "npm run build && node dist/index.js", "tsc", "node dist/index.js", ("npm run build",)),
        ("built at start by a command", "express", "express", "typescript", "tsc && node dist/index.js", None, "node dist/index.js", ("tsc",)),
        ("migrations at start", "express", "express prisma", "", "prisma migrate deploy && node index.js", None,
         "sh -c 'prisma migrate deploy && exec node index.js'", ()),
        ("Nest", "nest", "@nestjs/core @nestjs/platform-express", "@nestjs/cli", "nest start", "nest build", "node dist/main", ("npm run build",)),
        ("Next.js", "next", "next react", "", "next start", "next build", "next start", ("npm run build",)),
        ("Next.js on a port", "next", "next react", "", "next start -p 3000", "next build", "next start -p 8080", ("npm run build",)),
        ("Next.js without scripts", "next", "next react", "", None, None, "next start -p 8080", ("next build",)),
        ("Nuxt", "nuxt", "nuxt", "", None, "nuxt build", "node .output/server/index.mjs", ("npm run build",)),
        ("Remix", "remix", "@remix-run/node @remix-run/serve", "@remix-run/dev", "remix-serve ./build/server/index.js", "remix vite:build",
         "remix-serve ./build/server/index.js", ("npm run build",)),
        ("React Router 7", "react-router", "react-router @react-router/serve", "@react-router/dev vite", "react-router-serve ./build/server/index.js",
         "react-router build", "react-router-serve ./build/server/index.js", ("npm run build",)),
        ("SolidStart", "solidstart", "@solidjs/start vinxi", "", "vinxi start", "vinxi build", "node .output/server/index.mjs", ("npm run build",)),
        ("TanStack Start", "tanstack-start", "@tanstack/react-start nitro", "vite", "node .output/server/index.mjs", "vite build",
         "node .output/server/index.mjs", ("npm run build",)),
        ("Strapi", "strapi", "@strapi/strapi", "", "strapi start", "strapi build", "strapi start", ("npm run build",)),
        ("Keystone", "keystone", "@keystone-6/core", "", "keystone start", "keystone build", "keystone start", ("npm run build",)),
        ("Qwik City with Express", "qwik", "express", "@builder.io/qwik-city vite", "vite --open", "qwik build", NGINX, ("npm run build",)),
        ("AdonisJS", "adonis", "@adonisjs/core", "", "node bin/server.js", "node ace build", "node build/bin/server.js", ("npm run build",)),
    ]
]  # fmt: skip

STARTS = [
    Case("main, where there is no start script", {"package.json": package(main="lib/app"), "lib/app.js": ""}, {"start": "node lib/app.js", "sources": {"start": "package.json main"}}),
    Case("main that is not there, and index.js", {"package.json": package(main="gone.js"), "index.js": ""}, {"start": "node index.js", "sources": {"start": "index.js"}}),
    Case("main that the build makes", {"package.json": app("express", build="tsc", main="dist/index.js")}, {"start": "node dist/index.js"}),
    Case("src/index.js", {"package.json": package(needs="express"), "src/index.js": ""}, {"start": "node src/index.js"}),
    Case("TypeScript without a script, by tsx", {"package.json": package(needs="express", dev="tsx"), "src/index.ts": ""}, {"start": "tsx src/index.ts"}),
    Case("a Procfile before all", {"package.json": EXPRESS, "Procfile": "web: node web.js --port $PORT\n"},
         {"start": "node web.js --port 8080", "sources": {"start": "Procfile"}}),
    Case("a Procfile that starts by npm", {"package.json": EXPRESS, "Procfile": "web: npm start\n"}, {"start": "node index.js", "sources": {"start": "Procfile"}}),
    Case("scripts that run scripts", {"package.json": package(needs="express", scripts={"start": "npm run serve", "serve": "yarn prod", "prod": "node a.js"})},
         {"start": "node a.js"}),
    Case("a framework's build at start", {"package.json": app("astro", "astro build && serve dist", dev="serve"), "package-lock.json": LOCK}, {"start": NGINX, "build": ("astro build",)}),
    Case("nodemon by its file of settings", {"package.json": app("express", "nodemon", dev="nodemon ts-node typescript", main="src/app.ts"), "package-lock.json": LOCK,
                                             "nodemon.json": {"watch": ["src"], "exec": "ts-node --transpile-only ./src/app.ts"}, "src/app.ts": ""},
         {"start": "ts-node --transpile-only ./src/app.ts", "warnings": ("the start command needs ts-node",)}),
    Case("nodemon by package.json", {"package.json": app("express", "nodemon", dev="nodemon", nodemonConfig={"exec": "npm run api"}, scripts={"api": "node api.js"}), "package-lock.json": LOCK},
         {"start": "node api.js"}),
    Case("a main file in TypeScript, by nodemon", {"package.json": app("express tsx", "nodemon .", dev="nodemon", main="src/app.ts"), "package-lock.json": LOCK, "src/app.ts": ""}, {"start": "tsx src/app.ts"}),
    Case("pm2 by its file of settings", {"package.json": app("express pm2", "pm2 start ecosystem.config.json --no-daemon"), "package-lock.json": LOCK}, {"start": "pm2-runtime start ecosystem.config.json"}),
    Case("several programs at once", {"package.json": app("express concurrently", 'concurrently -n web,jobs "node web.js" npm:jobs', scripts={"jobs": "node jobs.js"}), "package-lock.json": LOCK},
         {"start": "concurrently -n web,jobs 'node web.js' npm:jobs", "warnings": ("starts several programs in one container",)}),
    Case("one program by concurrently", {"package.json": app("express concurrently", "concurrently -k 'node web.js'"), "package-lock.json": LOCK}, {"start": "concurrently -k 'node web.js'", "warnings": ()}),
    Case("several scripts at once, one for development", {"package.json": app("express", "run-p -s api pages", dev="npm-run-all nodemon vite", scripts={"api": "vite", "pages": "node web.js"}), "package-lock.json": LOCK, "server.js": ""},
         {"start": "node server.js"}),
    Case("several programs at once, one for development", {"package.json": app("express", "concurrently 'npm run api' 'npm start --prefix client'", dev="concurrently", scripts={"api": "nodemon server.js"}),
                                                           "package-lock.json": LOCK, "client/package.json": app("react react-scripts", "react-scripts start"), "server.js": ""},
         {"start": "node server.js", "warnings": ()}),
    Case("Fastify's command", {"package.json": app("fastify fastify-cli", "npm run build && fastify start -l info dist/app.js", "tsc", dev="typescript"), "package-lock.json": LOCK},
         {"start": "fastify start -l info dist/app.js", "build": ("npm run build",), "details": {"environment": {"FASTIFY_ADDRESS": ALL}}}),
    Case("start is for development, start:prod is not",
         {"package.json": package(needs="@nestjs/core", scripts={"start": "nest start --watch", "start:prod": "node dist/src/main", "build": "nest build"})},
         {"start": "node dist/src/main", "sources": {"start": "package.json scripts.start:prod"}}),
    Case("prestart that builds", {"package.json": package(needs="express", scripts={"prestart": "npm run build", "start": "node dist/a.js", "build": "tsc"})},
         {"start": "node dist/a.js", "build": ("npm run build",)}),
    Case("pages that nothing builds", {"package.json": app("express", "node server.js"), "package-lock.json": LOCK, "server.js": "app.use(express.static(path.join(__dirname, 'client', 'build')));\n",
                                       "client/package.json": app("react-scripts", "react-scripts start", "react-scripts build")},
         {"start": "node server.js", "build": (), "warnings": ("the server serves what client/package.json builds, and nothing builds it",)}),
    Case("pages that a script builds", {"package.json": app("express", "node server.js", scripts={"heroku-postbuild": "cd client && npm install && npm run build"}), "package-lock.json": LOCK,
                                        "server.js": "app.use(express.static('client/build'));\n", "client/package.json": app("react-scripts", "react-scripts start", "react-scripts build")},
         {"start": "node server.js", "build": ("npm run heroku-postbuild",), "warnings": ()}),
    Case("pages that a script builds by another", {"package.json": app("express", "node server.js", "npm run build:pages", scripts={"build:pages": "cd client && npm install && npm run build"}), "package-lock.json": LOCK,
                                                   "server.js": "app.use(express.static('client/build'));\n", "client/package.json": app("react-scripts", "react-scripts start", "react-scripts build")},
         {"start": "node server.js", "warnings": ()}),
    Case("pages that are there", {"package.json": app("express", "node server.js"), "package-lock.json": LOCK, ".gitignore": "node_modules\n", "server.js": "app.use(express.static('client/dist'));\n",
                                  "client/package.json": app("vite", "vite", "vite build"), "client/dist/index.html": ""},
         {"start": "node server.js", "warnings": ()}),
    Case("a server for development by its file", {"package.json": app("express", "node --max_old_space_size=4096 node_modules/webpack-dev-server/bin/webpack-dev-server.js --hot", dev="webpack-dev-server"),
                                                  "package-lock.json": LOCK, "server.js": ""}, {"start": "node server.js"}),
    Case("heroku-postbuild", {"package.json": package(needs="express", scripts={"start": "node a.js", "heroku-postbuild": "cd client && npm install && npm run build"})},
         {"start": "node a.js", "build": ("npm run heroku-postbuild",)}),
    Case("the command of another folder", {"package.json": package(scripts={"start": "cd api && npm start"}), "api/package.json": EXPRESS},
         {"start": "node index.js", "details": {"folder": "api"}, "framework": "express"}),
    Case("a command that needs a shell", {"package.json": package(needs="express", scripts={"start": "node a.js --port ${PORT:-3000} | tee log"})},
         {"start": "sh -c 'node a.js --port ${PORT:-3000} | tee log'"}),
    Case("a port with a default", {"package.json": package(needs="express", scripts={"start": "node a.js --port ${PORT:-3000}"})}, {"start": "node a.js --port 8080"}),
    Case("a start script that was never written", {"package.json": package(needs="express", scripts={"start": 'echo "no start" && exit 1'}), "index.js": ""},
         {"start": "node index.js"}),
    Case("a port that does not come from PORT", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "app.listen(3000, () => {})"},
         {"port": 3000, "warnings": ("index.js listens on 3000 and does not look at PORT: listen on process.env.PORT, or set port: 3000 in service.yaml",)}),
    Case("a port in what the entry file loads", {"package.json": app("express", "node index.js"), "package-lock.json": LOCK, "index.js": "require('tsx/cjs');\nrequire('./src/main');\n", "src/main.ts": "app.listen(3000);\n"},
         {"port": 3000, "warnings": ("src/main.ts listens on 3000 and does not look at PORT: listen on process.env.PORT, or set port: 3000 in service.yaml",)}),
    Case("a port in a file without a suffix", {"package.json": app("express", "node ./bin/www"), "package-lock.json": LOCK, "bin/www": "server.listen(3000);\n"}, {"port": 3000, "warnings": ("bin/www listens on 3000",)}),
    Case("a port in the file of a folder", {"package.json": app("express", "node backend/server"), "package-lock.json": LOCK, "backend/server/index.js": "server.listen(3000);\n"}, {"port": 3000, "warnings": ("listens on 3000",)}),
    Case("a port in what a script bundles", {"package.json": app("express", "node ./out/api.js", scripts={"build": "esbuild ./src/web/server.ts --bundle --outfile=./out/api.js"}, dev="esbuild"), "package-lock.json": LOCK,
                                             "src/web/server.ts": "server.listen(5000, () => {});\n"},
         {"port": 5000, "warnings": ("src/web/server.ts listens on 5000",)}),
    Case("a port from a variable with another name", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "const PORT = process.env.API_PORT;\napp.listen(PORT);\n"},
         {"port": 8080, "warnings": ('index.js listens where API_PORT says, not PORT: set env: {API_PORT: "8080"} in service.yaml',)}),
    Case("a port from a variable with another name, or another port", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "app.listen(process.env.SERVER_PORT || 4000);\n"},
         {"port": 4000, "warnings": ("index.js listens on 4000 and does not look at PORT",)}),
    Case("a port from a variable with another name, or the usual port", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "app.listen(process.env.API_PORT ?? '8080');\n"}, {"port": 8080, "warnings": ()}),
    Case("a test that names what is started", {"package.json": app("express", "node dist/index.js", scripts={"test": "tsx test/all.ts dist/index.js", "build": "tsc"}, dev="tsx typescript"), "package-lock.json": LOCK,
                                               "src/index.ts": "app.listen(4000);\n", "test/all.ts": "app.listen(1234);\n"}, {"port": 4000, "warnings": ("src/index.ts listens on 4000",)}),
    Case("a port that is written out, and another server's from a variable", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "proxy(`http://localhost:${process.env.BACKEND_PORT || 5000}`);\napp.listen(3000);\n"},
         {"port": 3000, "warnings": ("index.js listens on 3000",)}),
    Case("a port in a constant, and another server's from a variable", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "const port = 3000;\nproxy(process.env.API_PORT);\napp.listen(port);\n"},
         {"port": 3000, "warnings": ("index.js listens on 3000",)}),
    Case("a port from a variable with another name, or PORT", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "app.listen(process.env.APP_PORT || process.env.PORT);\n"}, {"port": 8080, "warnings": ()}),
    Case("a port that comes from PORT", {"package.json": EXPRESS, "package-lock.json": LOCK, "index.js": "const port = process.env.PORT || 3000\napp.listen(port)"},
         {"port": 8080, "warnings": ()}),
    Case("Fastify on localhost", {"package.json": app("fastify", "node a.js"), "package-lock.json": LOCK, "a.js": "require('fastify')().listen({port: process.env.PORT})"},
         {"warnings": ("a.js: Fastify listens on localhost alone: give listen host: '0.0.0.0'",)}),
    Case("TypeScript that has no build script", {"package.json": app("express", "node dist/index.js", dev="typescript"), "tsconfig.json": "{}", "package-lock.json": LOCK},
         {"build": ("tsc",)}),
    Case("what the start needs is for development", {"package.json": app("express", "tsx a.ts", dev="tsx"), "package-lock.json": LOCK},
         {"details": {"steps": ()}, "warnings": ("the start command needs tsx, which is in devDependencies: all of them are in the image",)}),
    Case("Prisma's client", {"package.json": app("express @prisma/client", "node a.js", dev="prisma"), "prisma/schema.prisma": "", "package-lock.json": LOCK},
         {"build": ("prisma generate",), "details": {"running": ("openssl",)}}),
    Case("native modules", {"package.json": app("bcrypt", "node a.js")}, {"details": {"building": ("g++", "make", "python3"), "running": ()}}),
    Case("dependencies from git", {"package.json": {**EXPRESS, "dependencies": {"a": "git+https://example.com/a.git"}}}, {"details": {"building": ("ca-certificates", "git")}}),
    Case("hooks of the installation that need no source", {"package.json": app("express", "node a.js", scripts={"prepare": "husky install || true", "postinstall": "patch-package"}),
         "patches/a.patch": "", "package-lock.json": LOCK}, {"details": {"files": ("package.json", "package-lock.json", "patches/a.patch"), "steps": ("npm prune --omit=dev --ignore-scripts --no-audit --no-fund",)}}),
    Case("hooks of the installation that may need all", {"package.json": app("express", "node a.js", scripts={"postinstall": "npm run build"})}, {"details": {"files": (), "install": None, "steps": ("npm install --no-audit --no-fund", "npm prune --omit=dev --ignore-scripts --no-audit --no-fund")}}),
]  # fmt: skip

FRAMEWORKS = [
    Case("Next.js, standalone", {"package.json": app("next", "next start", "next build"), "next.config.ts": "export default { output: 'standalone' }", "public/a.txt": ""},
         {"start": "node server.js", "details": {"environment": {"HOSTNAME": ALL}, "copied": {".next/standalone": ".", ".next/static": ".next/static", "public": "public"}}}),
    Case("Next.js, where standalone is in a comment", {"package.json": app("next", "next start", "next build"), "next.config.js": "module.exports = {\n  // output: 'standalone',\n}"},
         {"start": "next start"}),
    Case("Next.js as files", {"package.json": app("next", "next start", "next build"), "next.config.mjs": "export default { output: 'export' }"},
         {"start": NGINX, "details": {"served": "out"}, "framework": "next"}),
    Case("Next.js with a server of its own", {"package.json": app("next express", "NODE_ENV=production node server.js", "next build"), "server.js": ""}, {"start": "node server.js", "framework": "next"}),
    Case("Nuxt as files", {"package.json": app("nuxt", None, "nuxt generate")}, {"start": NGINX, "details": {"served": ".output/public", "fallback": "/200.html"}}),
    Case("Nuxt 2", {"package.json": {**app("", "nuxt start", "nuxt build"), "dependencies": {"nuxt": "^2.15.0"}}}, {"start": "nuxt start", "details": {"environment": {"HOST": ALL}}}),
    Case("React Router 7 for functions of a cloud", {"package.json": app("@react-router/architect @architect/architect", "arc sandbox", "react-router build", dev="@react-router/dev vite"), "package-lock.json": LOCK},
         {"framework": "react-router", "warnings": ("the start command needs @react-router/serve, and package.json has it not",)}),
    Case("React Router 7 as files", {"package.json": app("react-router", "react-router-serve ./build/server/index.js", "react-router build", dev="@react-router/dev"),
         "react-router.config.ts": "export default { ssr: false } satisfies Config"}, {"start": NGINX, "details": {"served": "build/client", "fallback": "/index.html"}}),
    Case("SvelteKit, adapter-node", {"package.json": package(scripts={"build": "vite build", "dev": "vite dev", "preview": "vite preview"}, dev="@sveltejs/kit @sveltejs/adapter-node vite"),
         "svelte.config.js": "import adapter from '@sveltejs/adapter-node';"}, {"start": "node build", "framework": "sveltekit", "build": ("npm run build",)}),
    Case("SvelteKit, adapter-static", {"package.json": package(scripts={"build": "vite build"}, dev="@sveltejs/kit @sveltejs/adapter-static vite"),
         "svelte.config.js": "import adapter from '@sveltejs/adapter-static';\nadapter({ fallback: '200.html' })"}, {"start": NGINX, "details": {"served": "build", "fallback": "/200.html"}}),
    Case("SvelteKit, adapter-auto", {"package.json": package(scripts={"build": "vite build"}, dev="@sveltejs/kit @sveltejs/adapter-auto vite"), "package-lock.json": LOCK,
         "svelte.config.js": "import adapter from '@sveltejs/adapter-auto';"},
         {"start": "node build", "build": ("npm install --no-save --no-audit --no-fund @sveltejs/adapter-node@5.5.7", "GCP_BUILDPACKS=1 npm run build")}),
    Case("Astro as files", {"package.json": app("astro", "astro dev", "astro build"), "astro.config.mjs": "export default {}"}, {"start": NGINX, "details": {"served": "dist"}, "framework": "astro"}),
    Case("Astro, rendered by a server", {"package.json": app("astro @astrojs/node", "astro preview", "astro build"),
         "astro.config.mjs": "import node from '@astrojs/node';\nexport default { output: 'server', adapter: node({ mode: 'standalone' }) }"},
         {"start": "node ./dist/server/entry.mjs", "details": {"environment": {"HOST": ALL}}}),
    Case("Angular", {"package.json": app("@angular/core", "ng serve", "ng build", dev="@angular/cli"), "angular.json": {"projects": {"shop": {"projectType": "application",
         "architect": {"build": {"builder": "@angular/build:application", "options": {}}}}}}}, {"start": NGINX, "details": {"served": "dist/shop/browser"}, "framework": "angular"}),
    Case("Angular by webpack", {"package.json": app("@angular/core", "ng serve", "ng build"), "angular.json": {"projects": {"shop": {"architect": {"build": {
         "builder": "@angular-devkit/build-angular:browser", "options": {"outputPath": "dist/x"}}}}}}}, {"details": {"served": "dist/x"}}),
    Case("Angular, rendered by a server", {"package.json": app("@angular/core @angular/ssr express", "ng serve", "ng build", scripts={"serve:ssr:shop": "node dist/shop/server/server.mjs"}),
         "angular.json": {"projects": {"shop": {"architect": {"build": {"builder": "@angular/build:application", "options": {"ssr": {"entry": "src/server.ts"}}}}}}}},
         {"start": "node dist/shop/server/server.mjs"}),
    Case("Angular of before 17, rendered by a server", {"package.json": package(needs="@angular/core express", scripts={"start": "ng serve", "build": "ng build", "serve:ssr": "node dist/shop/server/main.js",
         "build:ssr": "ng build --prod && ng run shop:server:production"}) | {"devDependencies": {"@angular/cli": "~11.0.1", "@angular-devkit/build-angular": "~0.1102.0"}}, "package-lock.json": LOCK},
         {"framework": "angular", "start": "node dist/shop/server/main.js", "build": ("npm run build:ssr",), "warnings": ("@angular-devkit/build-angular of this release builds by what OpenSSL 3 leaves out",)}),
    Case("Vite", {"package.json": package(scripts={"dev": "vite", "build": "vite build", "preview": "vite preview"}, dev="vite"), "index.html": ""},
         {"start": NGINX, "details": {"served": "dist", "fallback": "/index.html"}, "framework": "vite", "images": {"base": "node:24-slim", "server": "nginx:stable-alpine-slim"}}),
    Case("Vite, its output elsewhere", {"package.json": app("", "vite", "vite build", dev="vite"), "vite.config.ts": "export default { build: { outDir: './public_html' } }"}, {"details": {"served": "public_html"}}),
    Case("Vite with a server of its own", {"package.json": app("express", None, "vite build", dev="vite", scripts={"preview": "cross-env NODE_ENV=production node server"}), "server.js": ""},
         {"start": "node server", "framework": "express"}),
    Case("Create React App", {"package.json": app("react-scripts", "react-scripts start", "react-scripts build", scripts={"server": "json-server db.json"})},
         {"start": NGINX, "details": {"served": "build"}, "framework": "create-react-app"}),
    Case("Create React App with webpack 4", {"package.json": {"scripts": {"start": "react-scripts start", "build": "react-scripts build"}, "dependencies": {"react-scripts": "^3.4.1"}}, "package-lock.json": LOCK},
         {"details": {"variables": {"NODE_OPTIONS": "--openssl-legacy-provider"}},
          "warnings": ("react-scripts of this release builds by what OpenSSL 3 leaves out: NODE_OPTIONS=--openssl-legacy-provider is set in the build",)}),
    Case("Create React App with webpack 4 on Node.js 16", {"package.json": {"scripts": {"build": "react-scripts build"}, "dependencies": {"react-scripts": "3.4.1"}}, "package-lock.json": LOCK, ".nvmrc": "16"},
         {"details": {"variables": {}}, "warnings": ()}),
    Case("a start command with a variable of the container's", {"package.json": app("express", "NAME=$HOSTNAME node index.js")}, {"start": "sh -c 'exec env NAME=$HOSTNAME node index.js'"}),
    Case("a start command with a file of variables", {"package.json": app("express", "node --env-file=.env index.js"), "package-lock.json": LOCK},
         {"start": "node --env-file-if-exists=.env index.js", "warnings": ("the start command reads .env, which is not in the image: give its variables by env and secrets",)}),
    Case("create-t3-app", {"package.json": app("next @t3-oss/env-nextjs", "next start", "next build"), "package-lock.json": LOCK},
         {"details": {"variables": {"SKIP_ENV_VALIDATION": "1"}}, "warnings": ("@t3-oss/env-nextjs checks the app's variables, and no build has them: SKIP_ENV_VALIDATION=1 is set in the build",)}),
    Case("create-t3-app without its package", {"package.json": app("next zod", "next start", "next build"), "package-lock.json": LOCK, "next.config.mjs": "!process.env.SKIP_ENV_VALIDATION && (await import('./env.mjs'))"},
         {"details": {"variables": {"SKIP_ENV_VALIDATION": "1"}}, "warnings": ("next.config checks the app's variables",)}),
    Case("Create React App behind serve", {"package.json": app("react-scripts serve", "serve -s build", "react-scripts build")}, {"start": NGINX, "details": {"served": "build", "fallback": "/index.html"}}),
    Case("Vue CLI", {"package.json": app("vue", None, "vue-cli-service build", dev="@vue/cli-service", scripts={"serve": "vue-cli-service serve"})}, {"start": NGINX, "details": {"served": "dist"}, "framework": "vue-cli"}),
    Case("Gatsby", {"package.json": app("gatsby", "gatsby develop", "gatsby build")}, {"start": NGINX, "details": {"served": "public"}, "framework": "gatsby"}),
    Case("Docusaurus", {"package.json": app("@docusaurus/core", "docusaurus start", "docusaurus build", scripts={"serve": "docusaurus serve"})}, {"start": NGINX, "details": {"served": "build"}, "framework": "docusaurus"}),
    Case("VitePress", {"package.json": package(scripts={"docs:dev": "vitepress dev docs", "docs:build": "vitepress build docs"}, dev="vitepress")},
         {"start": NGINX, "details": {"served": "docs/.vitepress/dist"}, "build": ("vitepress build docs",), "framework": "vitepress"}),
    Case("Eleventy", {"package.json": package(scripts={"start": "eleventy --serve", "build": "eleventy"}, dev="@11ty/eleventy")}, {"start": NGINX, "details": {"served": "_site"}, "framework": "eleventy"}),
    Case("Parcel", {"package.json": package(scripts={"start": "parcel src/index.html", "build": "parcel build src/index.html"}, dev="parcel"), "src/index.html": ""}, {"details": {"served": "dist"}}),
    Case("webpack", {"package.json": package(scripts={"start": "webpack serve", "build": "webpack"}, dev="webpack webpack-cli"), "webpack.config.js": "path: path.resolve(__dirname, 'public')"}, {"details": {"served": "public"}}),
]  # fmt: skip

TURBO = {
    "package.json": package(
        scripts={"build": "turbo run build", "dev": "turbo run dev"}, dev="turbo", workspaces=["apps/*", "packages/*"]
    ),
    "turbo.json": {},
    "package-lock.json": LOCK,
}
WORKSPACES = [
    Case("a workspace of npm with one app", {"package.json": package(workspaces=["packages/*"]), "packages/api/package.json": package(name="api", needs="express lib", scripts={"start": "node index.js"}),
         "packages/lib/package.json": package(name="lib", scripts={"build": "tsc"}), "package-lock.json": LOCK},
         {"start": "node index.js", "build": ("env -C packages/lib npm run build",), "framework": "express",
          "details": {"folder": "packages/api", "files": ("package.json", "packages/api/package.json", "packages/lib/package.json", "package-lock.json")}, "sources": {"start": "packages/api/package.json scripts.start"}}),
    Case("a workspace whose root starts it", {"package.json": package(workspaces=["packages/*"], scripts={"start": "npm run start -w api"}),
         "packages/api/package.json": package(name="api", needs="express", scripts={"start": "node a.js"}), "packages/web/package.json": package(name="web", needs="express", scripts={"start": "node b.js"})},
         {"start": "node a.js", "details": {"folder": "packages/api"}, "sources": {"start": "package.json scripts.start"}}),
    Case("a workspace whose root has the command", {"package.json": package(workspaces=["packages/*"], scripts={"start": "node packages/api/index.js"}), "packages/api/package.json": package(name="api")},
         {"start": "node packages/api/index.js", "details": {"folder": ""}}),
    Case("a workspace of pnpm", {"package.json": package(scripts={"start": "pnpm --filter ./apps/web start"}), "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n", "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
         "apps/web/package.json": app("next", "next start", "next build", name="web")}, {"package_manager": "pnpm", "start": "next start", "details": {"folder": "apps/web"}, "build": ("env -C apps/web pnpm run build",)}),
    Case("a workspace of Yarn", {"package.json": package(workspaces={"packages": ["a"]}, scripts={"start": "yarn workspace @x/a start"}), "yarn.lock": "", "a/package.json": app("express", "node a.js", name="@x/a")},
         {"package_manager": "yarn", "start": "node a.js", "details": {"folder": "a"}}),
    Case("Turborepo with one app", {**TURBO, "apps/web/package.json": app("next ui", "next start", "next build", name="web"), "packages/ui/package.json": package(name="ui")},
         {"start": "next start", "details": {"folder": "apps/web"}, "build": ("turbo run build --filter=web",)}),
    Case("Turborepo with two apps", {**TURBO, "apps/web/package.json": app("next", "next start", "next build", name="web"), "apps/docs/package.json": app("next", "next start", "next build", name="docs")},
         {"details": {"folder": "apps/web"}, "warnings": ('apps of this workspace are apps/docs, apps/web: took apps/web; for another set image.build.start in service.yaml, as in "npm start -w apps/docs"',)}),
    Case("a site in a workspace", {"package.json": package(workspaces=["packages/*"], scripts={"build": "npm run build -ws"}), "packages/site/package.json": package(scripts={"build": "vite build"}, dev="vite"),
         "packages/site/index.html": "", "packages/lib/package.json": package(scripts={"build": "vite build"}, dev="vite")}, {"start": NGINX, "details": {"served": "packages/site/dist"}, "build": ("npm run build",)}),
    Case("a workspace whose root has the packages of its app", {"package.json": package(needs="next", dev="nx", workspaces=["apps/*"]), "apps/shop/package.json": package(name="shop", needs="next")},
         {"start": "next start -p 8080", "details": {"folder": "apps/shop"}, "build": ("env -C apps/shop next build",)}),
    Case("Nx, an app without package.json", {"package.json": package(needs="express", dev="nx", scripts={"start": "nx serve", "build": "nx build"}), "nx.json": {}, "package-lock.json": LOCK,
         "apps/api/project.json": {"projectType": "application", "targets": {"build": {"executor": "@nx/webpack:webpack", "options": {"outputPath": "dist/apps/api"}}}},
         "apps/api-e2e/project.json": {"targets": {"build": {"executor": "x"}}}},
         {"start": "node dist/apps/api/main.js", "build": ("nx build api",), "framework": "express", "warnings": (), "sources": {"start": "apps/api/project.json"}}),
    Case("Nx with all its projects in workspace.json", {"package.json": package(needs="@nestjs/core", dev="@nrwl/nest @nrwl/workspace", scripts={"start": "nx serve", "build": "nx build"}), "nx.json": {}, "package-lock.json": LOCK,
         "workspace.json": {"projects": {"api": {"root": "apps/api", "projectType": "application", "architect": {"build": {"builder": "@nrwl/node:build", "options": {"outputPath": "dist/apps/api"}}}},
                                         "core": {"root": "libs/core", "projectType": "library", "architect": {}}}}},
         {"start": "node dist/apps/api/main.js", "framework": "nest", "build": ("nx build api",), "sources": {"start": "workspace.json projects.api"}}),
    Case("Nx, a site by webpack", {"package.json": package(needs="react", dev="nx webpack"), "nx.json": {}, "apps/shop/project.json": {"targets": {"serve": {"executor": "@nx/webpack:dev-server"},
         "build": {"executor": "@nx/webpack:webpack", "options": {"outputPath": "dist/apps/shop"}}}}}, {"start": NGINX, "details": {"served": "dist/apps/shop"}, "framework": "webpack"}),
    Case("Nx, an app of Next.js", {"package.json": package(needs="next express", dev="nx"), "nx.json": {}, "apps/web/project.json": {"name": "shop", "targets": {"build": {"executor": "@nrwl/next:build"}}}},
         {"start": "next start dist/apps/web -p 8080", "build": ("nx build shop",), "framework": "next"}),
    Case("Nx, a site", {"package.json": package(needs="react", dev="nx vite"), "nx.json": {}, "apps/web/project.json": {"targets": {"build": {"executor": "@nx/vite:build", "options": {"outputPath": "dist/apps/web"}}}}},
         {"start": NGINX, "details": {"served": "dist/apps/web"}, "build": ("nx build web",), "framework": "vite"}),
    Case("Nx, its own start target", {"package.json": package(needs="express", dev="nx"), "nx.json": {}, "apps/web/project.json": {"targets": {"build": {"executor": "@nrwl/node:webpack"},
         "start": {"executor": "nx:run-commands", "options": {"commands": [{"command": "node dist/apps/web/srv.js"}]}}}}}, {"start": "node dist/apps/web/srv.js", "build": ("nx build web",)}),
    Case("Bun by its types, without a lock", {"package.json": package(needs="hono", dev="@types/bun", scripts={"dev": "bun run --hot src/index.ts"}), "src/index.ts": "export default app\n"},
         {"package_manager": "bun", "start": "bun src/index.ts", "framework": "hono", "warnings": ("no lock file",)}),
    Case("Bun's types in an app that npm installs", {"package.json": package(needs="hono", dev="@types/bun tsx"), "package-lock.json": LOCK, "src/index.ts": "serve(app)\n"},
         {"package_manager": "npm", "start": "tsx src/index.ts"}),
    Case("lerna", {"package.json": package(dev="lerna", scripts={"start": "lerna run start --scope=api"}), "lerna.json": {"packages": ["services/*"]}, "services/api/package.json": app("express", "node a.js", name="api")},
         {"start": "node a.js", "details": {"folder": "services/api"}}),
]  # fmt: skip

CASES = [*MANAGERS, *VERSIONS, *SERVERS, *STARTS, *FRAMEWORKS, *WORKSPACES]
