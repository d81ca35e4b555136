"""The stack with the roles that workflows take on: deployed by hand, once an account."""

from dockyard.config import role_variables
from dockyard.deploy.assembly import read_assembly
from dockyard.deploy.operations import describe, telling
from dockyard.deploy.site import PARTITION, Site
from dockyard.deploy.stack import Deployed, StackDeployer
from dockyard.deploy.states import Safety
from dockyard.deploy.synth import synthesize
from dockyard.errors import DockyardError
from dockyard.progress import Progress


def stack_name(site: Site) -> str:
    """Name of the stack."""
    return f"{site.project.name}-pipeline"


def deploy_roles(site: Site, progress: Progress, safety: Safety) -> Deployed:
    """Make or change them. Raises DeployError."""
    account, region = site.aws.account, site.aws.region
    folder = site.assembly.with_name(f"{account}-{region}-pipeline")
    progress.update("synth", "writing the template and checking it")
    synthesize(
        site.project.root, folder, site.processes, environment=site.environment.name, account=account, region=region,
        validate=True, context={"pipeline": "true"},
    )  # fmt: skip
    (artifact,) = read_assembly(folder, partition=PARTITION, account=account, region=region)
    progress.done("synth", artifact.name)
    deployed = StackDeployer(site.aws, site.reading, safety).deploy(artifact, telling(progress, artifact.name))
    progress.done(artifact.name, "deployed" if deployed.changed else "unchanged")
    return deployed


def variables(site: Site) -> dict[str, str]:
    """Variables that the workflows read in GitHub, as far as this account has them. Raises DockyardError where it has none."""
    name = stack_name(site)
    stack = describe(site.reading.cloudformation, name)
    if stack is None:
        raise DockyardError(f"no stack {name} in {site.aws.region}", hint=f"run: {deploy_command(site)}")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    found = {name: outputs[key] for name, key in role_variables(site.project.pipeline_environments).items() if key in outputs}
    project = site.project
    if all(project.environments[one].settings.region for one in project.pipeline_environments):
        return found  # the workflows have them; those of two accounts may be different
    return {"AWS_REGION": site.aws.region, **found}


def deploy_command(site: Site) -> str:
    """What makes the stack."""
    return f"dockyard pipeline deploy --env {site.environment.name}"
