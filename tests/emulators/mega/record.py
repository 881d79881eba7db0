"""What did the clients do? Every request, for tests to look at."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request."""

    at: float
    """Seconds on the monotonic clock when it arrived."""
    endpoint: str
    """cs, sc, wait, upload or download."""
    commands: tuple[str, ...] = ()
    request_id: str = ""
    email: str = ""
    offset: int = 0
    size: int = 0
    """Bytes of content in it."""
    status: int = 200
    """HTTP status; 0 = the connection was cut."""
    answers: tuple[int, ...] = ()
    """For each command its number: 0 = carried out."""
    replayed: bool = False
    """Answered from memory, as its id and body were those of an earlier request."""


@dataclass(slots=True)
class Record:
    """The list, and questions about it."""

    requests: list[Request] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Commands and addresses that the server does not know: a fault of the server or of the client."""
    crashes: list[str] = field(default_factory=list)
    """Tracebacks of the server's own faults."""

    def calls(self, name: str) -> int:
        """How often was a command (or an endpoint) asked for?"""
        return sum(r.commands.count(name) + (r.endpoint == name) for r in self.requests)

    def commands(self) -> list[str]:
        """All commands in order."""
        return [command for request in self.requests for command in request.commands]

    def clear(self) -> None:
        """Forgets the requests; what went wrong stays."""
        self.requests.clear()
