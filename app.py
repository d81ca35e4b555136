"""The CDK app: read the project, make the stacks of one environment, synthesize.

The environment is `-c env=NAME`, else DOCKYARD_ENV, else the first in dockyard.yaml; its account and region are those of the
credentials where dockyard.yaml has none. With `-c pipeline=true` it is the stack of its account with the pipeline's roles.
"""

import gc

gc.disable()  # what is imported stays: to look through it time and again takes a fifth of the time of a synth

import os
import sys
from pathlib import Path

import aws_cdk as cdk

from dockyard.build import STAND_INS, Bases
from dockyard.config import load_project
from dockyard.errors import DockyardError
from stacks import Application, pipeline

gc.freeze()
gc.enable()
app = cdk.App()
try:
    project = load_project(Path(__file__).parent)
    environment = project.environment(app.node.try_get_context("env") or os.environ.get("DOCKYARD_ENV"))
    if app.node.try_get_context("pipeline"):
        pipeline(app, project, environment)
    else:
        Application(app, project, environment, Bases.read(project.lock.bases, os.environ.get(STAND_INS)))
except DockyardError as error:
    sys.exit(str(error))
app.synth()
