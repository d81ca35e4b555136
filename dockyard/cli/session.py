"""What most commands begin with: the project, its environment, and the doors to the outside."""

import functools
import os
from difflib import get_close_matches
from pathlib import Path

from dockyard.build import STAND_INS, Bases, Mirrored, Recipe, Wanted
from dockyard.build.builder import Options, Workshop, ca_bundle
from dockyard.cli import screen
from dockyard.cli.programs import processes_of
from dockyard.cli.root import project_root, tools_of
from dockyard.config import Environment, Project, load_project, service_of
from dockyard.config.region import supported_region
from dockyard.defaults import ENGINE, FOLDER, JOBS
from dockyard.deploy.images import needed
from dockyard.deploy.site import Site, in_lookup_role
from dockyard.doors.aws import Aws
from dockyard.doors.aws_faults import EXPORTS
from dockyard.doors.docker import Docker
from dockyard.doors.git import Git
from dockyard.doors.process import Processes
from dockyard.errors import PrerequisiteError, UsageError
from dockyard.local.stand_ins import upload_missing


class Session:
    """One command's view of the world. Each part is made when it is first asked for.

    :param folder: the project's folder. Default: the nearest one upwards with a dockyard.yaml.
    :param environment: name of the environment. Default: DOCKYARD_ENV, else the first in dockyard.yaml.
    :param options: how images are built. Default: by the builder that BUILDX_BUILDER names, else by the engine's own; as many at
        once as DOCKYARD_JOBS says, else four.
    """

    def __init__(
        self,
        folder: Path | None,
        environment: str | None = None,
        variables: dict[str, str] | None = None,
        options: Options | None = None,
    ) -> None:
        self._folder, self._environment, self._options = folder, environment, options
        os.environ.update(variables or {})  # boto3 reads them there
        self.variables = dict(os.environ)

    def with_variables(self, variables: dict[str, str]) -> "Session":
        """The same project and environment, with these variables set."""
        return Session(self._folder, self._environment, variables, self._options)

    def anew(self) -> "Session":
        """The same, with the project's files read again."""
        return Session(self._folder, self._environment, options=self._options)

    def of(self, environment: str) -> "Session":
        """The same project's other environment."""
        return Session(self._folder, environment, options=self._options)

    @functools.cached_property
    def root(self) -> Path:
        """The project's folder. Raises UsageError."""
        return project_root(self._folder)

    @property
    def own_folder(self) -> Path:
        """Dockyard's own folder in the project. Raises PrerequisiteError where a file has its name."""
        folder = self.root / FOLDER
        if folder.exists() and not folder.is_dir():
            raise PrerequisiteError(f"{folder}: a file, where Dockyard keeps a folder", hint=f"run: mv {folder} {folder}.old")
        return folder

    @functools.cached_property
    def project(self) -> Project:
        """The project. Raises ConfigError."""
        return load_project(self.root)

    @functools.cached_property
    def environment(self) -> Environment:
        """The environment. Raises UsageError."""
        return self.project.environment(self._environment or self.variables.get("DOCKYARD_ENV"))

    @functools.cached_property
    def processes(self) -> Processes:
        """Starts programs; those of the project's set-up first."""
        return processes_of(self.root, self.variables)

    @property
    def tools(self) -> list[str]:
        """Folders with `dockyard`, `python`, `node` and `cdk`."""
        return tools_of(self.root)

    @functools.cached_property
    def docker(self) -> Docker:
        """The Docker engine."""
        return Docker(self.processes)

    @functools.cached_property
    def aws(self) -> Aws:
        """The environment's account and region. Raises PrerequisiteError; UsageError for another account or partition."""
        try:
            aws = Aws(region=self.environment.settings.region)
        except PrerequisiteError as error:
            from dockyard.local.lifecycle import LocalAws  # noqa: PLC0415  # for a hint

            if "AWS_PROFILE" in self.variables or LocalAws(self.own_folder).port is None:
                raise
            raise PrerequisiteError(str(error), hint=f"the local AWS of this project runs; for this shell: {EXPORTS}") from error
        try:
            supported_region(aws.region)
        except ValueError as error:
            raise UsageError(f"region of the credentials: {error}") from error
        wanted = self.environment.settings.account
        if aws.account != (wanted or aws.account):
            raise UsageError(
                f"environment {self.environment.name} is in account {wanted}, and the credentials are of {aws.account}",
                hint="use credentials of that account, for example AWS_PROFILE",
            )
        return aws

    @functools.cached_property
    def bases(self) -> Bases:
        """What is known of base images."""
        return Bases.read(self.project.lock.bases, self.variables.get(STAND_INS))

    @functools.cached_property
    def workshop(self) -> Workshop:
        """What builds need; stand-ins are in the registry then."""
        registry = ""
        if self.bases.stand_ins:
            reading = in_lookup_role(self.aws, self.root)
            credentials = reading.registry()
            registry = credentials.host
            if registry.startswith(("localhost:", "127.0.0.1:")):
                upload_missing(self.bases.stand_ins, reading, self.variables.get("XDG_CACHE_HOME"))
                self.docker.login(credentials)
        return Workshop(
            self.docker,
            self.bases,
            registry,
            self.own_folder,
            ca_bundle(self.variables),
            self._options or self._usual_options(),
            self.variables,
            Git(self.processes),
        )

    def _usual_options(self) -> Options:
        jobs = self.variables.get("DOCKYARD_JOBS") or str(JOBS)
        if not jobs.isdigit() or not 1 <= int(jobs) <= 64:
            raise UsageError(f"DOCKYARD_JOBS should be a number from 1 to 64, got {jobs}")
        return Options(jobs=int(jobs), builder=self.variables.get("BUILDX_BUILDER") or ENGINE)

    @functools.cached_property
    def site(self) -> Site:
        """What deploys need."""
        return Site(self.project, self.environment, self.aws, self.processes, self.workshop)

    def recipes(self, services: list[str], platforms: list[str] | None = None) -> list[Recipe]:
        """Those of `images_to_build` that are built. It is told of each that was asked for and is copied."""
        found = self.images_to_build(services, platforms)
        for image in found:
            if services and isinstance(image, Mirrored):
                screen.warn(f"{image.service}: its image is not built, but copied: dockyard mirror {image.service}")
        return [image for image in found if isinstance(image, Recipe)]

    def images_to_build(self, services: list[str], platforms: list[str] | None = None) -> list[Wanted]:
        """The same as `images`, with what their user should know of each told."""
        self.docker.look_for_cli()
        found = self.images(services, platforms)
        for one in found:
            for caution in one.cautions:
                screen.warn(f"{one.service}: {caution}")
        return found

    def images(self, services: list[str], platforms: list[str] | None = None) -> list[Wanted]:
        """What ECR is to have for these services, or for all; what is built for these platforms, or each service's own.

        Raises UsageError for a service that is not there.
        """
        _check(services, list(self.environment.images), self.root)
        found = needed(self.project, self.environment, self.bases, services, platforms)
        for name in set(services) - {made for one in found for made in (one.service, service_of(one.service))}:
            screen.warn(f"{name}: ECS takes its image from where service.yaml says; there is nothing to build, copy or push")
        return found

    def check_services(self, services: list[str]) -> None:
        """Raise UsageError where one of these is no service of the environment."""
        _check(services, list(self.environment.services), self.root)


def _check(services: list[str], known: list[str], root: Path) -> None:
    """Raise UsageError where one of these is not known, with those that there are and those that may be meant."""
    if unknown := [name for name in services if name not in known]:
        for name in unknown:
            if "/" not in name and (root / "services" / name).is_dir():
                raise UsageError(f"services/{name} has no service.yaml", hint="the least that it has: kind: web")
        close = dict.fromkeys(found for name in unknown for found in get_close_matches(name, known, n=1))
        meant = f"; did you mean {', '.join(close)}?" if close else ""
        raise UsageError(f"no service {', '.join(unknown)}; there is {', '.join(known) or 'none'}{meant}")
