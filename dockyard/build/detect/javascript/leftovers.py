"""What an app's own tools left in its folder, and what its image makes anew: CI has none of it, and it is no source."""

import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator

from dockyard.build.detect.javascript.frameworks import framework_of
from dockyard.build.detect.javascript.outputs import output_of
from dockyard.build.detect.javascript.scripts import Part, parts_of
from dockyard.build.detect.javascript.site import Site, setting
from dockyard.build.detect.javascript.start import BUILT, Started
from dockyard.build.detect.javascript.workspace import Workspace

_STEP = re.compile(r"(?:[A-Z]\w*=\S+ )*(?:env -C (\S+) )?(.+)", re.S)
_OWN = {
    r"next build": (".next",), r"nux[ti] (?:build|generate)": (".nuxt", ".output"), r"vinxi build": (".vinxi", ".output"),
    r"gatsby build": (".cache",),
}  # fmt: skip
"""Folders with names that only one tool gives, by the command that makes them."""
_BY_VITE = {"sveltekit": ".svelte-kit", "tanstack-start": ".output"}
"""The same of frameworks that Vite builds."""
_EMPTIES = re.compile(
    r"\b(?:(?:vite|react-scripts|craco|react-app-rewired|ng|vue-cli-service|astro|docusaurus|gatsby|react-router|next) build"
    r"|(?:vitepress build(?: [\w./-]+)?)|remix vite:build|nux[ti] generate)(?= -|\s*$)"
)
"""Builds that empty their folder before they write into it, so that nothing in it counts."""
_ELSEWHERE = re.compile(r"--(?:outDir|out-dir|outputPath|output-path|dest|no-clean)\b|\s-[do]\s")
_KEPT = re.compile(r"\b(?:emptyOutDir|deleteOutputPath|cleanDistDir)['\"]?\s*[:=]\s*false\b")
_COMPILERS = (
    "tsc", "tsup", "tsdown", "esbuild", "webpack", "rollup", "babel", "swc", "ncc", "unbuild", "pkgroll", "nest", "vite", "nx",
    "ng", "parcel",
)  # fmt: skip
"""Programs that write what is started into a folder, and leave in it what is there."""
_ASKED = ("npm", "yarn", "pnpm", "bun", "turbo", "lerna", "nx", "run-s", "run-p", "npm-run-all")
"""Programs that run scripts, of several packages too."""
_REPORTS = ("lcov.info", "coverage-final.json", "coverage-summary.json", "clover.xml")


def leftovers(found: Started, build: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns, as in a .dockerignore: only of what a step of the build makes, and of reports of tests."""
    workspace = found.site.workspace
    parts = list(dict.fromkeys(part for step in build for part in _commands(workspace, step)))
    folders = [*_own(found.site, parts), *_emptied(found.site, parts), *_compiled(found, parts), *_reports(workspace)]
    packages = [f"{folder}/" for folder in ("", found.site.folder, *workspace.members)]
    inside = (posixpath.normpath(folder) for folder in folders if not {".", ".."} & set(folder.split("/")))
    return tuple(folder for folder in dict.fromkeys(inside) if not any(name.startswith(f"{folder}/") for name in packages))


def _commands(workspace: Workspace, step: str) -> Iterator[Part]:
    """The commands that a step comes to; where several packages have the script, those of all."""
    match = _STEP.fullmatch(step)
    for part in parts_of(workspace, Part(match[2], (match[1] or "").strip("'"))) if match else ():
        yield part
        if part.words[:1] and part.words[0] in _ASKED:
            for package in filter(None, (workspace.package(part.folder), *workspace.members.values())):
                names = dict.fromkeys(name for word in part.words[1:] for name in fnmatch.filter(package.scripts, word))
                for name in names:
                    yield from parts_of(workspace, Part(package.scripts[name], package.folder, name))


def _site(site: Site, part: Part) -> Site:
    package = site.workspace.package(part.folder)
    return Site(site.app, site.workspace, package) if package else site


def _own(site: Site, parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        built = _site(site, part)
        yield from (
            built.path(name) for command, names in _OWN.items() if re.search(rf"\b{command}\b", part.text) for name in names
        )
        if re.search(r"\bnext build\b", part.text) and (folder := setting(built.settings("next.config"), "distDir")):
            yield built.path(folder)
        name = _BY_VITE.get(framework_of(built, has_server=False) or "")
        if name and re.search(r"\bvite build\b", part.text):
            yield built.path(name)


def _emptied(site: Site, parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        built, text = _site(site, part), " ".join((part.text, *part.arguments))
        framework = framework_of(built, has_server=False)
        output = output_of(built, framework)
        if output is None or output.served is None or not _EMPTIES.search(part.text) or _ELSEWHERE.search(text):
            continue
        tool = (output.build or "").partition(" ")[0]
        settings = built.settings("vite.config") + built.settings("next.config") + _angular(built)
        if (tool in part.text.split() or framework == "create-react-app") and not _KEPT.search(settings):
            yield built.path(output.served.folder)


def _angular(site: Site) -> str:
    return site.app.source(site.path("angular.json")) if site.has("angular.json") else ""


def _compiled(found: Started, parts: Iterable[Part]) -> Iterator[str]:
    """Folders of what is started or imported that .gitignore names: a compiler leaves in them what it does not write."""
    for part in parts:
        built = _site(found.site, part)
        if not set(part.words) & set(_COMPILERS) or "--noEmit" in part.words:
            continue
        files = [built.package.said("main") or "", built.package.said("module") or ""]
        if built == found.site:
            files += [*" ".join(found.start).split(), f"{found.served.folder}/" if found.served else ""]
        for folder, slash, _ in (file.removeprefix("./").partition("/") for file in files):
            if slash and BUILT.fullmatch(folder) and is_ignored(built, folder):
                yield built.path(folder)


def is_ignored(site: Site, folder: str) -> bool:
    """Whether git keeps a folder of a package out."""
    texts = [site.app.source(file) for file in {site.path(".gitignore"), ".gitignore"} if site.app.has(file)]
    lines = [line.strip() for text in texts for line in text.split("\n")]
    named = {line.rstrip("/*").removeprefix("**/").removeprefix("/") for line in lines}
    taken_back = any(line.startswith("!") and folder in line for line in lines)
    return not taken_back and not named.isdisjoint((folder, site.path(folder)))


def _reports(workspace: Workspace) -> Iterator[str]:
    """Of the coverage of tests."""
    for folder in ("", *workspace.members):
        path = f"{folder}/coverage".lstrip("/")
        if workspace.app.has(*(f"{path}/{name}" for name in _REPORTS)):
            yield path
