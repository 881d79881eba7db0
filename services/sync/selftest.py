"""Does the remote really store and give back a file?

Connect, ask for room, upload, read back, compare, delete: a round trip with real bytes that names the step that fails.
"""

import asyncio
import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from helix.core.wording import size
from helix.errors import HelixError
from services.sync.fingerprints import digest_of
from services.sync.remotes.errors import Corrupt, OverQuota
from services.sync.remotes.remote import Entry, Remote
from services.sync.remotes.source import Source
from services.sync.reserved import RESERVED

T = TypeVar("T")

SIZE = 4096
STEP_SECONDS = 20.0
CONNECT_SECONDS = 30.0
"""A network that is down is tried for up to 16 seconds before its cause is told."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the round trip."""

    step: str
    ok: bool
    seconds: float
    output: str = ""
    remedy: str = ""


@dataclass(slots=True)
class Outcome:
    """The round trip on one remote; it ends at the first step that fails."""

    remote: str
    steps: list[Step] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every step went well."""
        return all(step.ok for step in self.steps)


async def round_trip(remote: Remote, label: str) -> Outcome:
    """Try the remote with a small file of random content in `.helix/`."""
    outcome = Outcome(label)
    path = f"{RESERVED}/selftest-{secrets.token_hex(8)}"
    content = secrets.token_bytes(SIZE)
    with tempfile.TemporaryDirectory(prefix="helix-") as directory, contextlib.suppress(HelixError):
        source, back = f"{directory}/sent", f"{directory}/back"
        await asyncio.to_thread(_write, source, content)
        await _step(outcome, "connect", remote.connect(), within=CONNECT_SECONDS)
        await _step(outcome, "quota", _room(remote))
        entry = await _step(outcome, "upload", remote.upload(Source.of(source), path, expect=None))
        try:
            digest = await _step(outcome, "read back", remote.download(path, back, expect=entry.etag))
            await _step(outcome, "compare", _compare(entry, digest, content))
        finally:
            await _step(outcome, "delete", remote.remove(path, expect=entry.etag))
    return outcome


async def _step(outcome: Outcome, name: str, act: Awaitable[T], *, within: float = STEP_SECONDS) -> T:
    """Run one step in its time and write down how it went; a failure is raised again as a HelixError."""
    started = time.monotonic()
    failure: HelixError | None = None
    try:
        async with asyncio.timeout(within):
            return await act
    except HelixError as error:
        failure = error
        raise
    except TimeoutError as error:
        failure = HelixError(f"no answer within {within:.0f} s", remedy="check the network and that the remote is up")
        raise failure from error
    finally:
        seconds = round(time.monotonic() - started, 3)
        output, remedy = (failure.message, failure.remedy) if failure else ("", "")
        outcome.steps.append(Step(name, failure is None, seconds, output, remedy))


async def _room(remote: Remote) -> None:
    quota = await remote.quota()
    if quota.total is not None and quota.used is not None and quota.total - quota.used < SIZE:
        raise OverQuota(f"the remote is full: {size(quota.used)} of {size(quota.total)} are used")


async def _compare(entry: Entry, digest: str, content: bytes) -> None:
    if entry.size != len(content) or digest != digest_of(content):
        raise Corrupt("what came back is not what was sent")


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
