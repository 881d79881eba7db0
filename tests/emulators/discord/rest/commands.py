"""How are application commands registered over REST, globally and per guild?"""

from typing import Any

from ..buckets import Limit
from ..errors import ApiError, missing_access
from .table import DICT_WANTED, Call, Created, route

GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def scope_of(call: Call) -> int | None:
    """None for global commands, else the guild's id; a guild without the bot answers 50001."""
    call.require_application()
    if "guild_id" not in call.ids:
        return None
    guild = call.platform.world.guilds.get(int(call.ids["guild_id"]))
    if guild is None or call.bot.id not in guild.members:
        raise missing_access()
    return guild.id


async def replace(call: Call) -> Any:
    """PUT: make these the only commands."""
    if not isinstance(call.body, list) or not all(isinstance(one, dict) for one in call.body):
        raise ApiError(400, 50035, "Invalid Form Body", DICT_WANTED)
    made = call.platform.commands.replace(scope_of(call), call.body)
    call.platform.record.add("commands", scope=scope_of(call), names=[command["name"] for command in made])
    return made


async def listing(call: Call) -> Any:
    return call.platform.commands.of(scope_of(call))


async def upsert(call: Call) -> Any:
    command, new = call.platform.commands.upsert(scope_of(call), call.object())
    call.platform.record.add("commands", scope=scope_of(call), names=[command["name"]])
    return Created(command) if new else command


async def one(call: Call) -> Any:
    return call.platform.commands.get(scope_of(call), call.ids["command_id"])


async def change(call: Call) -> Any:
    return call.platform.commands.change(scope_of(call), call.ids["command_id"], call.object())


async def delete(call: Call) -> Any:
    call.platform.commands.remove(scope_of(call), call.ids["command_id"])


for base in (GLOBAL, GUILD):
    route("GET", base)(listing)
    route("PUT", base, Limit(2, 1.0))(replace)
    route("POST", base, Limit(5, 20.0))(upsert)
    route("GET", base + "/{command_id}")(one)
    route("PATCH", base + "/{command_id}", Limit(5, 20.0))(change)
    route("DELETE", base + "/{command_id}", Limit(5, 20.0))(delete)
