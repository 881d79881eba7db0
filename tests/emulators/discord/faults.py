"""Which misfortunes are scripted for the REST side, and which of them meets this call?"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

VIA = "1.1 google"


@dataclass(slots=True)
class Fault:
    """What shall go wrong for calls number ``first`` to ``first + times - 1`` of a method and path.

    ``path`` is a route template as the server lists it (``/channels/{channel_id}/messages``) or ``*``.
    ``until`` holds the call up until the test sets it.
    With ``after=True`` the call takes effect and only its answer is spoilt, as when a proxy fails half-way.
    """

    method: str = "*"
    path: str = "*"
    first: int = 1
    times: int = 1
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    via: bool = True
    delay: float = 0.0
    until: asyncio.Event | None = None
    drop: bool = False
    truncate: bool = False
    after: bool = False
    seen: int = 0

    def meets(self, method: str, path: str) -> bool:
        """Count this call; True if the fault applies to it."""
        if self.method not in {"*", method} or self.path not in {"*", path}:
            return False
        self.seen += 1
        return self.first <= self.seen < self.first + self.times

    @property
    def spent(self) -> bool:
        return self.seen >= self.first + self.times - 1


def rate_limited(retry_after: float, *, scope: str = "user", via: bool = True, **where: Any) -> Fault:
    """A 429 as Discord sends it; without ``via`` it looks like a ban by the proxy in front of Discord."""
    is_global = scope == "global"
    headers = {"Retry-After": str(max(1, round(retry_after))), "X-RateLimit-Scope": scope}
    if is_global:
        headers["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": is_global}
    return Fault(status=429, body=body, headers=headers, via=via, **where)


class Faults:
    """The script of faults still to come."""

    def __init__(self) -> None:
        self.script: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self.script.append(fault)
        return fault

    def clear(self) -> None:
        self.script.clear()

    def next_for(self, method: str, path: str) -> Fault | None:
        """The first scripted fault that meets this call (every fault counts the call)."""
        met = [fault for fault in self.script if fault.meets(method, path)]
        return met[0] if met else None

    def unspent(self) -> list[Fault]:
        """Faults that never fired as often as scripted: a test that passed without its misfortune."""
        return [fault for fault in self.script if not fault.spent]
