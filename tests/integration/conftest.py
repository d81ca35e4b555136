"""A real engine, a real local AWS, the real CDK CLI: started here, ended here, apart from those of `make up`."""

import tempfile
from pathlib import Path

import boto3
import pytest
from xdist.scheduler import LoadScopeScheduling

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.local.engine import Engine
from dockyard.local.stand_ins import archive_of
from tests.integration.support import environment, make_site

ON_ONE_SITE = (
    ("test_cdk", "test_deploy", "test_plan", "test_scale"),
    ("test_build", "test_kinds", "test_languages_node", "test_languages_python", "test_links"),
    ("test_container", "test_exec", "test_mirror", "test_operate", "test_promote", "test_prune", "test_rights", "test_secrets",
     "test_up"),
    ("test_destroy", "test_lock", "test_pipeline", "test_stack_states", "test_verify"),
)  # fmt: skip
"""Files whose tests share the sample project, and so a process."""
LONG = ("test_deployments_under_load", "test_service_scaling", "test_soak")
"""Files of few tests that take minutes: together they begin before the many that take seconds, and do not end last, alone."""
ENGINE = pytest.StashKey[Engine]()
NOT_AGAIN = 6
"""The exit code where a test failed that no run is to repeat, by its mark `flaky(reruns=0)`; `make test` repeats others."""


def pytest_addoption(parser):
    parser.addoption(
        "--aws", action="store_true", help="hold the behaviours of test_local_aws.py against the environment's account"
    )
    parser.addoption(
        "--every", action="store_true", help="try every behaviour without its extension, not the first of each extension alone"
    )


def pytest_configure(config):
    pytest.register_assert_rewrite("tests.integration.behaviours")  # so that one that fails tells what it saw
    session = boto3.Session()
    if config.option.aws and not (session.region_name and session.get_credentials()):
        raise pytest.UsageError("--aws: no AWS credentials or no region; set AWS_PROFILE and AWS_REGION")


def pytest_collection_modifyitems(config, items):
    """On AWS, the behaviours that it has, and nothing else. Here, one without each extension, for the time that it takes."""
    if not config.option.every:
        without = {
            item: _behaviour(item).extension for item in items if item.originalname == "test_it_is_not_without_the_extension"
        }
        first = {extension: item for item, extension in reversed(without.items())}
        more = [item for item, extension in without.items() if item is not first[extension]]
        config.hook.pytest_deselected(items=more)
        items[:] = [item for item in items if item not in more]
    for item in items if config.option.aws else []:
        behaviour = _behaviour(item) if item.originalname == "test_it_is_as_on_aws" else None
        reason = behaviour.only_here if behaviour else "it is a test of the local AWS"
        if reason:
            item.add_marker(pytest.mark.skip(reason=f"local only: {reason}"))


def _behaviour(item):
    return item.callspec.params["behaviour"]


def pytest_sessionstart(session):
    """A Docker engine: the machine's, or one that is started here and ended with the last of the tests."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    started = Engine(Path(tempfile.mkdtemp(prefix="dockyard-engine-")), Processes(environment()), print)
    session.config.stash[ENGINE] = started
    started.ensure()


def pytest_sessionfinish(session):
    """Not in the processes that share the tests: the one that started them ends last."""
    if started := session.config.stash.get(ENGINE, None):
        started.stop()
        told = session.config.pluginmanager.getplugin("terminalreporter")
        if any("flaky" in report.keywords for how in ("failed", "error") for report in told.getreports(how)):
            session.exitstatus = NOT_AGAIN


def pytest_terminal_summary(terminalreporter):
    """The first failure of what was run once more, whatever became of it then."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"was run once more: {report.nodeid}")
        terminalreporter.line(report.longreprtext)


class OneSiteOneProcess(LoadScopeScheduling):
    """Behaviours go to whichever process is free, tests of another file, and of files that share a site, together.

    Behaviours mostly wait, and the others mostly compute: so one process takes the former as long as there are any.
    """

    def _assign_work_unit(self, node):
        if node is self.nodes[-1] and (alone := next((scope for scope in self.workqueue if "::" in scope), None)):
            self.workqueue.move_to_end(alone, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0]).stem
        if file == "test_local_aws":
            return nodeid
        return next((together[0] for together in (*ON_ONE_SITE, LONG) if file in together), file)


def pytest_xdist_make_scheduler(config, log):
    return OneSiteOneProcess(config, log)


@pytest.fixture(scope="session")
def engine():
    """The engine that answers."""
    return Docker(Processes(environment()))


@pytest.fixture(scope="session")
def site(engine, tmp_path_factory):
    """The sample project, up."""
    made = make_site(tmp_path_factory.mktemp("site"))
    try:
        told = made.dockyard("up", "--port", str(made.port), CDK_VALIDATION="true").stderr
        assert "writing templates and checking them" in told
        yield made
    finally:
        made.dockyard("down")


@pytest.fixture(scope="session")
def base_image(engine, request):
    """This machine has an image with Python for `Server.image`: pulled once, or the stand-in that the first `up` makes."""
    if not Docker(Processes(environment())).image_id("python:3.13-slim") and not archive_of("python").is_there:
        request.getfixturevalue("site")


@pytest.fixture
def settings(site):
    """The path of hello-python's service.yaml; whatever a test does to it is undone and deployed."""
    file = site.root / "services/hello-python/service.yaml"
    before = file.read_text()
    yield file
    file.write_text(before)
    site.up()


@pytest.fixture
def source(site):
    """The path of hello-python's source in the site; whatever a test does to it is undone and deployed."""
    file = site.root / "services/hello-python/main.py"
    before = file.read_text()
    yield "services/hello-python/main.py"
    file.write_text(before)
    site.up()
