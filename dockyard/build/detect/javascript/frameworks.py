"""Which framework an app is made with, by the packages that it depends on."""

from dockyard.build.detect.javascript.site import Site

_APPS = {
    "next": ("next",),
    "nuxt": ("nuxt", "nuxt3", "nuxt-edge"),
    "remix": ("@remix-run/dev", "@remix-run/react", "@remix-run/serve", "@remix-run/node"),
    "react-router": ("@react-router/dev", "@react-router/serve"),
    "sveltekit": ("@sveltejs/kit",),
    "astro": ("astro",),
    "solidstart": ("@solidjs/start", "solid-start"),
    "tanstack-start": ("@tanstack/react-start", "@tanstack/solid-start", "@tanstack/start"),
    "qwik": ("@builder.io/qwik-city", "@qwik.dev/router"),
    "gatsby": ("gatsby",),
    "docusaurus": ("@docusaurus/core",),
    "angular": ("@angular/core",),
    "nest": ("@nestjs/core",),
    "strapi": ("@strapi/strapi", "strapi"),
    "keystone": ("@keystone-6/core",),
    "adonis": ("@adonisjs/core",),
    "medusa": ("@medusajs/medusa",),
}
"""Those that say by themselves how an app is built and started; the first that is there."""
_SERVERS = {
    "fastify": ("fastify",), "koa": ("koa",), "hapi": ("@hapi/hapi", "hapi"), "hono": ("hono",), "elysia": ("elysia",),
    "feathers": ("@feathersjs/feathers",), "sails": ("sails",), "loopback": ("@loopback/core", "loopback"),
    "express": ("express",), "restify": ("restify",), "polka": ("polka",), "h3": ("h3",),
    "apollo": ("@apollo/server", "apollo-server"),
}  # fmt: skip
"""Those of apps that have a server of their own."""
_SITES = {
    "vitepress": ("vitepress",),
    "vuepress": ("vuepress",),
    "eleventy": ("@11ty/eleventy",),
    "create-react-app": ("react-scripts", "@craco/craco", "react-app-rewired"),
    "vue-cli": ("@vue/cli-service",),
    "ember": ("ember-cli",),
    "expo": ("expo",),
    "quasar": ("@quasar/app-vite", "@quasar/app-webpack"),
    "stencil": ("@stencil/core",),
    "hexo": ("hexo",),
    "rspress": ("rspress", "@rspress/core"),
    "preact-cli": ("preact-cli",),
    "rsbuild": ("@rsbuild/core",),
    "vite": ("vite", "rolldown-vite"),
    "parcel": ("parcel", "parcel-bundler"),
    "webpack": ("webpack", "@rspack/core"),
}
"""Those that make files for a browser."""


def framework_of(site: Site, *, has_server: bool) -> str | None:
    """Name of the framework; `has_server` tells whether the app starts one of its own."""
    tables = (_APPS, _SERVERS, _SITES) if has_server else (_APPS, _SITES, _SERVERS)
    return next((name for table in tables for name, packages in table.items() if site.depends_on(*packages)), None)


def server_of(site: Site) -> str | None:
    """Name of the framework of a server alone, where others are there for other apps of the same package."""
    return next((name for name, packages in ({"nest": _APPS["nest"]} | _SERVERS).items() if site.depends_on(*packages)), None)


def makes_a_site(framework: str | None) -> bool:
    """Whether what it builds are files for a browser, so that a server of files is enough."""
    return framework in _SITES
