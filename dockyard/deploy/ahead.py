"""Stacks that are deployed before the synth has run that holds."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from dockyard.build.plan import Planned
from dockyard.config import load_project
from dockyard.config.problems import all_of
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.assembly_folder import Note, forget_note, lacking_images
from dockyard.deploy.fingerprint import fingerprint
from dockyard.deploy.intent import Intent
from dockyard.deploy.likely import differing
from dockyard.deploy.site import Site
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.stacks import Stacks, check_bootstrap, deploy_stacks, wanted_stacks
from dockyard.deploy.synthesis import stacks_in, synthesized
from dockyard.doors.folders import take_place
from dockyard.errors import DockyardError
from dockyard.progress import Progress
from dockyard.threads import Threads


def deploy_ahead(
    site: Site,
    likely: list[StackArtifact],
    services: Sequence[str],
    images: Callable[[], list[Planned]],
    intent: Intent,
    progress: Progress,
    deployer: StackDeployer,
) -> tuple[list[Planned], Stacks]:
    """Deploy the stacks as they will most likely be. The synth runs while tasks start; what it makes otherwise is deployed then.

    It has a folder of its own as long as files of the assembly may be needed, which takes the assembly's place at the end. Where
    files were changed meanwhile, what it makes is of these, and for the next deploy.
    """
    artifacts = wanted_stacks(site, likely, services)
    check_bootstrap(site, artifacts)
    anew = site.assembly.with_name(f"{site.assembly.name}.next")
    forget_note(site.assembly)  # where this fails, the next deploy is to synthesize first
    with Threads(max_workers=1) as pool:
        failed = threading.Event()

        def synth() -> list[StackArtifact]:
            deployer.began.wait()  # until then it would take the processors of who builds and prepares the change
            return [] if failed.is_set() else synthesized(site, progress, validate=False, folder=anew)

        synthesizing = pool.submit(synth)
        try:
            in_ecr, stacks = deploy_stacks(site, artifacts, images, progress, deployer)
        except BaseException:
            failed.set()
            raise
        finally:
            deployer.began.set()
        found = _of_the_same_files(site, intent, synthesizing)
    if found is None:
        progress.note("synth", "files were changed meanwhile; run the same command again to deploy these")
        return in_ecr, stacks
    others = {one.name for one in differing(artifacts, wanted_stacks(site, found, services))}
    Note.of(intent.infrastructure, intent.images, ahead=not others).write(anew)
    folder = take_place(anew, site.assembly)
    if not others:
        return in_ecr, stacks
    progress.note("synth", f"app.py writes {all_of(sorted(others))} otherwise than before; deploying what it writes now")
    left = [one for one in stacks_in(site, folder) if one.name in others]
    return in_ecr, {**stacks, **deploy_stacks(site, left, lambda: in_ecr, progress, deployer)[1]}


def written_otherwise(note: Note, infrastructure: str) -> bool:
    """Whether app.py was seen to write more of sources than a tag: then a synth goes first, or all would be deployed twice."""
    return note.infrastructure == infrastructure and not note.ahead


def _of_the_same_files(site: Site, intent: Intent, synth: "Future[list[StackArtifact]]") -> list[StackArtifact] | None:
    """What it wrote; None where files are others by now than those of the intent. Raises DeployError where app.py fails."""
    try:
        found = synth.result()
    except DockyardError:
        if _fingerprint(site) == intent.infrastructure:
            raise
        return None
    return None if lacking_images(found, intent.images) or _fingerprint(site) != intent.infrastructure else found


def _fingerprint(site: Site) -> str:
    """That of the files as they are now; empty where they cannot be read, as in the middle of an edit."""
    try:
        project = load_project(Path(site.project.root))
    except DockyardError:
        return ""
    return fingerprint(project, site.environment.name, site.aws.account, site.aws.region)
