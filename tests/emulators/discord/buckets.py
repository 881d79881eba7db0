"""How many calls may a client still make, per route, per shared resource and in all?"""

import hashlib
from dataclasses import dataclass, field

from .clock import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in each window of so many seconds."""

    calls: int
    seconds: float


@dataclass(slots=True)
class Window:
    """The calls counted since a window opened."""

    limit: Limit
    opened: float = float("-inf")
    used: int = 0

    def take(self, now: float) -> float:
        """Count one call; 0.0 if it fits, else the seconds until it would."""
        if now >= self.opened + self.limit.seconds:
            self.opened, self.used = now, 0
        if self.used >= self.limit.calls:
            return self.opened + self.limit.seconds - now
        self.used += 1
        return 0.0

    def reset_after(self, now: float) -> float:
        return max(0.0, self.opened + self.limit.seconds - now)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call may go on, and the headers that say where the client stands."""

    retry_after: float
    scope: str
    headers: dict[str, str]


@dataclass(slots=True)
class Buckets:
    """Real accounting: one bucket per route and major parameter, one global, and shared ones on demand."""

    clock: Clock
    global_limit: Limit = Limit(50, 1.0)
    overrides: dict[tuple[str, str], Limit] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)
    invalid: list[float] = field(default_factory=list)
    _windows: dict[str, Window] = field(default_factory=dict)
    _all: Window | None = None

    def use_up_shared(self, major: str, seconds: float) -> None:
        """Others have used up what this resource (a channel or webhook id) allows, for so long."""
        self.shared[major] = self.clock.now() + seconds

    def take(self, route: tuple[str, str], major: str, limit: Limit, *, exempt_from_global: bool) -> Verdict:
        """Count one call of a route (method, template) on a major parameter."""
        now = self.clock.now()
        if not exempt_from_global:
            wait = self._global_window().take(now)
            if wait > 0:
                return self._refusal(wait, "global", {"X-RateLimit-Global": "true"})
        if now < self.shared.get(major, 0.0):
            return self._refusal(self.shared[major] - now, "shared", {})
        limit = self.overrides.get(route, limit)
        name = hashlib.sha256(" ".join(route).encode()).hexdigest()[:32]
        window = self._windows.setdefault(f"{name}:{major}", Window(limit))
        window.limit = limit
        wait = window.take(now)
        headers = self._headers(window, name, now)
        return self._refusal(wait, "user", headers) if wait > 0 else Verdict(0.0, "user", headers)

    def note_answer(self, status: int, scope: str | None) -> None:
        """Count what leads to a ban: 401, 403 and 429, but not those of shared scope."""
        if status in {401, 403, 429} and scope != "shared":
            self.invalid.append(self.clock.now())

    def invalid_within(self, seconds: float) -> int:
        since = self.clock.now() - seconds
        return sum(1 for at in self.invalid if at >= since)

    def _global_window(self) -> Window:
        if self._all is None:
            self._all = Window(self.global_limit)
        self._all.limit = self.global_limit
        return self._all

    @staticmethod
    def _headers(window: Window, name: str, now: float) -> dict[str, str]:
        after = window.reset_after(now)
        return {
            "X-RateLimit-Limit": str(window.limit.calls),
            "X-RateLimit-Remaining": str(window.limit.calls - window.used),
            "X-RateLimit-Reset": f"{now + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": name,
        }

    @staticmethod
    def _refusal(wait: float, scope: str, headers: dict[str, str]) -> Verdict:
        retry = {"Retry-After": str(max(1, round(wait))), "X-RateLimit-Scope": scope}
        return Verdict(round(wait, 3), scope, headers | retry)
