"""What a framework builds: files that are served as they are, or a server and how it is started."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dockyard.build.detect.javascript import angular
from dockyard.build.detect.javascript.served import NOT_FOUND, Served
from dockyard.build.detect.javascript.site import Site, setting

_ALL_ADDRESSES = "0.0.0.0"  # noqa: S104


@dataclass(frozen=True)
class Output:
    """What a build leaves, by the framework's own rules."""

    served: Served | None = None
    """Files to serve; None where it has a server."""
    start: tuple[str, ...] = ()
    """The server."""
    build: str | None = None
    """The command that builds it, where the app has no script for that."""
    build_always: bool = False
    """Whether that is so also where there is a script, which may build another app."""
    copied: Mapping[str, str] = field(default_factory=dict)
    """What of the app's folder is all that the server needs, and where it is then; empty where it needs everything."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """For the server."""
    wanted: str | None = None
    """A package that the build needs and the app does not name."""
    build_variables: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def output_of(site: Site, framework: str | None) -> Output | None:
    """What the app's framework builds; None where it has no rules for that."""
    rule = _RULES.get(framework or "")
    return rule(site) if rule else None


def _files(folder: str, *hashed: str, fallback: str = "/index.html", build: str | None = None) -> Output:
    return Output(Served(posixpath.normpath(folder), fallback, hashed), build=build)


def _next(site: Site) -> Output:
    settings = site.settings("next.config")
    output = setting(settings, "output")
    if output == "export":
        return _files(setting(settings, "distDir") or "out", "/_next/static/", fallback=NOT_FOUND, build="next build")
    alone = output == "standalone" and not site.folder and not setting(settings, "distDir")
    copied = {".next/standalone": ".", ".next/static": ".next/static"} | (
        {"public": "public"} if site.has_folder("public") else {}
    )
    return Output(
        start=("node", "server.js") if alone else ("next", "start", "-p", str(site.app.port)),
        build="next build", copied=copied if alone else {}, variables={"HOSTNAME": _ALL_ADDRESSES},
    )  # fmt: skip


def _nuxt(site: Site) -> Output:
    settings = site.settings("nuxt.config")
    old = (site.major("nuxt") or 3) < 3 and not site.depends_on("@nuxt/bridge")
    generated = "generate" in site.scripts.get("build", "") or ("generate" in site.scripts and "build" not in site.scripts)
    if generated or (old and setting(settings, "target") == "static"):
        return _files("dist" if old else ".output/public", "/_nuxt/", fallback="/200.html", build="nuxt generate")
    if old:
        return Output(start=("nuxt", "start"), build="nuxt build", variables={"HOST": _ALL_ADDRESSES})
    return Output(start=("node", ".output/server/index.mjs"), build="nuxt build", copied={".output": ".output"})


def _remix(site: Site) -> Output:
    vite = site.settings("vite.config")
    if re.search(r"\bssr\s*:\s*false", vite):
        return _files("build/client", "/assets/", build="remix vite:build")
    entry = "./build/server/index.js" if "@remix-run/dev" in vite else "build/index.js"
    return Output(
        start=("remix-serve", entry), build="remix vite:build" if "@remix-run/dev" in vite else "remix build",
        warnings=_lacking(site, "@remix-run/serve", "remix"),
    )  # fmt: skip


def _lacking(site: Site, *packages: str) -> tuple[str, ...]:
    """What is told where the package with the server is not there, as in an app for functions of a cloud."""
    told = f"the start command needs {packages[0]}, and package.json has it not: add it, or a start script that starts a server"
    return () if site.depends_on(*packages) else (told,)


def _react_router(site: Site) -> Output:
    if re.search(r"\bssr\s*:\s*false", site.settings("react-router.config")):
        return _files("build/client", "/assets/", build="react-router build")
    return Output(
        start=("react-router-serve", "./build/server/index.js"), build="react-router build",
        warnings=_lacking(site, "@react-router/serve"),
    )  # fmt: skip


_ADAPTER_NODE = "@sveltejs/adapter-node@5.5.7"


def _sveltekit(site: Site) -> Output:
    settings = site.settings("svelte.config") + site.settings("vite.config")
    match = re.search(r"['\"]((?:@sveltejs/|svelte-)adapter-[\w-]+)['\"]", settings)
    adapter = match[1].rsplit("adapter-", 1)[-1] if match else "auto"
    if adapter == "static":
        return _files(
            setting(settings, "pages") or "build", "/_app/immutable/", build="vite build",
            fallback=f"/{fallback.lstrip('/')}" if (fallback := setting(settings, "fallback")) else NOT_FOUND,
        )  # fmt: skip
    start = ("node", setting(settings, "out") or "build")
    if adapter == "auto":
        # adapter-auto takes adapter-node where it believes to be in a build of Google Cloud, and else nothing
        told = f"svelte.config.js has adapter-auto, which makes no server here: built with {_ADAPTER_NODE}; name that instead"
        return Output(
            start=start, build="vite build", wanted=_ADAPTER_NODE, build_variables={"GCP_BUILDPACKS": "1"}, warnings=(told,)
        )
    told = f"svelte.config.js has adapter-{adapter}, which makes no server for a container: use @sveltejs/adapter-node"
    return Output(start=start, build="vite build", warnings=() if adapter == "node" else (told,))


def _astro(site: Site) -> Output:
    settings = site.settings("astro.config")
    folder = setting(settings, "outDir") or "dist"
    dynamic = setting(settings, "output") in ("server", "hybrid")
    if "@astrojs/node" not in settings and not dynamic:
        return _files(folder, f"/{setting(settings, 'assets') or '_astro'}/", fallback=NOT_FOUND, build="astro build")
    warnings = []
    if "@astrojs/node" not in settings:
        warnings.append("astro.config says output: server, and has no adapter for Node.js: add @astrojs/node")
    elif setting(settings, "mode") == "middleware":
        warnings.append("astro.config has mode: middleware, which starts no server: take standalone, or give a start script")
    return Output(
        start=("node", f"./{posixpath.normpath(folder)}/server/entry.mjs"), build="astro build",
        variables={"HOST": _ALL_ADDRESSES}, warnings=tuple(warnings),
    )  # fmt: skip


def _angular(site: Site) -> Output:
    project = angular.project_of(site)
    if project.server:
        return Output(start=("node", project.server), build="ng build")
    return _files(project.folder, build="ng build")


def _nest(site: Site) -> Output:
    return Output(start=("node", "dist/main"), build="nest build")


def _tanstack(site: Site) -> Output:
    if site.depends_on("nitro", "nitropack", "vinxi", "@tanstack/nitro-v2-vite-plugin", "@tanstack/start"):
        return Output(start=("node", ".output/server/index.mjs"), build="vite build", copied={".output": ".output"})
    told = "TanStack Start builds no server without Nitro: add it to vite.config, or give a start script"
    return Output(start=("node", ".output/server/index.mjs"), build="vite build", warnings=(told,))


def _vite(site: Site) -> Output:
    return _files(setting(site.settings("vite.config"), "outDir") or "dist", "/assets/", build="vite build")


def _eleventy(site: Site) -> Output:
    settings = site.settings(".eleventy", "eleventy.config")
    written = re.search(r"--output[= ](\S+)", " ".join(site.scripts.values()))
    output = setting(settings, "output") or (re.search(r"setOutputDirectory\(['\"]([^'\"]+)", settings) or [None, None])[1]
    return _files(written[1] if written else output or "_site", fallback=NOT_FOUND, build="eleventy")


def _pages(tool: str) -> Callable[[Site], Output]:
    """VitePress and VuePress: the folder with the pages is an argument of their build."""

    def rule(site: Site) -> Output:
        match = re.search(rf"\b{tool} build\s+([\w./-]+)", " ".join(site.scripts.values()))
        folder = match[1] if match else next((name for name in (".", "docs") if site.has_folder(f"{name}/.{tool}")), ".")
        build = f"{tool} build" if folder == "." else f"{tool} build {folder}"
        return _files(f"{folder}/.{tool}/dist", "/assets/", fallback=NOT_FOUND, build=build)

    return rule


def _vue_cli(site: Site) -> Output:
    folder = setting(site.settings("vue.config"), "outputDir") or "dist"
    return _files(folder, "/js/", "/css/", build="vue-cli-service build")


def _webpack(site: Site) -> Output:
    match = re.search(
        r"path\s*:\s*(?:path\.)?(?:resolve|join)\(\s*__dirname\s*,\s*['\"]([\w./-]+)", site.settings("webpack.config")
    )
    return _files(match[1] if match else "dist", build="webpack --mode production")


def _is(output: Output) -> Callable[[Site], Output]:
    return lambda site: output


_RULES: dict[str, Callable[[Site], Output]] = {
    "next": _next, "nuxt": _nuxt, "remix": _remix, "react-router": _react_router, "sveltekit": _sveltekit, "astro": _astro,
    "angular": _angular, "nest": _nest, "tanstack-start": _tanstack, "vite": _vite, "eleventy": _eleventy,
    "vitepress": _pages("vitepress"), "vuepress": _pages("vuepress"), "vue-cli": _vue_cli, "webpack": _webpack,
    "solidstart": _is(Output(start=("node", ".output/server/index.mjs"), build="vinxi build", copied={".output": ".output"})),
    "qwik": _is(_files("dist", "/build/", fallback=NOT_FOUND)),
    "gatsby": _is(_files("public", "/static/", fallback=NOT_FOUND, build="gatsby build")),
    "docusaurus": _is(_files("build", "/assets/", fallback=NOT_FOUND, build="docusaurus build")),
    "strapi": _is(Output(start=("strapi", "start"), build="strapi build", variables={"HOST": _ALL_ADDRESSES})),
    "keystone": _is(Output(start=("keystone", "start"), build="keystone build")),
    "medusa": _is(Output(start=("medusa", "start"), build="medusa build")),
    "adonis": _is(Output(start=("node", "build/bin/server.js"), build="node ace build", variables={"HOST": _ALL_ADDRESSES})),
    "create-react-app": _is(_files("build", "/static/", build="react-scripts build")),
    "ember": _is(_files("dist", "/assets/", build="ember build --environment=production")),
    "expo": _is(_files("dist", "/_expo/", build="expo export --platform web")),
    "quasar": _is(_files("dist/spa", "/assets/", build="quasar build")),
    "stencil": _is(_files("www", "/build/", build="stencil build")),
    "hexo": _is(_files("public", fallback=NOT_FOUND, build="hexo generate")),
    "rspress": _is(_files("doc_build", "/static/", fallback=NOT_FOUND, build="rspress build")),
    "preact-cli": _is(_files("build", build="preact build")),
    "rsbuild": _is(_files("dist", "/static/", build="rsbuild build")),
    "parcel": _is(_files("dist", build="parcel build")),
}  # fmt: skip
