"""`dockyard eject`: the generated Dockerfile becomes the app's own."""

from dockyard.build.context import GENERATED_IGNORES
from dockyard.build.ignore import IGNORE_FILE, lines_of, only_lets_in
from dockyard.build.of_project import dockerfile_of
from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.errors import UsageError


def eject(service: Service, env: Environment = None, project: Project = None) -> None:
    """Write the generated Dockerfile and a .dockerignore into the app's folder; they are used, and yours, from then on.

    A .dockerignore that is there stays as it is; one that only lets in gets its lines behind those that leave out.

    Example: dockyard eject shop
    """
    session = Session(project, env)
    session.check_services([service])
    source = dockerfile_of(session.project, service, session.environment.services[service])
    if source is None:
        raise UsageError(f"service {service} takes its image from a registry and has no Dockerfile")
    if source.file:
        raise UsageError(f"service {service} has a Dockerfile of its own already: {source.file}")
    written = {source.context / "Dockerfile": source.text}
    ignore = source.context / IGNORE_FILE
    lines = lines_of(ignore) if ignore.exists() else []
    if not ignore.exists() or only_lets_in(lines):
        written[ignore] = "\n".join([*(source.ignored or GENERATED_IGNORES), *lines]) + "\n"
    for file, text in written.items():
        file.write_text(text, encoding="utf-8")
        screen.result(str(file))
    screen.say("the image gets a new tag when the next one is built, as the two files are part of its folder")
