"""How does one request with API commands get its answer, whatever happens on the way?

The request keeps its id through all repetitions, and MEGA answers a repeated id from memory, so a lost answer never
means a second effect. Repetitions are limited and spread; a proof of work is done in between. Blocking.
"""

import itertools
import json
import random
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from helix.core.pacing import Backoff
from services.sync.remotes.errors import RemoteError, Unreachable
from services.sync.remotes.mega.codes import LOST_TRACK, PASSING, Coded, Outdated, of_code, of_status
from services.sync.remotes.mega.hashcash import HEADER, Challenge, solve
from services.sync.remotes.mega.transport import Answer, Transport

Command = dict[str, Any]
Parse = Callable[[str], Any]

REPEATED_STATUS = frozenset({429, 500, 502, 503, 504})
PATIENCE = Backoff(first=0.5, ceiling=16.0, tries=6)
MOST_PROOFS = 4


class Channel:
    """MEGA's API endpoint."""

    def __init__(self, base: str, transport: Transport, *, patience: Backoff = PATIENCE) -> None:
        self.transport = transport
        self._base = base.rstrip("/")
        self._patience = patience
        self._ids = itertools.count(secrets.randbelow(1 << 31))

    def exchange(self, commands: Sequence[Command], sid: str | None, *, parse: Parse = json.loads) -> list[Any]:
        """The commands' results in order; raises `Coded` for a number that concerns the whole request."""
        url, body = self._request(commands, sid)
        results: list[Any] = self._repeated(lambda: self._once(url, body, parse, len(commands)))
        return results

    def single(self, command: Command) -> Any:
        """One command without a session; a refusal of the command is `Coded`, too."""
        return self._repeated(lambda: self._single(command))

    def poll(self, sid: str, sn: str, *, parse: Parse = json.loads) -> dict[str, Any]:
        """What has happened since `sn`: events, or an address to wait at. Raises `Outdated`."""
        url = f"{self._base}/sc?{urlencode({'sn': sn, 'sid': sid})}"
        found = self._repeated(lambda: self._told(url, parse))
        if not isinstance(found, dict):
            raise Unreachable("MEGA's events make no sense")
        return found

    def wait(self, url: str, seconds: float) -> None:
        """Return when something may have happened, or after a while."""
        self.transport.post(url, b"", read=seconds)

    def _request(self, commands: Sequence[Command], sid: str | None) -> tuple[str, bytes]:
        query = {"id": str(next(self._ids))} | ({"sid": sid} if sid else {})
        return f"{self._base}/cs?{urlencode(query)}", json.dumps(commands, separators=(",", ":")).encode()

    def _single(self, command: Command) -> Any:
        result = self._once(*self._request([command], None), json.loads, 1)[0]
        code = code_of(result)
        if code is not None and code < 0:
            raise Coded(code)
        return result

    def _once(self, url: str, body: bytes, parse: Parse, count: int) -> list[Any]:
        found = self._answered(self._demand(url, body), parse)
        if not isinstance(found, list) or len(found) != count:
            raise Unreachable("MEGA's answer makes no sense")
        return found

    def _told(self, url: str, parse: Parse) -> Any:
        try:
            return self._answered(self._demand(url, b""), parse)
        except Coded as refused:
            if refused.code in LOST_TRACK:
                raise Outdated from None
            raise

    def _answered(self, answer: Answer, parse: Parse = json.loads) -> Any:
        try:
            found = parse(answer.text)
        except ValueError as error:
            raise Unreachable("MEGA's answer is not JSON") from error
        if isinstance(found, int):
            raise Coded(found)
        return found

    def _demand(self, url: str, body: bytes) -> Answer:
        """One POST, with a proof of work where it is asked for."""
        headers = {"Content-Type": "application/json"}
        for _ in range(MOST_PROOFS):
            answer = self.transport.post(url, body, headers=headers)
            if answer.status != 402:
                break
            headers[HEADER] = solve(Challenge.parse(answer.headers.get(HEADER, "")), self.transport)
        if answer.status != 200:
            raise of_status(answer.status, "asking MEGA", wait=answer.wait)
        return answer

    def _repeated(self, work: Callable[[], Any]) -> Any:
        """Do the work until it succeeds, fails for good, or patience ends."""
        lost = False
        for failures in itertools.count(1):
            failure: RemoteError | Coded
            try:
                return work()
            except Coded as refused:
                refused.after_loss = lost
                if refused.code not in PASSING:
                    raise
                failure = refused
            except RemoteError as error:
                if error.retry_after is not None:
                    raise
                failure, lost = error, True
            pause = self._patience.wait(failures, random.random)
            if pause is None:
                raise failure
            self.transport.pause(pause)
        raise AssertionError("the loop above ends by itself")


def checked(result: Any, what: str) -> Any:
    """A command's result, or its typed error."""
    code = code_of(result)
    if code is not None and code < 0:
        raise of_code(code, what)
    return result


def code_of(result: Any) -> int | None:
    """The number that a result is, if it is one: `-9` or `{"err": -9}`."""
    match result:
        case bool():
            return None
        case int(code) | {"err": int(code)}:
            return code
        case _:
            return None
