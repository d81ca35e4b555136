"""Sites that need no build."""

from tests.unit.build.detect.cases.case import Case

NGINX = "nginx -e stderr"
CASES = [
    Case("index.html", {"index.html": "<h1>", "style.css": ""}, {"language": "static", "start": NGINX, "details": {"served": "."}, "version": "stable", "package_manager": "none", "sources": {"start": "index.html"}}),
    Case("index.html in public", {"public/index.html": ""}, {"details": {"served": "public"}, "sources": {"start": "public/index.html"}}),
    Case("index.html in dist", {"dist/index.html": ""}, {"details": {"served": "dist"}}),
    Case("a Staticfile", {"Staticfile": "root: site\n", "site/index.html": ""}, {"details": {"served": "site", "fallback": "=404"}, "sources": {"start": "Staticfile root"}}),
    Case("a Staticfile for an app that reads the path", {"Staticfile": "root: site\npushstate: enabled\n", "site/index.html": ""}, {"details": {"served": "site", "fallback": "/index.html"}}),
    Case("a package.json for tools alone", {"index.html": "", "package.json": {"name": "a", "main": "index.js", "devDependencies": {"prettier": "3"}, "scripts": {"test": "echo"}}}, {"language": "static"}),
    Case("a package.json that serves what is there", {"public/index.html": "", "package.json": {"scripts": {"start": "serve public"}, "dependencies": {"serve": "14"}}}, {"language": "static", "details": {"served": "public"}}),
]  # fmt: skip
