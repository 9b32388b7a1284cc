"""Finds skills in folders, imports them and checks that they keep the contract.

``<folder>/<domain>/SKILL.md`` is a domain's manual, each module beside it one skill (it exposes
``skill``), except those whose name begins with ``_``. The packaged ``skills`` folder is imported
as the package it is; any other folder by its path, under a name of our own, so that no skill
can stand in for a module of Steward.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
import logging
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from app.domain.errors import DuplicateSkillError, InvalidSkillError, StewardError
from app.domain.skills import Effect, Skill, ToolDefinition
from app.domain.tool_calls import wire_name
from app.skill_runtime.manual import FILE_NAME, ManualFile

logger = logging.getLogger(__name__)

PACKAGE: Final = "skills"

_DOMAIN: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_NAME: Final = re.compile(rf"{_DOMAIN.pattern}\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SKIPPED: Final = frozenset(["node_modules"])
# What OpenAI-compatible servers accept.
_MAX_WIRE_NAME: Final = 64
_MAX_DESCRIPTION: Final = 1024

_generation = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that was found: skills by dotted name, manuals by domain. Immutable."""

    skills: Mapping[str, Skill]
    manuals: Mapping[str, ManualFile]


@dataclass(frozen=True, slots=True)
class _Found:
    skill: Skill
    file: Path


def load_catalogue(folders: Sequence[Path]) -> Catalogue:
    """Import every skill in ``folders``; blocking. Folders that do not exist are passed over.

    Raises ``InvalidSkillError`` and ``DuplicateSkillError``; nothing imported by path stays
    behind then.
    """
    importlib.invalidate_caches()
    namespace = f"steward_skills_{next(_generation)}"
    found: dict[str, _Found] = {}
    manuals: dict[str, ManualFile] = {}
    try:
        for number, folder in enumerate(folders):
            for domain in _domains(folder):
                _load_domain(domain, f"{namespace}_{number}", found, manuals)
    except (InvalidSkillError, DuplicateSkillError):
        _forget(namespace)
        raise
    return Catalogue({name: found[name].skill for name in sorted(found)}, manuals)


def _domains(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InvalidSkillError(
            f"The skills folder {folder} cannot be read: {error.strerror or error}."
        ) from error
    for entry in entries:
        if entry.is_dir() and entry.name[0] not in "._" and entry.name not in _SKIPPED:
            yield entry


def _load_domain(
    folder: Path, namespace: str, found: dict[str, _Found], manuals: dict[str, ManualFile]
) -> None:
    modules = [
        module.name
        for module in pkgutil.iter_modules([str(folder)])
        if not module.ispkg and not module.name.startswith("_")
    ]
    domain, built_in = folder.name, _is_built_in(folder)
    _add_manual(ManualFile(folder / FILE_NAME), bool(modules), built_in, manuals)
    if modules and not built_in:
        _make_package(folder, namespace)
    package = PACKAGE if built_in else namespace
    for name in modules:
        module = _import(f"{package}.{domain}.{name}", folder / f"{name}.py")
        skill = _checked(module, domain, folder / f"{name}.py", check_schema=not built_in)
        _add(_Found(skill, folder / f"{name}.py"), found)


def _add_manual(
    file: ManualFile, has_skills: bool, built_in: bool, manuals: dict[str, ManualFile]
) -> None:
    domain = file.path.parent.name
    if not file.path.is_file():
        if has_skills and domain not in manuals:
            raise InvalidSkillError(
                f"The skills folder {file.path.parent} has no {FILE_NAME}.",
                hint="Write one: it says what the skills beside it are for.",
                details={"path": str(file.path)},
            )
        return
    if domain in manuals:
        logger.warning(
            "second manual of a domain is not used",
            extra={"domain": domain, "path": str(file.path)},
        )
    elif built_in or _readable(file, needed=has_skills):
        # A built-in manual is read when it is first asked for: that keeps YAML out of start-up.
        manuals[domain] = file


def _readable(file: ManualFile, *, needed: bool) -> bool:
    """Read a manual now. One without skills of ours is passed over where it cannot be read."""
    try:
        return bool(file.manual)
    except InvalidSkillError as error:
        if needed:
            raise
        logger.warning("skill manual is passed over", extra={"problem": str(error)})
        return False


def _add(one: _Found, found: dict[str, _Found]) -> None:
    name = one.skill.tool_definition.name
    if (other := found.setdefault(name, one)) is not one:
        raise DuplicateSkillError(
            f"Two skills are called {name}: {other.file} and {one.file}.",
            hint="Rename one of them.",
            details={"name": name, "files": [str(other.file), str(one.file)]},
        )


# -- importing ---------------------------------------------------------------------------


def _is_built_in(folder: Path) -> bool:
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    return any(Path(place).resolve() == folder.parent.resolve() for place in places or ())


def _make_package(folder: Path, namespace: str) -> None:
    """A package of our own for a folder outside, so that ``from . import _helper`` works there."""
    if namespace not in sys.modules:
        root = ModuleType(namespace)
        root.__path__ = []
        sys.modules[namespace] = root
    name = f"{namespace}.{folder.name}"
    init = folder / "__init__.py"
    if not init.is_file():
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        return
    spec = importlib.util.spec_from_file_location(
        name, init, submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    with _foreign(init):
        spec.loader.exec_module(package)


def _import(name: str, file: Path) -> ModuleType:
    with _foreign(file):
        return importlib.import_module(name)


def _forget(namespace: str) -> None:
    for name in [name for name in sys.modules if name.startswith(f"{namespace}_")]:
        del sys.modules[name]


@contextmanager
def _foreign(file: Path) -> Iterator[None]:
    """Code of a skill runs here before any executor can: what it raises is a clear error."""
    try:
        yield
    except StewardError:
        raise
    except (Exception, SystemExit) as error:
        logger.warning("skill cannot be loaded", extra={"path": str(file)}, exc_info=error)
        raise InvalidSkillError(
            f"{file} cannot be loaded: {type(error).__name__}: {error}.",
            details={"path": str(file)},
        ) from error


# -- the contract ------------------------------------------------------------------------


def _checked(module: ModuleType, domain: str, file: Path, *, check_schema: bool) -> Skill:
    skill = getattr(module, "skill", None)
    if skill is None:
        raise InvalidSkillError(
            f"{file} exposes no skill.",
            hint="Give the module an object called skill, or a name that begins with _.",
            details={"path": str(file)},
        )
    with _foreign(file):
        problem = _problem(skill, domain) or (check_schema and _schema_problem(skill)) or None
    if problem:
        raise InvalidSkillError(f"{file}: {problem}.", details={"path": str(file)})
    assert isinstance(skill, Skill)
    return skill


def _problem(skill: object, domain: str) -> str | None:
    """The first thing that is wrong with a skill."""
    if inspect.isclass(skill) or not isinstance(skill, Skill):
        missing = [name for name in _MEMBERS if not hasattr(skill, name)]
        return f"skill has no {', '.join(missing)}" if missing else "skill must be an object"
    for method in ("preview", "execute"):
        if not inspect.iscoroutinefunction(getattr(skill, method)):
            return f"{method} must be an async method"
    effect: object = skill.effect
    timeout: object = skill.timeout
    if not isinstance(effect, Effect):
        return f"effect must be one of {', '.join(Effect)}"
    if timeout is not None and not (isinstance(timeout, int | float) and timeout > 0):
        return "timeout must be a number of seconds above 0, or None"
    if skill.domain != domain:
        return f"domain is {skill.domain!r} but the folder is {domain!r}"
    return _definition_problem(skill.tool_definition, domain)


_MEMBERS: Final = ("tool_definition", "domain", "effect", "timeout", "preview", "execute")


def _definition_problem(definition: object, domain: str) -> str | None:
    if not isinstance(definition, ToolDefinition):
        return "tool_definition must be a ToolDefinition"
    name = definition.name
    if not _NAME.fullmatch(name) or len(wire_name(name)) > _MAX_WIRE_NAME:
        return f"the name {name!r} is not of the form domain.action, 64 characters at most"
    if name.partition(".")[0] != domain:
        return f"the name {name!r} does not begin with {domain!r}"
    if not 0 < len(definition.description.strip()) <= _MAX_DESCRIPTION:
        return f"the description of {name} must have 1 to {_MAX_DESCRIPTION} characters"
    schema = definition.parameters
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        return f"the parameters of {name} must be a JSON Schema of an object with properties"
    if schema.get("additionalProperties") is not False:
        return f"the parameters of {name} must have additionalProperties false"
    return None


def _schema_problem(skill: Skill) -> str | None:
    import jsonschema

    parameters = skill.tool_definition.parameters
    try:
        jsonschema.Draft202012Validator.check_schema(parameters)
    except jsonschema.SchemaError as error:
        return f"the parameters are not a JSON Schema: {error.message}"
    return None
