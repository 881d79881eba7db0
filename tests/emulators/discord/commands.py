"""Which application commands has the bot registered, for all guilds and for each?"""

from collections import deque
from typing import Any

from .clock import Clock, Snowflakes
from .errors import ApiError, unknown
from .rules import commands as rules
from .rules.shapes import COMMAND, shaped

CREATIONS_A_DAY = 200
KEPT = (
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "type",
    "nsfw",
    "default_member_permissions",
    "dm_permission",
    "contexts",
    "integration_types",
    "handler",
)


class Commands:
    """Registered commands by scope (a guild's id, or None for global ones) and id."""

    def __init__(self, clock: Clock, ids: Snowflakes, application_id: int) -> None:
        self._clock = clock
        self._ids = ids
        self._application_id = application_id
        self._scopes: dict[int | None, dict[str, dict[str, Any]]] = {}
        self._created: dict[int | None, deque[float]] = {}

    def of(self, scope: int | None) -> list[dict[str, Any]]:
        return list(self._scopes.get(scope, {}).values())

    def get(self, scope: int | None, command_id: str) -> dict[str, Any]:
        try:
            return self._scopes.get(scope, {})[command_id]
        except KeyError:
            raise unknown("application command") from None

    def find(self, guild_id: int | None, name: str, kind: int = rules.CHAT_INPUT) -> dict[str, Any] | None:
        """The command a user of this guild would see under a name; the guild's own comes first."""
        for scope in (guild_id, None):
            for command in self.of(scope):
                if command["name"] == name and command["type"] == kind:
                    return command
        return None

    def replace(self, scope: int | None, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make these the only commands of the scope; those of the same name and type keep their id."""
        wanted = [complete(body, f"{index}") for index, body in enumerate(wanted)]
        rules.check_all(wanted)
        old = {(c["type"], c["name"]): c for c in self.of(scope)}
        made = [self._made(scope, body, old.get(key_of(body))) for body in wanted]
        self._scopes[scope] = {command["id"]: command for command in made}
        return made

    def upsert(self, scope: int | None, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Create a command or overwrite the one of the same name; tells whether it is new."""
        body = complete(body)
        rules.check(body)
        old = {(c["type"], c["name"]): c for c in self.of(scope)}.get(key_of(body))
        others = [c for c in self.of(scope) if c is not old]
        rules.check_all([*others, body])
        command = self._made(scope, body, old)
        self._scopes.setdefault(scope, {})[command["id"]] = command
        return command, old is None

    def change(self, scope: int | None, command_id: str, body: dict[str, Any]) -> dict[str, Any]:
        old = self.get(scope, command_id)
        wanted = old | complete(body)
        rules.check(wanted)
        self._scopes[scope][command_id] = self._made(scope, wanted, old)
        return self._scopes[scope][command_id]

    def remove(self, scope: int | None, command_id: str) -> None:
        self.get(scope, command_id)
        del self._scopes[scope][command_id]

    def _made(self, scope: int | None, body: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
        defaults = {
            "type": 1,
            "description": "",
            "options": [],
            "nsfw": False,
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "name_localizations": None,
            "description_localizations": None,
        }
        shape = defaults | {key: body[key] for key in KEPT if key in body}
        if old is not None and all(old.get(key) == value for key, value in shape.items()):
            return old
        if old is None:
            self._count_creation(scope)
        home = {} if scope is None else {"guild_id": str(scope)}
        return (
            shape
            | home
            | {
                "id": old["id"] if old else str(self._ids.next()),
                "application_id": str(self._application_id),
                "version": str(self._ids.next()),
            }
        )

    def _count_creation(self, scope: int | None) -> None:
        now = self._clock.now()
        created = self._created.setdefault(scope, deque())
        while created and created[0] < now - 86_400:
            created.popleft()
        if len(created) >= CREATIONS_A_DAY:
            raise ApiError(400, 30034, "Max number of daily application command creates has been reached (200)")
        created.append(now)


def complete(body: dict[str, Any], path: str = "") -> dict[str, Any]:
    """The body with nulls left out, if its types are right."""
    return {key: value for key, value in shaped(body, COMMAND, path).items() if value is not None}


def key_of(body: dict[str, Any]) -> tuple[int, str]:
    return body.get("type", rules.CHAT_INPUT), body["name"]
