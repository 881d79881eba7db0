"""What happened at the test server, in order, and how does a test wait for the next thing?"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running.patience import crowding


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: a REST call, a gateway frame, a connection, a message, a problem."""

    number: int
    at: float
    kind: str
    data: dict[str, Any]

    def json(self) -> dict[str, Any]:
        return {"n": self.number, "at": self.at, "kind": self.kind} | self.data


class Record:
    """The log of a run, in memory and, if a path is given, as JSON lines on disk."""

    def __init__(self, now: Callable[[], float], path: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._now = now
        self._path = path
        self._changed = asyncio.Event()

    def add(self, kind: str, **data: Any) -> Entry:
        entry = Entry(len(self.entries), self._now(), kind, data)
        self.entries.append(entry)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry.json(), default=str) + "\n")
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        return entry

    def of(self, kind: str, **wanted: Any) -> list[Entry]:
        """All entries of this kind whose data has the wanted values."""
        return [e for e in self.entries if matches(e, kind, wanted)]

    def calls(self, method: str, path_part: str = "") -> list[Entry]:
        """The REST calls of this method whose path contains a text."""
        return [e for e in self.of("rest", method=method) if path_part in e.data["path"]]

    async def wait(self, kind: str, *, timeout: float = 30.0, count: int = 1, since: int = 0, **wanted: Any) -> Entry:
        """The ``count``-th entry of this kind from number ``since`` on; TimeoutError tells the tail."""
        try:
            async with asyncio.timeout(timeout * crowding()):
                while True:
                    found = [e for e in self.entries[since:] if matches(e, kind, wanted)]
                    if len(found) >= count:
                        return found[count - 1]
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"no {kind} {wanted} within {timeout} s; last: {self.tail()}") from None

    async def wait_until(self, holds: Callable[[], bool], *, timeout: float = 30.0) -> None:
        """Wait for a condition that is looked at each time something is recorded."""
        async with asyncio.timeout(timeout * crowding()):
            while not holds():
                await self._changed.wait()

    def tail(self, count: int = 8) -> str:
        return " | ".join(f"{e.kind} {summary(e)}" for e in self.entries[-count:])


def matches(entry: Entry, kind: str, wanted: dict[str, Any]) -> bool:
    return entry.kind == kind and all(entry.data.get(key) == value for key, value in wanted.items())


def summary(entry: Entry) -> str:
    text = " ".join(f"{key}={value}" for key, value in entry.data.items() if key not in {"body", "reply", "d"})
    return text[:160]
