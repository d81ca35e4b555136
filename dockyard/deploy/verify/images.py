"""Images of services: in ECR or yet to be built, of the architecture of what they run on, and whether they answer."""

from collections.abc import Iterator

from dockyard.build.mirrored import Mirrored, Wanted
from dockyard.build.pinned import Pinned
from dockyard.build.plan import side_by_side
from dockyard.build.prerequisites import check
from dockyard.build.promoted import Promoted
from dockyard.build.recipe import Recipe
from dockyard.config import Cluster, Service, architecture, service_of, target
from dockyard.deploy.images import needed
from dockyard.deploy.verify.answers import answer_checks
from dockyard.deploy.verify.check import Check, looked, ng, ok, skip
from dockyard.deploy.verify.found_image import Found, find
from dockyard.deploy.verify.scene import Scene

NAME = "image"
_NAMES = {"x86-64": "amd64", "arm64": "arm64"}


def image_checks(scene: Scene) -> Iterator[Check]:
    """Of each service, and each of its sidecars."""
    made = {one.service: one for one in wanted_images(scene)}

    def look(name: str) -> list[Check]:
        service = service_of(name)
        what = NAME if name == service else f"{NAME} of {name.removeprefix(service)[1:]}"
        return [*looked(service, what, lambda: _image(scene, service, what, made.get(name)))]

    names = [name for name in scene.site.environment.images if service_of(name) in scene.services]
    for found in side_by_side(look, names):
        yield from found


def wanted_images(scene: Scene) -> list[Wanted]:
    """What ECR is to have for these services."""
    return needed(scene.site.project, scene.site.environment, scene.site.workshop.bases, list(scene.services))


def _image(scene: Scene, service: str, what: str, image: Wanted | None) -> Iterator[Check]:
    if image is None:
        yield skip(service, what, "ECS takes it from where service.yaml says, and not from ECR")
        return
    wanted = wanted_architecture(scene.services[service], scene.settings.cluster)
    if found := find(scene, image):
        yield architecture_check(service, what, found, wanted)
        if what == NAME:
            yield from answer_checks(scene, service, scene.services[service], image, found)
    elif isinstance(image, Pinned):
        raise image.gone()
    else:
        yield _missing(scene, service, what, image)


def _missing(scene: Scene, service: str, what: str, image: Recipe | Mirrored | Promoted) -> Check:
    """It is brought by the deploy, if what brings it is there."""
    name = f"{image.repository}:{image.tag}"
    if not isinstance(image, Recipe):
        return skip(service, what, f"{name} is not in ECR yet: deploy copies it")
    workshop = scene.site.workshop
    if not workshop.docker.answers():
        got = f"{name} is not in ECR, and no Docker engine answers that could build it"
        return ng(service, what, got, "start one, or push it from elsewhere: dockyard push")
    check([image], workshop)
    return skip(service, what, f"{name} is not in ECR yet: deploy builds and pushes it")


def wanted_architecture(service: Service, cluster: Cluster) -> str:
    """That of the servers; Fargate has both, and the task definition says x86-64 there, unless it is built for Graviton alone."""
    servers = architecture(service.runs_on, cluster)
    build = service.image.build
    on_arm = target(service.runs_on) == "fargate" and build is not None and "linux/amd64" not in build.platforms
    return _NAMES[servers] if servers else "arm64" if on_arm else "amd64"


def architecture_check(service: str, what: str, found: Found, wanted: str) -> Check:
    """The image has the architecture of what the service runs on."""
    told = ", ".join(found.architectures)
    if wanted in found.architectures:
        return ok(service, what, f"{found.where}, for {told}")
    way = f"build it for linux/{wanted} (image.build.platforms in service.yaml), or take another runs_on"
    return ng(service, what, f"{found.where}, for {told or 'no known architecture'}; what it runs on is {wanted}", way)
