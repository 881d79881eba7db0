"""Which API commands are there, and what does each one get to work with?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulators.mega.account import Account
from tests.emulators.mega.errors import Code, RefusedError, RequestRefusedError
from tests.emulators.mega.world import PublicLink, World

Handler = Callable[["Call"], Any]

HANDLERS: dict[str, Handler] = {}


@dataclass(slots=True)
class Call:
    """One command of one request."""

    world: World
    sid: str
    visitor: Account | None
    """Whose session the request came in, if any."""
    request: dict[str, Any]
    base: str
    """What transfer addresses begin with."""
    public_folder: str = ""
    """The public folder a request without session looks into (`n` of its address)."""

    @property
    def account(self) -> Account:
        """The session's account; without a session the whole request is refused."""
        if self.visitor is None:
            raise RequestRefusedError(Code.ESID)
        return self.visitor

    def get(self, name: str, kind: type = str) -> Any:
        """An argument of this type, or -2."""
        value = self.request.get(name)
        if not isinstance(value, kind):
            raise RefusedError(Code.EARGS)
        return value

    def link(self, handle: object) -> tuple[Account, PublicLink]:
        """What a public handle leads to, or -9."""
        link = self.world.links.get(handle) if isinstance(handle, str) else None
        if link is None or link.node not in self.world.accounts[link.email.lower()].tree.nodes:
            raise RefusedError(Code.ENOENT)
        return self.world.accounts[link.email.lower()], link

    def publish(self, event: dict[str, Any]) -> None:
        """Announces a change with the request's tag `i`, by which its own client knows it."""
        tag = self.request.get("i")
        self.account.events.publish(event if tag is None else event | {"i": tag})


def command(name: str) -> Callable[[Handler], Handler]:
    """Registers a handler."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register
