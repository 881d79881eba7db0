"""Which REST routes does the test server know, and what does each handler receive?"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..buckets import Limit
from ..errors import ApiError, Form, unknown
from ..platform import Platform
from ..world import Channel, Guild, User


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request."""

    field: str
    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call, checked and decoded."""

    platform: Platform
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[Upload, ...]
    secure_url: str

    @property
    def bot(self) -> User:
        return self.platform.world.bot

    @property
    def channel(self) -> Channel:
        return self.platform.world.require_channel(self.ids["channel_id"])

    @property
    def guild(self) -> Guild:
        return self.platform.world.require_guild(self.ids["guild_id"])

    def object(self) -> dict[str, Any]:
        """The body where it must be a JSON object; Discord takes none at all for an empty one."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, 50035, "Invalid Form Body", DICT_WANTED)
        return self.body

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in {"1", "true"}

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from the query, within 1 and ``most``."""
        form, raw = Form(), self.query.get(name, str(default))
        form.require(
            raw.isdigit() and 1 <= int(raw) <= most,
            name,
            "NUMBER_TYPE_MAX",
            f"int value should be between 1 and {most}.",
        )
        form.raise_if_wrong()
        return int(raw)

    def require_application(self) -> None:
        if self.ids["application_id"] != str(self.bot.id):
            raise unknown("Application")


@dataclass(frozen=True, slots=True)
class Created:
    """An answer that goes out as 201."""

    body: Any


DICT_WANTED = {"_errors": [{"code": "MODEL_TYPE_CONVERT", "message": "Only dictionaries may be used in a ModelType"}]}

Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path template and who answers.  ``None`` as an answer is a 204."""

    method: str
    path: str
    handler: Handler
    limit: Limit | None
    authorized: bool

    def major(self, ids: Mapping[str, str]) -> str:
        """The part of the path that has a bucket of its own."""
        for name in ("channel_id", "guild_id"):
            if name in ids:
                return ids[name]
        return f"{ids['webhook_id']}/{ids.get('token', '')}" if "webhook_id" in ids else ""


ROUTES: list[Route] = []
ORDINARY = Limit(10, 5.0)


def route(
    method: str, path: str, limit: Limit | None = ORDINARY, *, authorized: bool = True
) -> Callable[[Handler], Handler]:
    """Register a handler; without a limit the route neither counts nor tells buckets."""

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, path, handler, limit, authorized))
        return handler

    return register
