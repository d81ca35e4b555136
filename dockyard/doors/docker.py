"""The Docker engine: what it is, its images and containers."""

import contextlib
import functools
import io
import socket
import tarfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import docker
import docker.errors
from docker.constants import DEFAULT_TIMEOUT_SECONDS

from dockyard.doors.buildkit import BuildKit, LocalImage
from dockyard.doors.buildx import Cli, programs
from dockyard.doors.docker_faults import ANY, LOST, explaining
from dockyard.doors.docker_push import events
from dockyard.doors.engine_faults import SILENCE
from dockyard.doors.process import Ended, Processes
from dockyard.doors.pushes import Pushes
from dockyard.doors.registry_auth import damaged_login
from dockyard.errors import PrerequisiteError


class Docker(BuildKit):
    """One engine, the one that DOCKER_HOST or the default socket names."""

    def __init__(self, processes: Processes, cli: Cli | None = None) -> None:
        super().__init__(processes, cli)
        self._pushes = Pushes(functools.partial(events, self._client))

    @functools.cached_property
    def _engine(self) -> docker.DockerClient:
        try:
            self._connect()
            client = self._client(DEFAULT_TIMEOUT_SECONDS)
            weakref.finalize(self, client.close)
            client.ping()
        except (docker.errors.DockerException, OSError, TypeError, ValueError) as error:  # the last two: no address, or no login
            if fault := damaged_login():
                raise PrerequisiteError(str(fault), hint=fault.hint) from error
            raise PrerequisiteError(f"no Docker engine answers: {error}", hint="start it, or run: dockyard local up") from error
        return client

    def _client(self, timeout: int) -> docker.DockerClient:
        return docker.from_env(environment=self._processes.environment, timeout=timeout)

    def _connect(self) -> None:
        """Raise OSError where nobody listens on the engine's socket: docker-py would leave its own socket open."""
        address = self._processes.environment.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
        if address.startswith("unix://"):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(address.removeprefix("unix://"))

    def answers(self) -> bool:
        """Whether an engine is there, now."""
        try:
            return bool(self._engine.ping())
        except (PrerequisiteError, *ANY):
            return False

    # images

    @explaining()
    def image_id(self, name: str) -> str | None:
        """Id of a local image; None where there is none of that name."""
        try:
            return str(self._engine.images.get(name).id)
        except docker.errors.ImageNotFound:
            return None

    @explaining()
    def image_platform(self, name: str) -> str:
        """What a local image is for, such as `linux/amd64`."""
        attributes = self._engine.images.get(name).attrs
        return f"{attributes['Os']}/{attributes['Architecture']}"

    @explaining()
    def image_config(self, name: str) -> Mapping[str, Any]:
        """What the engine tells of a local image: `Os`, `Architecture`, `Config`."""
        return dict(self._engine.images.get(name).attrs)

    @explaining()
    def architecture(self) -> str:
        """That of the engine's machine, as images name it: `amd64`, `arm64`."""
        return str(self._engine.version()["Arch"])

    @explaining()
    def image(self, name: str) -> LocalImage:
        """A local image."""
        return LocalImage.read(self._engine.images.get(name).attrs)

    @explaining()
    def image_names(self) -> list[str]:
        """All names of the local images: `repository:tag`, and `repository@sha256:…` of those that a registry knows."""
        found: Any = self._engine.api.images()
        return [name for one in found for key in ("RepoTags", "RepoDigests") for name in one.get(key) or ()]

    @explaining()
    def make_empty(self, repository: str, tag: str, labels: Mapping[str, str]) -> None:
        """Make an image without files, which says what its labels say."""
        with io.BytesIO() as buffer:
            tarfile.open(fileobj=buffer, mode="w").close()
            changes = [f"LABEL {name}={value}" for name, value in labels.items()]
            self._engine.api.import_image_from_data(buffer.getvalue(), repository=repository, tag=tag, changes=changes)

    @explaining()
    def tag(self, name: str, repository: str, tag: str) -> None:
        """Give a local image another name."""
        self._engine.api.tag(name, repository, tag)

    def untag(self, name: str) -> None:
        """Take a name away from a local image; the image goes with its last name. Nothing where it, or the engine, is gone."""
        with contextlib.suppress(docker.errors.ImageNotFound, *LOST):
            self._engine.images.remove(name, noprune=True)

    def pull(self, name: str, platform: str | None = None) -> str | None:
        """Pull an image; None where that worked, else why not."""
        login = self._logins.get(name.partition("/")[0])
        auth = {"username": login.username, "password": login.password} if login else None
        try:
            self._engine.images.pull(name, platform=platform, auth_config=auth)
        except (docker.errors.APIError, docker.errors.NotFound) as error:
            return str(error.explanation or error)
        return None

    def push(
        self, repository: str, tag: str, auth: Mapping[str, str], on_line: Callable[[str], None], *, silence: int = SILENCE
    ) -> str:
        """Push `repository:tag`; the digest that the registry knows it by.

        `on_line` is told of each layer: `0123456789ab Pushing 12/34` (bytes), `… Layer already exists`.
        Raises PushError; BuildError where the engine is gone.

        :param silence: seconds without a word of the engine after which its push is ended; by itself it would wait for ever.
        """
        return self._pushes.push(repository, tag, auth, on_line, silence)

    def run(self, image: str, command: list[str]) -> str:
        """Standard output of a command in a new container of the image, which is removed afterwards."""
        output: bytes = self._engine.containers.run(image, command, remove=True, network_disabled=True)
        return output.decode()

    # containers and networks

    @explaining()
    def start(self, image: str, **options: Any) -> Any:
        """A container of a local image that was just started, as docker-py has it.

        :param options: of docker-py's `containers.run`.
        """
        return self._engine.containers.run(image, detach=True, **options)

    def remove(self, container: Any) -> None:
        """Remove a container, whatever it does."""
        with _ignoring_missing():
            container.remove(force=True, v=True)

    def containers(self, label: str | None = None, *, ended: bool = False) -> list[str]:
        """Names of the running containers, or of those with this label; with `ended` also of those that have ended."""
        found = self._engine.containers.list(all=ended, filters={"label": label} if label else {}, ignore_removed=True)
        return [str(container.name) for container in found]

    def labels_of_containers(self, label: str) -> dict[str, dict[str, str]]:
        """Labels of the running containers with this label, by their names."""
        found = self._engine.containers.list(filters={"label": label}, ignore_removed=True)
        return {str(container.name): dict(container.labels) for container in found}

    def execute(self, container: str, command: Sequence[str]) -> Ended:
        """Run a command in a running container to its end."""
        ended: Any = self._engine.containers.get(container).exec_run(list(command))
        return Ended(ended.exit_code, ended.output.decode(errors="replace"))

    def attach(self, container: str, command: Sequence[str], *, terminal: bool) -> int:
        """Run a command in a running container with our own input and output; its exit code. `docker` itself minds the terminal.

        Raises PrerequisiteError where there is no `docker`.
        """
        program = next(programs(self._processes), None)
        if program is None:
            raise PrerequisiteError("no program docker on PATH", hint="sudo apt-get install -y docker.io")
        return self._processes.attached([program, "exec", "-it" if terminal else "-i", container, *command])

    def address(self, container: str) -> str:
        """Where this machine reaches a container: its address, or that of the container whose network it has."""
        attributes = self._engine.containers.get(container).attrs
        mode = str(attributes["HostConfig"]["NetworkMode"])
        if mode.startswith("container:"):
            return self.address(mode.removeprefix("container:"))
        networks = attributes["NetworkSettings"]["Networks"].values()
        return next((str(one["IPAddress"]) for one in networks if one["IPAddress"]), "127.0.0.1")  # the machine's own network

    def remove_containers(self, label: str) -> int:
        """Remove all containers with this label, whatever they do; how many there were."""
        found = self._engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)
        for container in found:
            self.remove(container)
        return len(found)

    def remove_volumes(self, label: str) -> None:
        """Remove all volumes with this label that no container uses."""
        for volume in self._engine.volumes.list(filters={"label": label}):
            with _ignoring_missing():
                volume.remove()

    def network_gateway(self, name: str, labels: Mapping[str, str]) -> str:
        """This machine's address within the bridge network of that name, which is made where it is missing."""
        try:
            network = self._engine.networks.get(name)
        except docker.errors.NotFound:
            try:
                network = self._engine.networks.create(name, driver="bridge", labels=dict(labels))
            except docker.errors.APIError as error:  # the engine has 31 ranges of addresses, by default
                raise PrerequisiteError(f"no network can be made: {error.explanation}", hint="docker network prune") from error
        network.reload()
        return str(network.attrs["IPAM"]["Config"][0]["Gateway"])

    def idle_networks(self, label: str, age: timedelta) -> dict[str, str]:
        """Networks with this label that no container has and that are older than this: id to this machine's address there."""
        before, found = datetime.now(UTC) - age, {}
        for one in self._engine.networks.list(filters={"label": label}):
            with _ignoring_missing():  # others remove theirs
                one.reload()
                if not one.attrs.get("Containers") and datetime.fromisoformat(one.attrs["Created"]) < before:
                    found[str(one.id)] = str(one.attrs["IPAM"]["Config"][0]["Gateway"])
        return found

    def remove_network(self, id: str) -> None:
        """Remove the network of this id, where it is there and no container has it."""
        with _ignoring_missing():
            self._engine.networks.get(id).remove()

    def remove_networks(self, label: str) -> None:
        """Remove all networks with this label."""
        for network in self._engine.networks.list(filters={"label": label}):
            with _ignoring_missing():
                network.remove()

    # builds

    @functools.cached_property
    def keeps_indexes(self) -> bool:
        """Whether the engine has containerd's image store, which takes images for several platforms, and attestations.

        https://docs.docker.com/engine/storage/containerd/
        """
        return ["driver-type", "io.containerd.snapshotter.v1"] in (self._engine.info().get("DriverStatus") or [])

    def classic_build(self, on_line: Callable[[str], None], **options: Any) -> str | None:
        """Build with the engine's classic builder, for where there is no CLI; None where that worked, else why not."""
        try:
            for login in self._logins.values():
                self._engine.login(login.username, login.password, registry=login.host, reauth=True)
            for event in self._engine.api.build(decode=True, rm=True, forcerm=True, **options):
                if "error" in event:
                    return str(event["error"]).strip()
                for line in str(event.get("stream", "")).splitlines():
                    on_line(line)
        except ANY as error:
            return str(getattr(error, "explanation", None) or error)
        return None


def _ignoring_missing() -> Any:
    return contextlib.suppress(docker.errors.NotFound, docker.errors.APIError)
