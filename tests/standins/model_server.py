"""A model server on loopback that plays scripted bytes: no model, real sockets, exact pieces.

It runs in a thread of its own, so that plain tests, async tests and subprocesses can all use it:

    with ModelServer() as server:
        server.script([tool_reply("files_read", {"path": "a.md"}), text_reply("Read it.")])
        ...  # talk to server.base_url
        assert server.requests[0].json["stream"] is True

Every piece of a reply is one HTTP chunk, so a client sees exactly these splits.
"""

from __future__ import annotations

import asyncio
import dataclasses
import http
import itertools
import json
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

START_SECONDS = 10.0


# --- what a reply is made of ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Send nothing until the client leaves."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the connection without ending the reply."""


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """Send nothing until a test calls ``open()``."""

    opened: Future[object] = field(default_factory=Future)

    def open(self) -> None:
        self.opened.set_result(None)


Step = bytes | Pause | Hang | Drop | Gate


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: a status, headers, and the steps that send its body.

    ``before`` runs ahead of the status line. ``end`` says whether the body is ended properly;
    ``Drop`` as the last step cuts it instead.
    """

    steps: tuple[Step, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": STREAM})
    before: tuple[Step, ...] = ()

    @property
    def body(self) -> bytes:
        """All bytes of the body."""
        return b"".join(step for step in self.steps if isinstance(step, bytes))

    def split_at(self, *positions: int) -> Reply:
        """The same bytes, cut at these positions and nowhere else."""
        body = self.body
        cuts = [0, *sorted({p for p in positions if 0 < p < len(body)}), len(body)]
        pieces = tuple(body[a:b] for a, b in itertools.pairwise(cuts))
        return dataclasses.replace(self, steps=pieces)

    def bytewise(self) -> Reply:
        """The same bytes, one at a time."""
        return self.split_at(*range(len(self.body)))

    def then(self, *steps: Step) -> Reply:
        """The same reply with more steps at its end."""
        return dataclasses.replace(self, steps=(*self.steps, *steps))

    def slowly(self, seconds: float) -> Reply:
        """The same steps with a pause before each."""
        pauses = itertools.repeat(Pause(seconds))
        steps = itertools.chain.from_iterable(zip(pauses, self.steps, strict=False))
        return dataclasses.replace(self, steps=tuple(steps))


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


Scripted = Reply | Callable[[Request], Reply]

STREAM = "text/event-stream"
JSON = "application/json"
DONE = b"data: [DONE]\n\n"


# --- builders -------------------------------------------------------------------------------------


def event(data: Mapping[str, object] | str) -> bytes:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def chunk(
    delta: Mapping[str, object] | None = None,
    *,
    finish: str | None = None,
    model: str = "test-model",
    **more: object,
) -> bytes:
    """One ``chat.completion.chunk`` with one choice; ``more`` adds top-level fields."""
    choice = {"index": 0, "delta": dict(delta or {}), "finish_reason": finish}
    return event({"id": "gen-1", "model": model, "choices": [choice], **more})


def usage_chunk(prompt: int = 11, completion: int = 7, **more: object) -> bytes:
    """The closing usage chunk, with no choice."""
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, **more}
    return event({"id": "gen-1", "model": "test-model", "choices": [], "usage": usage})


def stream_reply(*steps: Step) -> Reply:
    """A stream of exactly these steps."""
    return Reply(steps)


def text_reply(text: str, *, chunks: int = 1, finish: str = "stop") -> Reply:
    """An answer in words, its text cut into ``chunks`` deltas."""
    size = max(1, -(-len(text) // chunks))
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    deltas = [chunk({"content": part}) for part in parts]
    return Reply((chunk({"role": "assistant"}), *deltas, chunk(finish=finish), usage_chunk(), DONE))


def tool_reply(
    name: str,
    arguments: Mapping[str, object] | str | None,
    *,
    id: str = "call_1",  # noqa: A002 - the wire's own word
    text: str = "",
    chunks: int = 2,
) -> Reply:
    """An answer that asks for one call; a text as ``arguments`` is sent as it is."""
    return tools_reply((name, arguments, id), text=text, chunks=chunks)


def tools_reply(
    *calls: tuple[str, Mapping[str, object] | str | None, str], text: str = "", chunks: int = 2
) -> Reply:
    """An answer that asks for several calls: name, arguments, id each."""
    steps: list[bytes] = [chunk({"role": "assistant", "content": text or None})]
    for index, (name, arguments, call_id) in enumerate(calls):
        first = {"index": index, "id": call_id, "type": "function", "function": {"name": name}}
        steps.append(chunk({"tool_calls": [first]}))
        if arguments is None:
            continue
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
        size = max(1, -(-len(raw) // chunks))
        steps.extend(
            chunk({"tool_calls": [{"index": index, "function": {"arguments": raw[i : i + size]}}]})
            for i in range(0, len(raw), size)
        )
    return Reply((*steps, chunk(finish="tool_calls"), usage_chunk(), DONE))


def error_reply(
    status: int,
    body: Mapping[str, object] | str | bytes = "",
    *,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """A plain answer with a status; a mapping is sent as JSON."""
    if isinstance(body, Mapping):
        return json_reply(body, status=status, headers=headers)
    raw = body.encode() if isinstance(body, str) else body
    return Reply((raw,) if raw else (), status, {"content-type": "text/plain", **(headers or {})})


def json_reply(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """A JSON answer that is not a stream."""
    raw = json.dumps(value).encode()
    return Reply((raw,), status, {"content-type": JSON, **(headers or {})})


def models_reply(*ids: str) -> Reply:
    """An OpenAI list of models."""
    return json_reply({"object": "list", "data": [{"id": i, "object": "model"} for i in ids]})


# --- the server -----------------------------------------------------------------------------------


class ModelServer:
    """Plays one scripted reply a chat request. ``GET …/models`` is answered from ``models``.

    Args:
        models: ids of the model list, or a whole reply to that request.
        api_key: when given, a request without it is answered 401.

    Attributes:
        pages: replies to other paths below ``/v1``, for instance ``"/key"``.
        raw: bytes to greet every connection with instead of speaking HTTP.
        requests: chat requests so far, oldest first.
        lookups: all other requests.
        left_early: replies that a client did not wait for.
    """

    def __init__(
        self, *, models: Sequence[str] | Reply = ("test-model",), api_key: str | None = None
    ) -> None:
        self.models = models if isinstance(models, Reply) else models_reply(*models)
        self.pages: dict[str, Reply] = {}
        self.raw: bytes | None = None
        self.requests: list[Request] = []
        self.lookups: list[Request] = []
        self.left_early = 0
        self.open_connections = 0
        self.port = 0
        self._api_key = api_key
        self._script: list[Scripted] = []
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="model-server", daemon=True)

    # -- what a test uses ------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """The address a client is given, ending in ``/v1``."""
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, replies: Iterable[Scripted]) -> None:
        """Answer the next chat requests with these; one more is refused with 400."""
        with self._changed:
            self._script = list(replies)

    def wait_for(self, condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Block until ``condition`` holds. In an async test: ``await server.until(…)``."""
        with self._changed:
            assert self._changed.wait_for(condition, seconds), "the server waited in vain"

    async def until(self, condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait until ``condition`` holds, leaving the loop free."""
        await asyncio.to_thread(self.wait_for, condition, seconds=seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the model server did not start"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop, stopping = self._loop, self._stopping
        assert loop is not None
        assert stopping is not None
        loop.call_soon_threadsafe(stopping.set)
        self._thread.join(START_SECONDS)

    # -- the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        handlers: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._connection(reader, writer))
            handlers.add(task)
            task.add_done_callback(handlers.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._counted_connection():
            try:
                if self.raw is not None:
                    writer.write(self.raw)
                    return
                while request := await _read_request(reader):
                    await self._answer(request, reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass  # the client left between two requests
            except _GoneError:
                with self._changed:
                    self.left_early += 1
            except _CutError:
                writer.transport.abort()
            finally:
                writer.close()

    @contextmanager
    def _counted_connection(self) -> Iterator[None]:
        with self._changed:
            self.open_connections += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self.open_connections -= 1
                self._changed.notify_all()

    async def _answer(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        reply = self._reply(request)
        client = _Client(reader, writer)
        try:
            for step in reply.before:
                await client.play(step)
            await client.start(reply)
            for step in reply.steps:
                await client.play(step)
            client.end()
        finally:
            await client.stop_watching()

    def _reply(self, request: Request) -> Reply:
        with self._changed:
            chat = request.method == "POST"
            (self.requests if chat else self.lookups).append(request)
            self._changed.notify_all()
            if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
                return error_reply(401, {"error": {"code": 401, "message": "Invalid API key"}})
            if not chat:
                pages = {"/models": self.models, **self.pages}
                page = pages.get(request.path.removeprefix("/v1"))
                return page or error_reply(404, "no such page")
            if not self._script:
                return error_reply(400, "the test's script has no reply for this request")
            scripted = self._script.pop(0)
        return scripted if isinstance(scripted, Reply) else scripted(request)


class _GoneError(Exception):
    """The client left before the end of its reply."""


class _CutError(Exception):
    """The script says to cut the connection."""


class _Client:
    """One reply on its way; notices when the client leaves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        # A client that does not pipeline sends nothing now: what comes is the end.
        self._leaving = asyncio.create_task(reader.read(1))

    async def start(self, reply: Reply) -> None:
        known = reply.status in set(http.HTTPStatus)
        phrase = http.HTTPStatus(reply.status).phrase if known else "Unnamed"
        lines = [f"HTTP/1.1 {reply.status} {phrase}", "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        await self._send("\r\n".join([*lines, "", ""]).encode())

    async def play(self, step: Step) -> None:
        match step:
            case bytes():
                await self._send(b"%x\r\n%s\r\n" % (len(step), step))
            case Pause(seconds):
                await self._idle(asyncio.sleep(seconds))
            case Hang():
                await self._idle(asyncio.Event().wait())
            case Gate(opened):
                await self._idle(asyncio.shield(asyncio.wrap_future(opened)))
            case Drop():
                raise _CutError

    def end(self) -> None:
        # No `await` from here to `stop_watching`: the next request's first byte is not ours.
        self._writer.write(b"0\r\n\r\n")

    async def stop_watching(self) -> None:
        self._leaving.cancel()
        # Awaited: the next request's bytes must find the reader free. A reset is a way to
        # leave, too.
        await asyncio.gather(self._leaving, return_exceptions=True)

    async def _send(self, data: bytes) -> None:
        if self._leaving.done():
            raise _GoneError
        self._writer.write(data)
        try:
            await self._writer.drain()
        except ConnectionError:
            raise _GoneError from None

    async def _idle(self, waiting: Awaitable[object]) -> None:
        task = asyncio.ensure_future(waiting)
        try:
            await asyncio.wait({task, self._leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            task.cancel()
        if self._leaving.done():
            raise _GoneError


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)
