"""The CDK app: read the project, make the stacks of one environment, synthesize.

The environment is `-c env=NAME`, else DOCKYARD_ENV, else the first in dockyard.yaml; its account and region are those of the
credentials where dockyard.yaml has none. With `-c pipeline=true` it is the stack of its account with the pipeline's roles.
"""

import gc
from contextlib import suppress
from importlib import import_module
from threading import Thread

gc.disable()  # next to nothing of a synth is garbage before its end: to look for it time and again takes a fifth of its time


def start() -> None:
    """CDK is in Node, which starts while the project is read. What fails here is told where CDK is imported below."""
    with suppress(BaseException):
        import_module("aws_cdk")


node = Thread(target=start)
node.start()

import os
import sys
from pathlib import Path

from dockyard.build import STAND_INS, Bases
from dockyard.config import load_project
from dockyard.errors import DockyardError

try:
    project = load_project(Path(__file__).parent)
    node.join()
    import aws_cdk as cdk

    from stacks import Application, pipeline

    app = cdk.App()
    environment = project.environment(app.node.try_get_context("env") or os.environ.get("DOCKYARD_ENV"))
    if app.node.try_get_context("pipeline"):
        pipeline(app, project, environment)
    else:
        Application(app, project, environment, Bases.read(project.lock.bases, os.environ.get(STAND_INS)))
except DockyardError as error:
    sys.exit(str(error))
app.synth()
