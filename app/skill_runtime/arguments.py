"""Checks a call's arguments against its skill's schema, in words a model can act on."""

from __future__ import annotations

import json
import re
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from app.domain.errors import InvalidArgumentsError, InvalidSkillError
from app.domain.skills import Skill, ToolDefinition
from app.domain.tool_calls import ToolCall

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_MOST_PROBLEMS: Final = 5
_MOST_CHARACTERS: Final = 80


def validate_arguments(skill: Skill, call: ToolCall) -> None:
    """Raise ``InvalidArgumentsError`` where ``call`` does not fit ``skill``; nothing runs then.

    Raises ``InvalidSkillError`` where the schema itself cannot be applied, which shows only when
    the part in question is: a pattern that is none, a reference that leads nowhere or in a circle.
    ``details["problems"]`` has one object a problem: ``argument``, ``rule``, ``message``;
    ``details["allowed"]`` lists the skill's argument names.
    """
    definition = skill.tool_definition
    if call.parse_error is not None:
        raise InvalidArgumentsError(
            f"The arguments of {definition.name} cannot be read: {call.parse_error.rstrip('.')}.",
            hint="Send one JSON object. " + _takes(definition.parameters),
            details={"problems": [], "allowed": _allowed(definition.parameters)},
        )
    errors = _errors(skill, definition, call.arguments)
    if not errors:
        return
    problems = [problem for error in errors for problem in _problems(error)][:_MOST_PROBLEMS]
    raise InvalidArgumentsError(
        f"The arguments of {definition.name} do not fit: "
        + "; ".join(str(problem["message"]) for problem in problems)
        + ".",
        hint=_takes(definition.parameters),
        details={"problems": problems, "allowed": _allowed(definition.parameters)},
    )


def _errors(
    skill: Skill, definition: ToolDefinition, arguments: Mapping[str, object]
) -> list[ValidationError]:
    from jsonschema.exceptions import UnknownType
    from referencing.exceptions import Unresolvable

    validator = _validator_of(skill, definition.parameters)
    try:
        found = list(validator.iter_errors(arguments))
    except (Unresolvable, UnknownType, re.error, RecursionError) as error:
        raise InvalidSkillError(
            f"The parameters of {definition.name} cannot be checked: {type(error).__name__}.",
            hint="Its schema has a mistake; do without this skill.",
            details={"name": definition.name},
        ) from error
    return sorted(found, key=lambda one: list(map(str, one.path)))


def warm_up() -> None:
    """Import the validator ahead, in a worker thread: else the first call pays some 0.2 s."""
    _validator("{}")


# The validator of each skill, with the very schema it was made of; by the skill's identity, for
# not every personal skill can be hashed.
_known: Final[dict[int, tuple[weakref.ref[Skill], object, Draft202012Validator]]] = {}


def _validator_of(skill: Skill, schema: Mapping[str, object]) -> Draft202012Validator:
    known = _known.get(id(skill))
    if known is not None and known[0]() is skill and known[1] is schema:
        return known[2]
    made = _validator(json.dumps(schema, sort_keys=True))
    key = id(skill)
    with suppress(TypeError):  # an object with slots may not be watched: it is not remembered
        _known[key] = (weakref.ref(skill, lambda _: _known.pop(key, None)), schema, made)
    return made


@lru_cache(maxsize=256)
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def _allowed(schema: Mapping[str, object]) -> list[str]:
    properties = schema.get("properties")
    return list(properties) if isinstance(properties, Mapping) else []


def _takes(schema: Mapping[str, object]) -> str:
    allowed, required = _allowed(schema), schema.get("required")
    if not allowed:
        return "It takes no arguments."
    needed = set(required) if isinstance(required, Sequence) else set()
    names = [f"{name} (required)" if name in needed else name for name in allowed]
    return f"It takes {_joined(names, 'and')}."


def _problems(error: ValidationError) -> list[dict[str, object]]:
    """One problem for each message; several where one rule names several arguments."""
    where = _where(error)
    expected: Any = error.validator_value
    rule = str(error.validator)
    match rule:
        case "additionalProperties":
            known = _allowed(error.schema) if isinstance(error.schema, Mapping) else []
            unknown = [name for name in _keys(error.instance) if name not in known]
            return [_problem(_joined_path(where, name), rule, _unknown(name, known))
                    for name in unknown]  # fmt: skip
        case "required":
            missing = [name for name in expected if name not in _keys(error.instance)]
            # jsonschema reports each missing name on its own, all with the same list.
            name = next((one for one in missing if repr(one) in error.message), where)
            return [_problem(_joined_path(where, name), rule, f"{name} is missing")]
        case "type":
            message = f"{where} must be {_type(expected)}, not {_shown(error.instance)}"
        case "enum":
            choices = _joined([json.dumps(one, ensure_ascii=False) for one in expected], "or")
            message = f"{where} must be {choices}, not {_shown(error.instance)}"
        case "minimum":
            message = f"{where} must be {expected} or more, not {_shown(error.instance)}"
        case "maximum":
            message = f"{where} must be {expected} or less, not {_shown(error.instance)}"
        case "minLength":
            message = f"{where} must not be empty" if expected == 1 else (
                f"{where} must have {expected} characters or more"
            )  # fmt: skip
        case "maxLength":
            message = f"{where} must have {expected} characters or fewer"
        case _:
            message = f"{where}: {error.message[:200]}"
    return [_problem(where, rule, message)]


def _problem(argument: str, rule: str, message: str) -> dict[str, object]:
    return {"argument": argument, "rule": rule, "message": message}


def _where(error: ValidationError) -> str:
    path = ""
    for step in error.absolute_path:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path or "arguments"


def _joined_path(where: str, name: str) -> str:
    return name if where == "arguments" else f"{where}.{name}"


def _unknown(name: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f"there is no argument {name}" + (f" (did you mean {near[0]}?)" if near else "")


_TYPES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _type(expected: object) -> str:
    names = [expected] if isinstance(expected, str) else list(_keys(expected))
    return _joined([_TYPES.get(str(name), str(name)) for name in names], "or")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def _keys(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, Mapping | list | tuple) else []


def _joined(words: Sequence[str], last: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
