"""Commands of the package managers."""

from dataclasses import dataclass, field

from dockyard.build.detect.javascript.managers import Manager


@dataclass(frozen=True)
class Install:
    """How dependencies come into an image; each command is one of a shell."""

    tools: tuple[str, ...]
    """Packages that are the manager itself, with exact versions."""
    command: str
    production: str | None
    """The same without what only the build needs; None where the manager cannot do so."""
    prune: str | None
    """Takes away what only the build needed; None where the manager cannot do so."""
    add: str
    """Adds a package for the build."""
    cache: str
    """Folder of its downloads."""
    variables: dict[str, str] = field(default_factory=dict)
    """For all stages that it runs in."""


def install_of(manager: Manager) -> Install | None:
    """The commands of a manager; None where there is nothing to install."""
    if manager.name == "none":
        return None
    return {"npm": _npm, "yarn": _berry if manager.berry else _yarn, "pnpm": _pnpm, "bun": _bun}[manager.name](manager)


def run(manager: Manager, script: str) -> str:
    """The command that runs a script."""
    name = "npm" if manager.name == "none" else manager.name
    return f"{name} {script}" if name == "yarn" else f"{name} run {script}"


def _npm(manager: Manager) -> Install:
    quiet = "--no-audit --no-fund"
    command = f"npm {'ci' if manager.locks else 'install'} {quiet}"
    return Install(
        (), command, f"{command} --omit=dev", f"npm prune --omit=dev --ignore-scripts {quiet}",
        f"npm install --no-save {quiet}", "/root/.npm",
    )  # fmt: skip


def _yarn(manager: Manager) -> Install:
    command = "yarn install --non-interactive" + (" --frozen-lockfile" if manager.locks else "")
    cache = "/root/.cache/yarn"
    return Install(
        (f"yarn@{manager.version}",), command, f"{command} --production",
        f"{command} --production --ignore-scripts --prefer-offline", "yarn add --dev --ignore-workspace-root-check", cache,
        # a lock of Yarn 1 beside a packageManager that names another version
        {"YARN_CACHE_FOLDER": cache, "SKIP_YARN_COREPACK_CHECK": "1"},
    )  # fmt: skip


def _berry(manager: Manager) -> Install:
    """Into node_modules, whatever .yarnrc.yml says: so programs are found by PATH, and the app needs no loader."""
    has_focus = int((manager.version or "4").split(".")[0]) >= 4
    return Install(
        (f"@yarnpkg/cli-dist@{manager.version}",), "yarn install" + (" --immutable" if manager.locks else " --no-immutable"),
        None, "yarn workspaces focus --all --production" if has_focus else None, "yarn add --dev", "/root/.yarn/berry",
        {"YARN_NODE_LINKER": "node-modules", "YARN_ENABLE_GLOBAL_CACHE": "true", "YARN_ENABLE_TELEMETRY": "0"},
    )  # fmt: skip


def _pnpm(manager: Manager) -> Install:
    store = "/root/.pnpm-store"
    command = f"pnpm install {'--frozen-lockfile' if manager.locks else '--no-frozen-lockfile'} --store-dir={store}"
    return Install(
        (f"pnpm@{manager.version}",), command, f"{command} --prod",
        f"{command} --prod --ignore-scripts --config.modules-cache-max-age=0",
        f"pnpm add --save-dev --ignore-workspace-root-check --store-dir={store}", store, {"CI": "true"},
    )  # fmt: skip


def _bun(manager: Manager) -> Install:
    """It does not take away what is installed, so that is done anew, from the cache."""
    command = "bun install" + (" --frozen-lockfile" if manager.locks else "")
    return Install(
        (f"bun@{manager.version}",), command, f"{command} --production",
        f"find . -name node_modules -prune -exec rm -rf {{}} + && {command} --production --ignore-scripts", "bun add --dev",
        "/root/.bun/install/cache",
    )  # fmt: skip
