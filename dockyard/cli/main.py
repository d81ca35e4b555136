"""The program `dockyard`: its commands, and the one place that turns errors into messages and exit codes."""

import sys
import traceback

import typer

from dockyard import __version__
from dockyard.cli import asset, build, deploy, detect, dockerfile, down, local, lock, push, screen, tags, up, url
from dockyard.errors import ConfigError, DockyardError

app = typer.Typer(
    name="dockyard",
    help="Bring containers to AWS with CDK: build, push and deploy, on a laptop or in an account.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("down")(down.down)
app.command("deploy")(deploy.deploy)
app.command("tags")(tags.tags)
app.command("detect")(detect.detect)
app.command("dockerfile")(dockerfile.dockerfile)
app.command("build")(build.build)
app.command("push")(push.push)
app.command("url")(url.url)
app.command("lock")(lock.lock)
app.command("asset", hidden=True)(asset.asset)
app.add_typer(local.app, name="local")


def _version(wanted: bool) -> None:
    if wanted:
        screen.result(__version__)
        raise typer.Exit


@app.callback()
def options(
    verbose: bool = typer.Option(False, "--verbose", help="On an error, show where in the code it came from."),
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version and end."),
) -> None:
    """Options that stand before the command."""


def run() -> None:
    """Run the command of the arguments: exit 0 done, 1 failed, 2 wrong usage."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        screen.fault("interrupted", None)
        sys.exit(130)
    except Exception as error:
        known = error if isinstance(error, DockyardError) else _explained(error)
        if known is None:
            raise
        if "--verbose" in sys.argv:
            traceback.print_exc()
        if isinstance(known, ConfigError):
            for problem in known.problems:
                screen.fault(problem, None)
        else:
            screen.fault(str(known), known.hint)
        sys.exit(known.exit_code)


def _explained(error: Exception) -> DockyardError | None:
    from dockyard.doors.aws import explained  # noqa: PLC0415  # boto3 takes a while to import

    return explained(error)
