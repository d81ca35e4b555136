"""The files that GitHub Actions reads, made from templates and the project's settings."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from dockyard.config import Pipeline, Project, role_variables

DEPLOY = ".github/workflows/deploy.yml"
PREVIEW = ".github/workflows/preview.yml"

ACTIONS = {
    "actions/checkout": ("de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6.0.2"),
    "actions/setup-python": ("a309ff8b426b58ec0e2a45f0f869d46889d02405", "v6.2.0"),
    "actions/cache": ("9255dc7a253b0ccc959486e2bca901246202afeb", "v5.0.1"),
    "actions/upload-artifact": ("b7c566a772e6b6bfb58ed0dc250532a479d7789f", "v6.0.0"),
    "actions/download-artifact": ("37930b1c2abaa49bbe596cd826c3c89aef350131", "v7.0.0"),
    "aws-actions/configure-aws-credentials": ("61815dcd50bd041e203e49132bacad1fd04d2708", "v5.1.1"),
    "docker/setup-buildx-action": ("8d2750c68a42422c14e847fe6c8ac0403b4cbd6f", "v3.12.0"),
    "crazy-max/ghaction-github-runtime": ("04d248b84655b509d8c44dc1d6f990c879747487", "v4.0.0"),
}
"""Actions of others to the commit that is run, and its version."""

_templates = Environment(  # noqa: S701  # workflows, not HTML; GitHub's own expressions are ${{ }}
    loader=PackageLoader("dockyard.pipeline"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    block_start_string="[%",
    block_end_string="%]",
    variable_start_string="[[",
    variable_end_string="]]",
    comment_start_string="[#",
    comment_end_string="#]",
)


@dataclass(frozen=True)
class Stage:
    """An environment of the pipeline, as its job has it."""

    name: str
    role: str
    """Variable with the ARN of its role."""
    region: str


def files(project: Project, pipeline: Pipeline) -> dict[str, str]:
    """Path to text."""
    variables = list(role_variables(project.pipeline_environments))
    stages = [
        Stage(name, variable, project.environments[name].settings.region or "${{ vars.AWS_REGION }}")
        for name, variable in zip(project.pipeline_environments, variables, strict=False)
    ]
    previews = project.previews
    of = next((stage for stage in stages if previews and stage.name == previews.shared), None)
    settings = {
        "pipeline": pipeline,
        "stages": stages,
        "previews": previews.name if previews and of else None,
        "preview_region": of.region if of else None,
        "uses": _uses,
        "step": _indented,
    }
    paths = {DEPLOY: "deploy.yml.j2", PREVIEW: "preview.yml.j2"}
    return {path: _templates.get_template(template).render(settings) for path, template in paths.items()}


def _uses(name: str) -> str:
    commit, version = ACTIONS[name]
    return f"{name}@{commit} # {version}"


def _indented(commands: list[str], columns: int) -> str:
    """Commands as the text of a block scalar, each in a line; the first line's indent is in the template."""
    return f"\n{' ' * columns}".join(commands)
