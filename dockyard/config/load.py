"""From the project's files to a `Project`: everything read, every environment checked, all faults told at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from dockyard.config import checks
from dockyard.config.clients import client_cautions
from dockyard.config.deployment import Strategy
from dockyard.config.domains import record_problems
from dockyard.config.environment import Environment, Project
from dockyard.config.kinds.web import Web
from dockyard.config.lock import Lock
from dockyard.config.model import Model
from dockyard.config.mutual_tls import ca_bundle_path, mutual_tls_problems
from dockyard.config.nlb import spelled_out as nlb_mapping
from dockyard.config.pipeline import pipeline_problems
from dockyard.config.platforms import platform_defaults
from dockyard.config.previews import base_of, preview_host_problems, preview_problems, previewed
from dockyard.config.problems import Problem, holds, one_of, problems_of
from dockyard.config.project import EnvironmentSettings, ProjectFile
from dockyard.config.read import read, service_files
from dockyard.config.secret import named
from dockyard.config.service import KINDS, NOT_BY_ENVIRONMENT, Service, keys_of_others, kind_problem, of_copilot
from dockyard.config.shown import show
from dockyard.config.stages import stage_problems
from dockyard.config.variables import EnvFile, env_cautions, env_file_path, env_file_problems, merged_env, read_env_file
from dockyard.defaults import PROJECT_FILE
from dockyard.errors import ConfigError

M = TypeVar("M", bound=Model)

LOCK_FILE = "dockyard.lock"
SHARED = tuple(ProjectFile.model_fields.keys() & EnvironmentSettings.model_fields.keys())
"""Keys of dockyard.yaml that an environment may repeat."""


def load_project(root: Path, *, allow_collisions: bool = False) -> Project:
    """Read dockyard.yaml, dockyard.lock and services/*/service.yaml below `root`.

    Raises ConfigError with all faults of all files and environments; nothing else has happened by then. Two rules with one
    computed priority are such a fault, but for `dockyard lock`, which resolves it (`allow_collisions`).
    """
    problems: dict[str, None] = {}  # in order, each once
    file = read(root / PROJECT_FILE, PROJECT_FILE, problems)
    lock_file = read(root / LOCK_FILE, LOCK_FILE, problems) if os.path.lexists(root / LOCK_FILE) else {}
    lock = None if lock_file is None else _one(Lock, lock_file, LOCK_FILE, problems)
    project = None if file is None else _one(ProjectFile, file, PROJECT_FILE, problems)
    file = file or {}
    found = {path.parent.name: read(path, _name(path, root), problems) for path in service_files(root, ".yaml")}
    for path in service_files(root, ".yml"):
        problems[f"{_name(path, root)}: is not read; rename it to service.yaml"] = None
    services = {name: raw for name, raw in found.items() if raw is not None}
    environments = {
        name: _environment(root, name, file, services, lock or Lock(), problems, allow_collisions)
        for name in (_mapping(file.get("environments")) or {"default": None})
    }
    for name, raw in services.items():
        _note(f"services/{name}/service.yaml", checks.build_problems(root, name, raw), problems)
    for problem in checks.stack_name_problems({name: list(made.services) for name, made in environments.items()}):
        problems[problem] = None
    of_domains = {name: (made.settings.domains, made.hosts) for name, made in environments.items() if not made.settings.preview}
    _note(PROJECT_FILE, record_problems(of_domains), problems)
    lasting = [name for name, made in environments.items() if not made.settings.preview]
    _note(PROJECT_FILE, pipeline_problems(file.get("pipeline"), lasting), problems)
    of_stages = {name: made.settings for name, made in environments.items()}
    _note(PROJECT_FILE, stage_problems(file.get("pipeline"), of_stages), problems)
    if problems or project is None or lock is None:
        raise ConfigError(list(problems))
    return Project(
        root, project.name, project.base_images, MappingProxyType(environments), lock, MappingProxyType(project.pull_through),
        project.pipeline,
    )  # fmt: skip


def merge(base: Any, override: Any, *, keep_null: bool = False) -> Any:
    """`override` on `base`: maps merge, lists and scalars replace, null takes the key away if it is there.

    Below `overrides` null stays: it takes a property of a resource away.
    """
    if not isinstance(override, dict):
        return override
    below = base if isinstance(base, dict) else {}
    merged = {key: merge(below.get(key), value, keep_null=keep_null or key == "overrides") for key, value in override.items()}
    return {k: value for k, value in {**below, **merged}.items() if keep_null or value is not None or k not in override}


def _environment(
    root: Path,
    name: str,
    file: dict[str, Any],
    raw_services: Mapping[str, dict[str, Any]],
    lock: Lock,
    problems: dict[str, None],
    allow_collisions: bool,
) -> Environment:
    written = _mapping(file.get("environments"))
    override = _mapping(written.get(name))
    base = base_of(override)
    shared: dict[str, Any] = {key: file[key] for key in SHARED if key in file}
    if base:
        shared = merge(merge(shared, _mapping(written.get(base))), {"load_balancer": {"rules": None}})
    settings = _overridden(EnvironmentSettings, shared, override, name, PROJECT_FILE, problems)
    _note(PROJECT_FILE, preview_problems(name, override, written, settings, _faultless(EnvironmentSettings, shared)), problems)
    if settings:
        found = mutual_tls_problems(root, settings.load_balancer.mutual_tls, https=settings.https)
        _note(PROJECT_FILE, _placed(found, override, name), problems)
    overridden: dict[str, Mapping[str, Any]] = {PROJECT_FILE: override}
    services: dict[str, Service] = {}
    merged: dict[str, dict[str, Any]] = {}
    cautions: list[tuple[str, str]] = []
    bundle = ca_bundle_path(root, settings.load_balancer.mutual_tls) if settings else None
    files = [bundle] if bundle else []
    for service, raw in raw_services.items():
        path = f"services/{service}/service.yaml"
        own = _strategy_spelled_out(_spelled_out({key: value for key, value in raw.items() if key != "environments"}))
        _note(path, _override_problems(raw, written), problems)
        if base:
            own = previewed(merge(own, _service_override(raw, base)), name, settings)
        override = _service_override(raw, name)
        overridden[path] = override
        if settings:
            for added in platform_defaults(merge(own, override), settings.cluster):
                own = merge(own, added)
        merged[service] = merge(own, override)
        unreadable = list(env_file_problems(root, service, merged[service]))
        _note(path, _placed(unreadable, override, name), problems)
        env_file = None if unreadable else env_file_path(root, service, merged[service])
        if model := _service(own, override, name, path, problems):
            below = _read_env_file(root, env_file, model.kind, problems) if env_file else None
            cautions += [(service, text) for text in env_cautions(service, below, model.env, model.secrets)]
            cautions += [(service, text) for text in (client_cautions(model, settings) if settings else ())]
            services[service] = model.model_copy(update={"env": merged_env(below, model.env, model.secrets)})
        files += [env_file] if env_file else []
        _note(path, _placed(checks.service_problems(service, merged[service], settings), override, name), problems)
        if base and isinstance(model, Web) and model.http:
            _note(path, (problem.below("environments", name) for problem in preview_host_problems(model.http)), problems)
    across = [
        *checks.rule_problems(name, merged, settings, lock, allow_collisions=allow_collisions),
        *checks.call_problems(merged),
    ]
    for path, problem in across:
        _note(path, [problem], problems)
    return Environment(
        name, settings or EnvironmentSettings(), MappingProxyType(services), tuple(cautions), tuple(dict.fromkeys(files)),
        MappingProxyType(overridden),
    )  # fmt: skip


def _service_override(raw: Mapping[str, Any], environment: str) -> dict[str, Any]:
    written = _mapping(_mapping(raw.get("environments")).get(environment))
    return _spelled_out({key: value for key, value in written.items() if key not in NOT_BY_ENVIRONMENT})


def _read_env_file(root: Path, path: Path, kind: str, problems: dict[str, None]) -> EnvFile | None:
    try:
        return read_env_file(root, path, checks.OWN_VARIABLES.get(kind, {}))
    except ValueError as error:
        problems[str(error)] = None
        return None


def _service(
    own: dict[str, Any], override: dict[str, Any], environment: str, file: str, problems: dict[str, None]
) -> Service | None:
    """The model of the service's kind."""
    if problem := kind_problem(own):
        _note(file, [problem], problems)
        if meant := of_copilot(own):  # its other keys are told with it
            rest = {key: value for key, value in own.items() if key != "type"}
            _service({**rest, "kind": meant}, override, environment, file, problems)
        return None
    kind = own["kind"]
    return _overridden(KINDS[kind], own, override, environment, file, problems, keys_of_others(kind))


def _overridden(
    model: type[M],
    own: dict[str, Any],
    override: dict[str, Any],
    environment: str,
    file: str,
    problems: dict[str, None],
    elsewhere: Mapping[str, str] = MappingProxyType({}),
) -> M | None:
    """The model of `own` with `override` on it; a fault of the override is told at the override's own key."""
    try:
        return model.model_validate(merge(own, override))
    except ValidationError as error:
        _note(file, _placed(problems_of(error, model, elsewhere), override, environment), problems)
        return None


def _faultless(model: type[M], raw: dict[str, Any]) -> M | None:
    """The model; None where it has faults, which are told elsewhere."""
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def _placed(found: Iterable[Problem], override: dict[str, Any], environment: str) -> Iterator[Problem]:
    for problem in found:
        yield problem.below("environments", environment) if holds(override, problem.location) else problem


def _override_problems(raw: dict[str, Any], environments: dict[str, Any]) -> Iterator[Problem]:
    overrides = raw.get("environments", {})
    if not isinstance(overrides, dict):
        yield Problem(("environments",), f"should be a mapping of environments, got {show(overrides)}")
        return
    for name, override in overrides.items():
        if name not in environments:
            yield Problem(("environments", name), f"unknown environment; dockyard.yaml has {one_of(list(environments))}")
        if override is not None and not isinstance(override, dict):
            yield Problem(("environments", name), f"should be a mapping of keys, got {show(override)}")
        for key in NOT_BY_ENVIRONMENT.keys() & _mapping(override).keys():
            yield Problem(("environments", name, key), NOT_BY_ENVIRONMENT[key])
        if "image" in _mapping(_mapping(override).get("firelens")) and "firelens" in raw:
            yield Problem(("environments", name, "firelens", "image"), NOT_BY_ENVIRONMENT["image"])
        for sidecar, one in _mapping(_mapping(override).get("sidecars")).items():
            if "image" in _mapping(one) and sidecar in _mapping(raw.get("sidecars")):
                yield Problem(("environments", name, "sidecars", sidecar, "image"), NOT_BY_ENVIRONMENT["image"])


def _one(model: type[M], raw: dict[str, Any], file: str, problems: dict[str, None]) -> M | None:
    """The model of a file without what its environments override, which `_environment` reads."""
    environments = raw.get("environments")
    if isinstance(environments, dict):
        raw = {**raw, "environments": {key: {} for key in environments}}
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        _note(file, problems_of(error, model), problems)
        return None


def _note(file: str, found: Iterable[Problem], problems: dict[str, None]) -> None:
    problems.update(dict.fromkeys(problem.text(file) for problem in found))


def _spelled_out(raw: dict[str, Any]) -> dict[str, Any]:
    """With a list of secrets, and a port, as the mappings that they stand for, so that an environment's are added to them."""
    written = {"secrets": named, "nlb": nlb_mapping}
    return raw | {key: spell(raw[key]) for key, spell in written.items() if raw.get(key) is not None}


def _strategy_spelled_out(raw: dict[str, Any]) -> dict[str, Any]:
    """With `deploy: canary` as the mapping that it stands for, so that an environment adds to it; its own word replaces all."""
    word = raw.get("deploy")
    return {**raw, "deploy": {"strategy": word}} if isinstance(word, str) and word in get_args(Strategy) else raw


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
