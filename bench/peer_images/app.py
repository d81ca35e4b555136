"""The peer of image builds: a `DockerImageAsset` for each folder in `services`, and a parameter that holds its address."""

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ssm as ssm

app = cdk.App()
stack = cdk.Stack(app, "Images")
ca = os.environ.get("PEER_CA")
for folder in sorted((Path(__file__).parent / "services").iterdir()):
    image = assets.DockerImageAsset(
        stack, folder.name, directory=str(folder), build_secrets={"ca": cdk.DockerBuildSecret.from_src(ca)} if ca else None
    )
    ssm.StringParameter(stack, f"{folder.name}-address", string_value=image.image_uri)
app.synth()
