"""Wrong arguments are explained so that a model can mend them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from app.domain.errors import InvalidArgumentsError
from app.domain.skills import ReadSkill, SkillContext, SkillResult, ToolDefinition
from app.domain.tool_calls import ToolCall
from app.skill_runtime.registry import validate_arguments


class Letter(ReadSkill):
    domain = "post"
    tool_definition = ToolDefinition(
        "post.letter",
        "Write a letter.",
        {
            "type": "object",
            "properties": {
                "to": {"type": "string", "minLength": 1},
                "pages": {"type": "integer", "minimum": 1, "maximum": 9},
                "paper": {"enum": ["white", "blue"]},
                "lines": {"type": "array", "items": {"type": "string"}},
                "stamp": {
                    "type": "object",
                    "properties": {"value": {"type": "number"}},
                    "required": ["value"],
                    "additionalProperties": False,
                },
            },
            "required": ["to", "pages"],
            "additionalProperties": False,
        },
    )

    async def execute(self, params: Mapping[str, object], context: SkillContext) -> SkillResult:
        return SkillResult.ok("")


def check(**arguments: object) -> None:
    validate_arguments(Letter(), ToolCall("1", "post.letter", arguments))


def refused(**arguments: object) -> InvalidArgumentsError:
    with pytest.raises(InvalidArgumentsError) as caught:
        check(**arguments)
    return caught.value


def test_arguments_that_fit_pass() -> None:
    check(to="Ana", pages=2, paper="blue", lines=["a"], stamp={"value": 0.8})


@pytest.mark.parametrize(
    ("arguments", "argument", "says"),
    [
        ({"pages": 1}, "to", "to is missing"),
        ({"to": 3, "pages": 1}, "to", "to must be text, not 3"),
        ({"to": "", "pages": 1}, "to", "to must not be empty"),
        ({"to": "Ana", "pages": "two"}, "pages", 'pages must be a whole number, not "two"'),
        ({"to": "Ana", "pages": True}, "pages", "pages must be a whole number, not true"),
        ({"to": "Ana", "pages": 0}, "pages", "pages must be 1 or more, not 0"),
        ({"to": "Ana", "pages": 99}, "pages", "pages must be 9 or less, not 99"),
        ({"to": "Ana", "pages": 1, "paper": "red"}, "paper", 'must be "white" or "blue"'),
        ({"to": "Ana", "pages": 1, "lines": ["a", 2]}, "lines[1]", "lines[1] must be text, not 2"),
        ({"to": "Ana", "pages": 1, "stamp": {}}, "stamp.value", "value is missing"),
        ({"to": "Ana", "pages": 1, "page": 2}, "page", "no argument page (did you mean pages?)"),
        ({"to": "Ana", "pages": 1, "stamp": {"value": 1, "x": 1}}, "stamp.x", "no argument x"),
    ],
)
def test_each_fault_names_the_argument_and_what_was_expected(
    arguments: dict[str, object], argument: str, says: str
) -> None:
    error = refused(**arguments)
    assert says in error.message
    problems = error.details["problems"]
    assert isinstance(problems, list)
    assert [problem["argument"] for problem in problems] == [argument]
    assert error.details["allowed"] == ["to", "pages", "paper", "lines", "stamp"]
    assert "It takes to (required), pages (required), paper, lines and stamp." in error.hint


def test_several_faults_are_told_at_once() -> None:
    error = refused(to=1, paper="red", colour="green")
    assert len(error.details["problems"]) == 4  # type: ignore[arg-type]


def test_a_very_long_value_is_not_repeated_in_full() -> None:
    assert len(refused(to=["x" * 10_000], pages=1).message) < 300


def test_arguments_that_are_no_json_are_refused_with_the_reason() -> None:
    call = ToolCall("1", "post.letter", parse_error="Expecting ',' delimiter: line 1 column 9")
    with pytest.raises(InvalidArgumentsError, match="delimiter") as caught:
        validate_arguments(Letter(), call)
    assert "One JSON object".lower() in caught.value.hint.lower()


def test_the_validator_can_be_imported_ahead() -> None:
    code = (
        "import sys; from app.skill_runtime.registry import warm_up;"
        "before = 'jsonschema' in sys.modules; warm_up();"
        "print(before, 'jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"], done.stderr
