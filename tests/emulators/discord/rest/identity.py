"""Who am I, which application is this, where is the gateway, which guilds and members are there?"""

from typing import Any

from .. import payloads
from ..buckets import Limit
from ..errors import unknown
from ..gateway.intents import Intent
from ..world import require
from .table import Call, route


@route("GET", "/users/@me", Limit(30, 30.0))
async def own_user(call: Call) -> Any:
    return payloads.own_user(call.bot)


@route("GET", "/users/{user_id}", Limit(30, 30.0))
async def some_user(call: Call) -> Any:
    return payloads.user(require(call.platform.world.users, call.ids["user_id"], "User"))


@route("GET", "/users/@me/guilds", Limit(5, 5.0))
async def own_guilds(call: Call) -> Any:
    guilds = call.platform.world.guilds.values()
    return [payloads.guild(g) | {"owner": False} for g in guilds if call.bot.id in g.members]


@route("POST", "/users/@me/channels", Limit(5, 5.0))
async def open_private_channel(call: Call) -> Any:
    user = require(call.platform.world.users, str(call.object().get("recipient_id", "")), "User")
    return payloads.channel(call.platform.world.dm_with(user))


@route("GET", "/oauth2/applications/@me")
async def own_application(call: Call) -> Any:
    return payloads.application(call.platform.world)


@route("GET", "/applications/@me")
async def current_application(call: Call) -> Any:
    return payloads.application(call.platform.world)


@route("GET", "/gateway", None, authorized=False)
async def gateway(call: Call) -> Any:
    return {"url": call.secure_url}


@route("GET", "/gateway/bot")
async def gateway_for_bots(call: Call) -> Any:
    settings, used = call.platform.settings, len(call.platform.identifies)
    return {
        "url": call.secure_url,
        "shards": 1,
        "session_start_limit": {
            "total": settings.identify_budget,
            "remaining": max(0, settings.identify_budget - used),
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        },
    }


@route("GET", "/guilds/{guild_id}")
async def one_guild(call: Call) -> Any:
    return payloads.guild(call.guild)


@route("GET", "/guilds/{guild_id}/channels")
async def channels_of_guild(call: Call) -> Any:
    channels = call.platform.world.channels.values()
    return [payloads.channel(c) for c in channels if c.guild_id == call.guild.id]


@route("GET", "/guilds/{guild_id}/roles")
async def roles_of_guild(call: Call) -> Any:
    return [payloads.role(role) for role in call.guild.roles.values()]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
async def one_member(call: Call) -> Any:
    return payloads.full_member(require(call.guild.members, call.ids["user_id"], "Member"))


@route("GET", "/guilds/{guild_id}/members")
async def members_of_guild(call: Call) -> Any:
    if not call.platform.settings.granted_intents & Intent.GUILD_MEMBERS:
        raise unknown("Guild")
    found = sorted(call.guild.members.values(), key=lambda member: member.user.id)
    after = int(call.query.get("after", "0"))
    limit = call.number("limit", 1, 1000)
    return [payloads.full_member(member) for member in found if member.user.id > after][:limit]
