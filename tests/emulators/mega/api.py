"""What happens to a POST to /cs: hashcash, rate, session, idempotence, faults, then its commands in order?"""

import asyncio
import hashlib
import json
import time
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators.mega import login_commands, node_commands, share_commands, transfer_commands
from tests.emulators.mega.commands import HANDLERS, Call
from tests.emulators.mega.errors import Code, RefusedError, RequestRefusedError
from tests.emulators.mega.faults import Answer, Fault, Thin
from tests.emulators.mega.hashcash import HashcashGate
from tests.emulators.mega.pacing import Rate
from tests.emulators.mega.record import Request
from tests.emulators.mega.replies import CutoffError, cut, disturb
from tests.emulators.mega.world import World

FAMILIES = (login_commands, node_commands, share_commands, transfer_commands)
REMEMBERED = 4096
# asked again, these may be answered anew: megatools counts its ids from the clock's second, so that two of its runs in
# one second would get the older listing
READ_ONLY = frozenset({"f", "g", "ug", "uq", "us0"})


@dataclass(slots=True)
class Batch:
    """One request on its way."""

    arrived: float
    request_id: str
    sid: str
    commands: list[dict[str, Any]]
    base: str
    public_folder: str
    faults: list[list[Fault]] = field(default_factory=list)
    """For each command the faults that strike it."""
    whole: list[Fault] = field(default_factory=list)
    """Faults that strike the request (`cs`)."""
    replayed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The commands' names."""
        return tuple(str(c.get("a", "?")) for c in self.commands)

    def effects(self, *, after: bool) -> list[Fault]:
        """The faults of a phase that concern the request and not a single answer."""
        every = self.whole + [fault for faults in self.faults for fault in faults]
        return [f for f in every if f.after == after and not _is_single(f)]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with."""

    text: str
    codes: tuple[int, ...]
    final: bool
    """Is it to be repeated from memory? A scripted refusal, or what changed nothing, is not."""

    @classmethod
    def whole(cls, code: int) -> "Reply":
        """One number for the whole request."""
        return cls(str(int(code)), (int(code),), final=False)


class Api:
    """The endpoint and its memory of answered requests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._gate = HashcashGate()
        self._rate = Rate(world.limits)
        self._replies: OrderedDict[tuple[str, str, bytes], Reply] = OrderedDict()

    async def handle(self, request: web.Request) -> web.Response:
        """Answers one request and records it."""
        arrived, body = time.monotonic(), await request.read()
        query = request.query
        try:
            commands = _parse(body)
        except ValueError:
            return web.Response(text=str(int(Code.EARGS)))
        batch = Batch(
            arrived, query.get("id", ""), query.get("sid", ""), commands, self._world.base(request), query.get("n", "")
        )
        if asked := self._hashcash(request, batch):
            self._note(batch, 402, ())
            return web.Response(status=402, headers={"X-Hashcash": asked})
        batch.faults = [self._world.faults.strike(name) for name in batch.names]
        batch.whole = self._world.faults.strike("cs")
        try:
            return await self._answer(batch, hashlib.sha256(body).digest())
        except CutoffError:
            self._note(batch, 0, ())
            return cut(request)
        except asyncio.CancelledError:  # the client has gone
            self._note(batch, 0, ())
            raise

    async def _answer(self, batch: Batch, digest: bytes) -> web.Response:
        for fault in batch.effects(after=False):
            if (instead := await disturb(fault.effect)) is not None:
                return self._noted(batch, instead)
        if self._rate.exceeded():
            return self._noted(batch, web.Response(text=str(int(Code.ERATELIMIT))))
        reply = self._once(batch, digest)
        for fault in batch.effects(after=True):
            if (instead := await disturb(fault.effect)) is not None:
                return self._noted(batch, instead, reply.codes)
        return self._noted(batch, web.Response(text=reply.text, content_type="application/json"), reply.codes)

    def _once(self, batch: Batch, digest: bytes) -> Reply:
        """The same id with the same body is the same request and gets its stored answer."""
        key = (batch.sid, batch.request_id, digest)
        if batch.request_id and key in self._replies:
            batch.replayed = True
            return self._replies[key]
        reply = self._run(batch)
        if batch.request_id and reply.final:
            self._replies[key] = reply
            if len(self._replies) > REMEMBERED:
                self._replies.popitem(last=False)
        return reply

    def _run(self, batch: Batch) -> Reply:
        with self._world.lock:
            visitor = self._world.account_of(batch.sid) if batch.sid else None
            if batch.sid and visitor is None:
                return Reply.whole(self._world.assume.stale_session)
            if visitor is not None and visitor.identity.blocked:
                return Reply.whole(Code.EBLOCKED)
            results = []
            try:
                for command, faults in zip(batch.commands, batch.faults, strict=True):
                    call = Call(self._world, batch.sid, visitor, command, batch.base, batch.public_folder)
                    results.append(self._run_one(call, faults))
            except RequestRefusedError as refusal:
                return Reply.whole(refusal.code)
        struck = any(_is_single(f) and not f.after for faults in batch.faults for f in faults)
        text = json.dumps(results, ensure_ascii=False, separators=(",", ":"))
        changing = not READ_ONLY.issuperset(batch.names)
        return Reply(text, tuple(map(_code, results)), final=changing and not struck)

    def _run_one(self, call: Call, faults: Sequence[Fault]) -> Any:
        for fault in faults:
            if isinstance(fault.effect, Answer) and not fault.after and not fault.effect.whole:
                return self._refusal(fault.effect.code)
        result = self._carry_out(call)
        for fault in faults:
            match fault.effect:
                case Answer(code, whole=False) if fault.after:
                    return self._refusal(code)
                case Thin(every) if isinstance(result, dict):
                    result = result | {"f": _thinned(result["f"], every)}
        return result

    def _carry_out(self, call: Call) -> Any:
        name = str(call.request.get("a", "?"))
        handler = HANDLERS.get(name)
        if handler is None:
            self._world.record.unknown.append(name)
            return self._refusal(Code.EARGS)
        try:
            return handler(call)
        except RequestRefusedError:
            raise
        except RefusedError as refusal:
            return self._refusal(refusal.code)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            self._world.record.crashes.append(f"{name}: {traceback.format_exc()}")
            return self._refusal(Code.EINTERNAL)

    def _refusal(self, code: int) -> Any:
        return {"err": int(code)} if self._world.assume.error_objects else int(code)

    def _hashcash(self, request: web.Request, batch: Batch) -> str | None:
        rule = self._world.hashcash
        if rule is None or not rule.commands.intersection(batch.names):
            return None
        proof = request.headers.get("X-Hashcash")
        if proof is not None and self._gate.solved(proof):
            return None
        return self._gate.challenge(rule)

    def _noted(self, batch: Batch, response: web.Response, codes: tuple[int, ...] = ()) -> web.Response:
        self._note(batch, response.status, codes)
        return response

    def _note(self, batch: Batch, status: int, answers: tuple[int, ...]) -> None:
        account = self._world.account_of(batch.sid)
        email = account.email if account else ""
        self._world.record.requests.append(
            Request(
                batch.arrived,
                "cs",
                batch.names,
                batch.request_id,
                email,
                0,
                0,
                status,
                answers,
                batch.replayed,
            )
        )


def _is_single(fault: Fault) -> bool:
    return isinstance(fault.effect, Thin) or (
        isinstance(fault.effect, Answer) and not fault.effect.whole and fault.on != "cs"
    )


def _parse(body: bytes) -> list[dict[str, Any]]:
    commands = json.loads(body)
    if not isinstance(commands, list) or not all(isinstance(command, dict) for command in commands):
        raise ValueError("not a list of commands")
    return commands


def _code(result: Any) -> int:
    """A command's number (0 = carried out), as a test wants to see it."""
    match result:
        case int():
            return result
        case {"err": int(code)}:
            return code
    return 0


def _thinned(nodes: list[dict[str, Any]], every: int) -> list[dict[str, Any]]:
    files = 0
    kept = []
    for node in nodes:
        files += node["t"] == 0
        if node["t"] != 0 or files % every:
            kept.append(node)
    return kept
