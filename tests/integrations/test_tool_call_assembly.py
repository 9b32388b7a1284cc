"""Tool calls out of pieces: what servers get wrong about ids, indexes, names and arguments."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tool_calls import ToolCall
from app.integrations.tool_call_assembly import ToolCallAssembly

NAMES = {"files_edit": "files.edit", "files_read": "files.read"}


def piece(
    arguments: object = None,
    *,
    name: object = None,
    id: object = None,  # noqa: A002 - the wire's own word
    index: object = None,
) -> dict[str, object]:
    """One item of `delta.tool_calls`, with only what is said."""
    function = {"name": name, "arguments": arguments}
    found: dict[str, object] = {"id": id, "index": index, "function": function}
    found["function"] = {k: v for k, v in function.items() if v is not None}
    return {k: v for k, v in found.items() if v is not None}


def assembled(*pieces: dict[str, object], **more: object) -> tuple[ToolCall, ...]:
    fresh = itertools.count(1)
    assembly = ToolCallAssembly(new_id=lambda: f"fresh-{next(fresh)}")
    for one in pieces:
        assembly.feed(one)
    return assembly.calls(NAMES, **more)  # type: ignore[arg-type]


def short(calls: tuple[ToolCall, ...]) -> list[tuple[str, str, object]]:
    return [(c.id, c.name, c.parse_error or dict(c.arguments)) for c in calls]


def test_a_call_in_pieces_is_one_call_under_its_skills_name() -> None:
    calls = assembled(
        piece("", name="files_edit", id="a", index=0),
        piece('{"path": "re', index=0),
        piece('port.md"}', index=0),
    )

    assert short(calls) == [("a", "files.edit", {"path": "report.md"})]


def test_calls_whose_pieces_alternate_stay_apart_and_in_order() -> None:
    calls = assembled(
        piece(name="files_read", id="a", index=0),
        piece(name="files_edit", id="b", index=1),
        piece('{"n":', index=1),
        piece('{"n":1}', index=0),
        piece("2}", index=1),
    )

    assert short(calls) == [("a", "files.read", {"n": 1}), ("b", "files.edit", {"n": 2})]


def test_id_and_name_of_the_first_piece_are_not_overwritten_with_nothing() -> None:
    calls = assembled(
        piece("{", name="files_read", id="a", index=0), piece("}", name="", id="", index=0)
    )

    assert short(calls) == [("a", "files.read", {})]


def test_a_name_repeated_with_every_piece_is_said_once() -> None:
    """llama_cpp.server does so."""
    parts = ["{", '"n":', "1}"]
    calls = assembled(*(piece(p, name="files_read", id="a", index=0) for p in parts))

    assert short(calls) == [("a", "files.read", {"n": 1})]


def test_a_name_repeated_without_ids_is_said_once() -> None:
    parts = ["{", '"n":', "1}", ""]
    calls = assembled(*(piece(p, name="files_read", index=0) for p in parts))

    assert short(calls) == [("fresh-1", "files.read", {"n": 1})]


class TestIndex:
    def test_missing_with_ids(self) -> None:
        calls = assembled(
            piece('{"n":', name="files_read", id="a"),
            piece("1}"),
            piece('{"n":', name="files_read", id="b"),
            piece("2}"),
        )

        assert short(calls) == [("a", "files.read", {"n": 1}), ("b", "files.read", {"n": 2})]

    def test_always_zero_with_ids(self) -> None:
        calls = assembled(
            piece('{"n":1}', name="files_read", id="a", index=0),
            piece('{"n":', name="files_read", id="b", index=0),
            piece("2}", index=0),
        )

        assert short(calls) == [("a", "files.read", {"n": 1}), ("b", "files.read", {"n": 2})]

    def test_always_zero_with_ids_in_every_piece(self) -> None:
        calls = assembled(
            piece("{", name="files_read", id="a", index=0),
            piece("{", name="files_edit", id="b", index=0),
            piece("}", id="a", index=0),
            piece("}", id="b", index=0),
        )

        assert short(calls) == [("a", "files.read", {}), ("b", "files.edit", {})]

    def test_counting_the_pieces(self) -> None:
        calls = assembled(
            piece("{", name="files_read", id="a", index=0),
            piece('"n":', index=1),
            piece("1}", index=2),
        )

        assert short(calls) == [("a", "files.read", {"n": 1})]

    def test_counting_the_pieces_with_the_id(self) -> None:
        calls = assembled(
            piece("{", name="files_read", id="a", index=0), piece("}", id="a", index=1)
        )

        assert short(calls) == [("a", "files.read", {})]

    def test_as_text(self) -> None:
        calls = assembled(piece("{", name="files_read", id="a", index="0"), piece("}", index="0"))

        assert short(calls) == [("a", "files.read", {})]

    def test_missing_and_ids_missing_means_the_current_call(self) -> None:
        calls = assembled(piece("{", name="files_read"), piece('"n":1'), piece("}"))

        assert short(calls) == [("fresh-1", "files.read", {"n": 1})]

    def test_missing_and_ids_missing_whole_calls_stay_apart(self) -> None:
        calls = assembled(
            piece('{"n":1}', name="files_read"),
            piece('{"n":2}', name="files_read"),
            piece('{"n":3}', name="files_edit"),
        )

        assert [c[1:] for c in short(calls)] == [
            ("files.read", {"n": 1}),
            ("files.read", {"n": 2}),
            ("files.edit", {"n": 3}),
        ]


class TestIds:
    def test_a_known_id_on_a_new_index_with_a_name_is_a_call_of_its_own(self) -> None:
        calls = assembled(
            piece('{"n":1}', name="files_read", id="a", index=0),
            piece('{"n":', name="files_read", id="a", index=1),
            piece("2}", id="a", index=1),
        )

        assert short(calls) == [("a", "files.read", {"n": 1}), ("fresh-1", "files.read", {"n": 2})]

    def test_a_known_id_that_gets_an_index_later_is_a_call_of_its_own_where_the_first_is_whole(
        self,
    ) -> None:
        calls = assembled(
            piece('{"n":1}', name="files_read", id="a"),
            piece('{"n":', name="files_read", id="a", index=1),
            piece("2}", index=1),
        )
        late = assembled(
            piece('{"n":', name="files_read", id="a"),
            piece("3}", name="files_read", id="a", index=1),
        )

        assert short(calls) == [("a", "files.read", {"n": 1}), ("fresh-1", "files.read", {"n": 2})]
        assert short(late) == [("a", "files.read", {"n": 3})]

    def test_a_known_id_on_its_own_index_wins(self) -> None:
        calls = assembled(
            piece("{", name="files_read", id="a", index=0),
            piece("{", name="files_read", id="b", index=1),
            piece('"n":1}', id="a", index=0),
            piece("}", id="b", index=1),
        )

        assert short(calls) == [("a", "files.read", {"n": 1}), ("b", "files.read", {})]

    def test_one_id_for_whole_calls_without_an_index(self) -> None:
        calls = assembled(
            piece('{"n":1}', name="files_read", id="x"), piece('{"n":2}', name="files_edit", id="x")
        )

        assert short(calls) == [("x", "files.read", {"n": 1}), ("fresh-1", "files.edit", {"n": 2})]

    @pytest.mark.parametrize("empty", ["", "  ", None, 1.5, [], {}])
    def test_an_empty_id_is_replaced(self, empty: object) -> None:
        calls = assembled(
            piece('{"n":1}', name="files_read", id=empty, index=0),
            piece('{"n":2}', name="files_read", id=empty, index=1),
        )

        assert [c.id for c in calls] == ["fresh-1", "fresh-2"]

    def test_a_number_is_an_id(self) -> None:
        assert assembled(piece(name="files_read", id=7))[0].id == "7"

    def test_an_id_that_comes_late_belongs_to_the_call_at_its_index(self) -> None:
        calls = assembled(piece("{", name="files_read", index=0), piece("}", id="a", index=0))

        assert short(calls) == [("a", "files.read", {})]

    def test_an_id_made_up_for_every_piece_opens_no_call(self) -> None:
        calls = assembled(
            piece("{", name="files_read", id="a", index=0),
            piece('"n":1', id="b", index=0),
            piece("}", id="c"),
        )

        assert short(calls) == [("a", "files.read", {"n": 1})]

    def test_an_id_that_the_conversation_knows_is_replaced(self) -> None:
        calls = assembled(piece(name="files_read", id="call_0"), taken={"call_0", "fresh-1"})

        assert [c.id for c in calls] == ["fresh-2"]

    def test_made_up_ids_differ(self) -> None:
        assembly = ToolCallAssembly()
        assembly.feed(piece("{}", name="files_read"))
        assembly.feed(piece("{}", name="files_read"))

        first, second = assembly.calls(NAMES)
        assert first.id != second.id


class TestNames:
    def test_an_unknown_name_is_left_as_it_is(self) -> None:
        assert assembled(piece("{}", name="web_search"))[0].name == "web_search"

    def test_a_dotted_name_is_left_as_it_is(self) -> None:
        assert assembled(piece("{}", name="files.edit"))[0].name == "files.edit"

    def test_a_call_without_a_name_is_never_run(self) -> None:
        [call] = assembled(piece('{"n":1}', id="a", index=0))

        assert call.parse_error == "The call names no tool."

    def test_a_call_without_anything_is_none(self) -> None:
        assert assembled(piece(id="a", index=0), {}, {"function": None}) == ()


class TestArguments:
    @pytest.mark.parametrize("nothing", [None, "", "  ", "null", "{}"])
    def test_absent_means_none(self, nothing: object) -> None:
        [call] = assembled(piece(nothing, name="files_read", id="a", index=0))

        assert (call.arguments, call.parse_error, call.raw_arguments) == ({}, None, "")

    @pytest.mark.parametrize(
        "raw",
        [
            *("{", '{"a": 1', '{"a": }', "{'a': 1}", "[1]", '"text"', "7", "{} {}"),
            *('{"a": NaN}', '{"a": Infinity}', '{"a": ' + "9" * 5000 + "}", "[" * 100_000),
            *('{"a": 1e999}', '{"a": ' + "[" * 200 + "]" * 200 + "}"),
        ],
        ids=lambda raw: raw[:12],
    )
    def test_what_is_no_json_object_is_kept_and_never_run(self, raw: str) -> None:
        [call] = assembled(piece(raw, name="files_read", id="a", index=0))

        assert call.parse_error
        assert call.raw_arguments == raw
        assert call.arguments == {}

    def test_an_object_instead_of_text_is_taken(self) -> None:
        [call] = assembled(piece({"n": 1}, name="files_read", id="a", index=0))

        assert call.arguments == {"n": 1}

    def test_an_object_that_is_nested_too_deeply_to_be_written_is_never_run(self) -> None:
        deep: dict[str, object] = {}
        for _ in range(20_000):
            deep = {"a": deep}
        [call] = assembled(piece(deep, name="files_read"))

        assert call.parse_error

    def test_a_long_argument_with_its_name_in_every_piece_is_read_once(self) -> None:
        """Reading it again with each piece would take an hour."""
        raw = json.dumps({"text": "line\n" * 200_000})
        parts = [raw[at : at + 16] for at in range(0, len(raw), 16)]
        [call] = assembled(*(piece(part, name="files_edit") for part in parts))

        assert len(call.arguments["text"]) == 1_000_000  # type: ignore[arg-type]

    def test_half_a_surrogate_pair_does_not_get_in(self) -> None:
        [call] = assembled(piece(r'{"a":"\ud83d\ude00 \ud83d"}', name="files_read"))

        assert call.arguments == {"a": "😀 \ufffd"}

    def test_missing_ones_of_an_answer_that_was_cut_are_not_taken_for_none(self) -> None:
        absent, begun = assembled(
            piece(name="files_read", id="a", index=0),
            piece('{"n":', name="files_read", id="b", index=1),
            cut=True,
        )

        assert absent.parse_error == "The answer was cut off before the arguments."
        assert "cut off" in (begun.parse_error or "")

    def test_whole_ones_of_an_answer_that_was_cut_are_good(self) -> None:
        [call] = assembled(piece('{"n":1}', name="files_read", id="a", index=0), cut=True)

        assert (call.arguments, call.parse_error) == ({"n": 1}, None)


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["files_read", "files_edit", "other"]),
        st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=5), max_size=3),
    ),
    min_size=1,
    max_size=4,
)


@given(CALLS, st.data())
def test_any_cut_of_the_arguments_and_any_interleaving_gives_the_same_calls(
    wanted: list[tuple[str, dict[str, object]]], data: st.DataObject
) -> None:
    queues = []
    for index, (name, arguments) in enumerate(wanted):
        raw = json.dumps(arguments)
        cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=4)))
        parts = [raw[a:b] for a, b in itertools.pairwise([0, *cuts, len(raw)])]
        first = piece("", name=name, id=f"id-{index}", index=index)
        queues.append([first, *(piece(part, index=index) for part in parts)])
    pieces = [queue.pop(0) for queue in queues]
    while any(queues):
        queue = data.draw(st.sampled_from([queue for queue in queues if queue]))
        pieces.append(queue.pop(0))

    assert short(assembled(*pieces)) == [
        (f"id-{index}", NAMES.get(name, name), arguments)
        for index, (name, arguments) in enumerate(wanted)
    ]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "a", "{", "}", "{}"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "index", "function", "name", "arguments"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "index", "function"]), JUNK), max_size=8))
def test_whatever_comes_ids_are_unique_and_arguments_are_sound(
    pieces: list[dict[str, object]],
) -> None:
    calls = assembled(*pieces)

    assert len({call.id for call in calls}) == len(calls)
    assert all(call.id for call in calls)
    assert all(not call.arguments for call in calls if call.parse_error)
