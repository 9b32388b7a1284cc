"""A conversation that is longer than its model takes, where the server only says no."""

from __future__ import annotations

from app.assembly import Assembly
from app.domain.errors import ContextTooLongError
from app.domain.events import Event, Notification, Summarised, TurnStatus
from app.domain.messages import Channel
from tests.integrations.test_through_the_engine import (
    ask,
    assembly,
    heard,
    report,
    sent,
)
from tests.standins.model_server import ModelServer, Reply, Request, error_reply, text_reply

__all__ = ["assembly", "heard", "report"]

TOO_LONG = error_reply(
    400, {"error": {"message": "The prompt is too long.", "code": "context_length_exceeded"}}
)


def taking(size: int, answer: str = "Fine.") -> object:
    """A server that takes so many bytes and does not say so."""

    def reply(request: Request) -> Reply:
        return TOO_LONG if len(request.body) > size else text_reply(answer)

    return reply


async def long_conversation(assembly: Assembly, server: ModelServer) -> str:
    engine = await assembly.engines.get(None)
    server.script([text_reply("a " * 20_000)] * 4)
    for number in range(4):
        await engine.run_turn(f"question {number} " + "word " * 2_000, channel=Channel.TERMINAL)
    return engine.conversation_id


async def test_it_is_summarised_in_as_many_steps_as_it_takes_and_goes_on(
    assembly: Assembly, server: ModelServer, heard: list[Event]
) -> None:
    conversation = await long_conversation(assembly, server)
    before = len(server.requests)
    server.script([taking(50_000)] * 12)  # type: ignore[list-item]
    outcome = await ask(assembly, "and now?", conversation)

    assert (outcome.status, outcome.text) == (TurnStatus.OK, "Fine.")
    assert [one.text for one in heard if isinstance(one, Summarised)] == ["Fine."]
    assert not [one for one in heard if isinstance(one, Notification)]
    assert "<notes>\nFine.\n</notes>" in sent(server, -1)[0]["content"]
    sizes = [len(one.body) for one in server.requests[before:]]
    assert len(set(sizes)) == len(sizes) <= 6, "no request that was refused is sent again"

    before = len(server.requests)
    await ask(assembly, "and then?", conversation)
    assert len(server.requests) == before + 1, "what the model takes is known from now on"


async def test_a_message_that_is_too_long_by_itself_is_refused_once_in_true_words(
    assembly: Assembly, server: ModelServer, heard: list[Event]
) -> None:
    server.script([taking(50_000)] * 5)  # type: ignore[list-item]
    outcome = await ask(assembly, "word " * 200_000)

    assert isinstance(outcome.error, ContextTooLongError)
    assert len(server.requests) == 1
    assert not [one for one in heard if isinstance(one, Notification)]
