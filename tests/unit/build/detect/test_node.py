"""Beside which files a package.json is no app, and ranges of versions."""

import pytest

from dockyard.build.detect import App, detect, node
from dockyard.build.detect.javascript.ranges import allows, newest_major
from dockyard.errors import BuildError
from tests.unit.build.detect.cases.node import EXPRESS, package
from tests.unit.build.detect.test_cases import write

ASSETS = package(dev="vite laravel-vite-plugin", scripts={"dev": "vite", "build": "vite build"})


@pytest.mark.parametrize("file", ["manage.py", "Gemfile", "composer.json", "mix.exs", "go.mod", "Cargo.toml", "pom.xml", "build.gradle.kts",
                                  "shop.csproj", "requirements.txt", "pyproject.toml"])  # fmt: skip
@pytest.mark.parametrize(("content", "is_app"), [(ASSETS, False), (EXPRESS, True), (package(scripts={"start": "vite"}), False)])
def test_a_package_json_beside_another_app_is_one_only_with_a_server_of_its_own(tmp_path, file, content, is_app):
    write(tmp_path, {"package.json": content, file: ""})
    assert bool(node.marks(App(tmp_path))) is is_app


@pytest.mark.parametrize(
    ("line", "is_app"), [("gunicorn site:app", False), ("npm start", True), ("bundle exec puma", False), ("node a.js", True)]
)
def test_a_procfile_tells_whose_package_json_it_is(tmp_path, line, is_app):
    write(tmp_path, {"package.json": EXPRESS, "requirements.txt": "", "Procfile": f"web: {line}\n"})
    assert bool(node.marks(App(tmp_path))) is is_app


def test_a_site_that_has_a_program_for_desktops_beside_it_is_one(tmp_path):
    """Only a main file of Electron's makes the whole a program for desktops."""
    electron = {"devDependencies": {"electron": "^30"}, "dependencies": {"express": "^5"}}
    write(tmp_path, {"package.json": {"main": "server.js", **electron}, "server.js": "require('express')().listen(3000)"})
    assert detect(tmp_path).start == ("node", "server.js")
    package = {"main": "index.js", "scripts": {"build": "next build"}, **electron, "dependencies": {"next": "^15"}}
    write(tmp_path, {"package.json": package})
    assert detect(tmp_path).framework == "next"


def test_a_program_for_desktops_is_no_app_unless_a_script_serves(tmp_path):
    package = {
        "main": "dist/main.js",
        "scripts": {"build": "vite build", "start": "electron ."},
        "devDependencies": {"electron": "^30", "vite": "^6"},
    }
    write(tmp_path, {"package.json": package, "index.html": ""})
    with pytest.raises(BuildError, match="its main is a program for desktops, by Electron"):
        detect(tmp_path)
    write(tmp_path, {"package.json": {**package, "scripts": {"start": "node server.js"}}, "server.js": ""})
    assert detect(tmp_path).start == ("node", "server.js")


@pytest.mark.parametrize("source", [
    "module.exports = (a, b) => a + b;\n", "exports.hello = (request, response) => {\n  response.send('hi');\n};\n",
    "// server.listen(8080)\nexport function twice(a) {\n  return a * 2;\n}\n", "const a = 1;\nexport { a };\n",
])  # fmt: skip
def test_a_library_and_a_function_are_no_app(tmp_path, source):
    write(tmp_path, {"package.json": {"name": "x", "main": "index.js"}, "index.js": source})
    with pytest.raises(BuildError, match=r"main, which is index\.js and only exports"):
        detect(tmp_path)


@pytest.mark.parametrize("source", [
    "const server = make();\nserver.listen(8080);\nmodule.exports = server;\n", "export default {port: 8080, fetch: () => new Response()};\n",
    "module.exports = main;\nif (require.main === module) main();\n", "export const a = 1;\nmain();\n", "export {};\n(async () => {})();\n", "",
])  # fmt: skip
def test_a_module_that_exports_and_runs_is_an_app(tmp_path, source):
    write(tmp_path, {"package.json": {"name": "x", "main": "index.js"}, "index.js": source})
    assert detect(tmp_path).start == ("node", "index.js")


@pytest.mark.parametrize(
    ("text", "version", "allowed"),
    [("^0.2.3", "0.2.9", True), ("^0.2.3", "0.3.0", False), ("~1.2", "1.2.9", True), (">1.2", "1.2.9", False), ("<=1.2", "1.2.9", True),
     ("1.x", "1.9.0", True), ("nonsense", "1.0.0", False), ("1.0.0 - 2.0.0", "2.0.0", True), (">=1 <1", "1.0.0", False)],
)  # fmt: skip
def test_a_range_allows_what_npm_allows(text, version, allowed):
    assert allows(text, version) is allowed


def test_the_newest_part_of_a_major_that_a_range_allows():
    assert [newest_major(text, (24, 22)) for text in ("<22.3", "22.1.x", "<=22.4.1 >=22", ">=30", "none")] == [
        "22.2",
        "22.1",
        "22.4.1",
        "30",
        None,
    ]


@pytest.mark.parametrize(("scripts", "told"), [
    ({"build": "prisma generate && prisma migrate deploy"}, "prisma migrate deploy"),
    ({"build": "npm run db && tsc", "db": "knex migrate:latest"}, "knex migrate:latest"),
    ({"build": "tsc", "postbuild": "payload migrate"}, "payload migrate"),
    ({"build": "yarn build", "db": "knex migrate:latest"}, None),
    ({"build": "tsc", "start": "prisma migrate deploy && node index.js"}, None),
])  # fmt: skip
def test_a_build_that_migrates_a_database_is_warned_of(tmp_path, scripts, told):
    write(
        tmp_path, {"package.json": {"scripts": {"start": "node index.js", **scripts}}, "package-lock.json": "{}", "index.js": ""}
    )
    warned = [warning for warning in detect(tmp_path).warnings if "database" in warning]
    assert [warning.split(",")[0] for warning in warned] == ([f"the build runs {told}"] if told else [])


VITE = package(dev="vite", scripts={"build": "tsc && vite build"})
NEXT = package(needs="next", scripts={"build": "next build", "start": "next start"})
TSC = package(dev="typescript", main="dist/index.js", scripts={"build": "tsc"})


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"package.json": NEXT}, (".next",)),
        ({"package.json": NEXT, "next.config.js": "module.exports = {distDir: 'made'}"}, (".next", "made")),
        ({"package.json": NEXT, "next.config.js": "module.exports = {output: 'export'}"}, (".next", "out")),
        ({"package.json": package(needs="next", scripts={"start": "next start"})}, ()),
        ({"package.json": package(needs="nuxt", scripts={"build": "nuxt build"})}, (".nuxt", ".output")),
        ({"package.json": package(dev="@sveltejs/kit vite", scripts={"build": "vite build"}),
          "svelte.config.js": "import adapter from '@sveltejs/adapter-node'"}, (".svelte-kit",)),
        ({"package.json": VITE, "index.html": ""}, ("dist",)),
        ({"package.json": VITE, "index.html": "", "vite.config.ts": "export default {build: {outDir: 'docs'}}"}, ("docs",)),
        ({"package.json": VITE, "index.html": "", "vite.config.ts": "build: {emptyOutDir: false}"}, ()),
        ({"package.json": VITE, "index.html": "", "vite.config.ts": "build: {outDir: '../dist'}"}, ()),
        ({"package.json": package(dev="vite", scripts={"build": "vite build --outDir web"}), "index.html": ""}, ()),
        ({"package.json": package(dev="react-scripts", scripts={"build": "CI=false react-scripts build"})}, ("build",)),
        ({"package.json": package(dev="webpack", scripts={"build": "webpack"}), "webpack.config.js": "path: path.join(__dirname, 'public')",
          "public/index.html": ""}, ()),
        ({"package.json": TSC, "dist/index.js": ""}, ()),
        ({"package.json": TSC, "dist/index.js": "", ".gitignore": "node_modules\n/dist/\n"}, ("dist",)),
        ({"package.json": TSC, "dist/index.js": "", ".gitignore": "dist/*\n!dist/data.json\n"}, ()),
        ({"package.json": package(main="dist/index.js"), "dist/index.js": "", ".gitignore": "dist\n"}, ()),
        ({"package.json": package(main="dist/index.js", needs="@prisma/client"), "prisma/schema.prisma": "", "dist/index.js": "",
          ".gitignore": "dist\n"}, ()),
        ({"package.json": package(main="dist/index.js", scripts={"build": "node css.js"}), "dist/index.js": "", ".gitignore": "dist\n"}, ()),
        ({"package.json": EXPRESS, "coverage/lcov.info": ""}, ("coverage",)),
        ({"package.json": EXPRESS, "coverage/index.js": ""}, ()),
        ({"package.json": package(workspaces=["apps/*", "packages/*"], dev="turbo", scripts={"build": "turbo run build", "start": "npm start -w web"}),
          "turbo.json": "{}", ".gitignore": "dist\n", "apps/web/package.json": {**NEXT, "name": "web", "dependencies": {"next": "15", "lib": "*"}},
          "packages/lib/package.json": {**TSC, "name": "lib"}, "packages/lib/coverage/clover.xml": ""}, ("apps/web/.next", "packages/lib/coverage")),
        ({"package.json": package(workspaces=["apps/*", "packages/*"], scripts={"build": "npm run build -ws", "start": "npm start -w web"}),
          ".gitignore": "dist\n", "apps/web/package.json": {**NEXT, "name": "web"},
          "packages/lib/package.json": {**TSC, "name": "lib"}}, ("apps/web/.next", "packages/lib/dist")),
    ],
)  # fmt: skip
def test_what_the_tools_of_an_app_left_and_its_image_makes_anew_is_no_source(tmp_path, files, left):
    write(tmp_path, files)
    assert detect(tmp_path).left_out == left


@pytest.mark.parametrize(
    ("command", "files", "start", "is_told"),
    [
        ("node --env-file=.env server.js", {}, ("node", "--env-file-if-exists=.env", "server.js"), True),
        ("node --env-file .env.production server.js", {".nvmrc": "22.9.0"}, ("node", "--env-file-if-exists=.env.production", "server.js"), True),
        ("tsx --env-file=./.env server.js", {".nvmrc": "22"}, ("tsx", "--env-file-if-exists=./.env", "server.js"), True),
        ("node --env-file=.env server.js", {".nvmrc": "22.8"}, ("node", "server.js"), True),
        ("node --env-file .env --enable-source-maps server.js", {".nvmrc": "20"}, ("node", "--enable-source-maps", "server.js"), True),
        ("node --env-file=.env server.js $MORE", {".nvmrc": "20"}, ("sh", "-c", "exec node server.js $MORE"), True),
        ("node --env-file-if-exists=.env server.js", {}, ("node", "--env-file-if-exists=.env", "server.js"), False),
        ("node --env-file=config/public.env server.js", {}, ("node", "--env-file=config/public.env", "server.js"), False),
        ("node --env-file=.env server.js", {".dockerignore": ".env\n"}, ("node", "--env-file-if-exists=.env", "server.js"), True),
        ("node --env-file=.env server.js", {".dockerignore": "!.env\n"}, ("node", "--env-file=.env", "server.js"), False),
        ("node --env-file=.env server.js", {".dockerignore": "docs\n"}, ("node", "--env-file=.env", "server.js"), False),
        ("bun --env-file=.env server.js", {}, ("bun", "--env-file=.env", "server.js"), False),
    ],
)  # fmt: skip
def test_a_file_of_variables_that_is_not_in_the_image_may_be_missing(tmp_path, command, files, start, is_told):
    write(tmp_path, {"package.json": package(dev="tsx", scripts={"start": command}), "server.js": "", **files})
    found = detect(tmp_path)
    assert found.start == start
    assert any("which is not in the image" in text for text in found.warnings) is is_told


def test_what_a_compiler_left_on_this_machine_does_not_keep_the_image_from_compiling(tmp_path):
    start = package(dev="typescript", scripts={"start": "node dist/index.js"})
    write(tmp_path, {"package.json": start, "tsconfig.json": "{}", ".gitignore": "dist\n"})
    there = detect(tmp_path)
    write(tmp_path, {"dist/index.js": ""})
    assert (there.build, there.left_out) == (("tsc",), ("dist",))
    assert detect(tmp_path) == there
    write(tmp_path, {".gitignore": ""})
    assert detect(tmp_path).build == ()


def test_where_only_the_folders_below_have_apps_they_are_told(tmp_path):
    both = "concurrently 'cd server && npm start' 'cd client && npm start'"
    client = package(needs="react-scripts", scripts={"start": "react-scripts start"})
    write(
        tmp_path,
        {"package.json": package(scripts={"start": both}), "server/package.json": EXPRESS, "client/package.json": client},
    )
    with pytest.raises(BuildError, match="no start command found") as caught:
        detect(tmp_path)
    assert "packages are in client, server: set in service.yaml image: {build: {context: …}}" in caught.value.hint
