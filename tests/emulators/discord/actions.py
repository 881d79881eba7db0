"""What can be asked of a server from outside its process?  (One function per action; JSON in, JSON out.)"""

from collections.abc import Awaitable, Callable
from typing import Any

from .buckets import Limit
from .errors import MisuseError
from .faults import Fault, rate_limited
from .interactions import Interaction
from .permissions import ALL
from .server import DiscordServer
from .world import Channel, Message, User

Json = dict[str, Any]
Action = Callable[[DiscordServer, Json], Awaitable[Any]]


async def say(discord: DiscordServer, body: Json) -> Any:
    """``{"content", "user"?, "channel"?}`` → the message."""
    message = discord.people.say(body["content"], user=user_of(discord, body), channel=channel_of(discord, body))
    return discord.platform.show(message)


async def reply(discord: DiscordServer, body: Json) -> Any:
    """``{"to": message id, "timeout"?}`` → the bot's first message after it in that channel."""
    found = await discord.people.reply(message_of(discord, body["to"]), timeout=body.get("timeout", 10.0))
    return discord.platform.show(found)


async def run(discord: DiscordServer, body: Json) -> Any:
    """``{"command", "options"?, "user"?, "channel"?, "focused"?}`` → ``{"interaction"}``."""
    where: Json = {"user": user_of(discord, body), "channel": channel_of(discord, body)}
    options = body.get("options", {})
    if "focused" in body:
        return told(discord.people.complete(body["command"], body["focused"], **where, **options))
    return told(discord.people.run(body["command"], **where, **options))


async def click(discord: DiscordServer, body: Json) -> Any:
    """``{"message", "which", "user"?}``."""
    message = message_of(discord, body["message"])
    return told(discord.people.click(message, body["which"], user=user_of(discord, body)))


async def choose(discord: DiscordServer, body: Json) -> Any:
    """``{"message", "which", "values", "user"?}``."""
    message = message_of(discord, body["message"])
    return told(discord.people.choose(message, body["which"], *body["values"], user=user_of(discord, body)))


async def submit(discord: DiscordServer, body: Json) -> Any:
    """``{"interaction": the one answered with a form, "values"}``."""
    return told(discord.people.submit(interaction_of(discord, body), **body["values"]))


async def answer(discord: DiscordServer, body: Json) -> Any:
    """``{"interaction", "timeout"?}`` → ``{"type", "data", "message"}`` once the bot has answered in full."""
    interaction, timeout = interaction_of(discord, body), body.get("timeout", 10.0)
    await discord.people.answered(interaction, timeout=timeout)
    message = None
    if interaction.original is not None:
        message = discord.platform.show(await discord.people.answer(interaction, timeout=timeout))
    assert interaction.answer is not None
    return {"type": int(interaction.answer), "data": interaction.data, "message": message}


async def messages(discord: DiscordServer, body: Json) -> Any:
    """``{"channel"?}`` → its messages, oldest first."""
    channel = channel_of(discord, body) or discord.platform.world.channel
    return [discord.platform.show(message) for message in discord.platform.world.history(channel)]


async def fault(discord: DiscordServer, body: Json) -> Any:
    """The fields of ``Fault``; or ``{"rate_limited": seconds, "scope"?, "via"?, …}``."""
    fields = dict(body)
    if "rate_limited" in fields:
        discord.platform.faults.add(rate_limited(fields.pop("rate_limited"), **fields))
    else:
        discord.platform.faults.add(Fault(**fields))
    return {}


async def gateway(discord: DiscordServer, body: Json) -> Any:
    """``{"do": "reconnect|heartbeat|invalidate|close|abort|black_hole|down|up", "resumable"?, "code"?}``."""
    match body["do"]:
        case "reconnect":
            discord.ask_to_reconnect()
        case "heartbeat":
            discord.ask_for_heartbeat()
        case "invalidate":
            discord.invalidate(resumable=body.get("resumable", False))
        case "close":
            discord.close(body["code"])
        case "abort":
            discord.cut()
        case "black_hole":
            discord.black_hole()
        case "down":
            await discord.go_down()
        case "up":
            await discord.come_up()
        case unknown:
            raise MisuseError(f"the gateway can't {unknown}")
    return {}


async def settings(discord: DiscordServer, body: Json) -> Any:
    """Any fields of ``Settings``."""
    for name, value in body.items():
        if not hasattr(discord.platform.settings, name):
            raise MisuseError(f"no setting {name}")
        setattr(discord.platform.settings, name, set(value) if name == "ready_omit" else value)
    return {}


async def limit(discord: DiscordServer, body: Json) -> Any:
    """``{"method", "path", "calls", "seconds"}``: a route's rate limit (path ``*``: the global one)."""
    limit = Limit(body["calls"], body["seconds"])
    if body["path"] == "*":
        discord.platform.buckets.global_limit = limit
    else:
        discord.platform.buckets.overrides[(body["method"], body["path"])] = limit
    return {}


async def advance(discord: DiscordServer, body: Json) -> Any:
    """``{"seconds"}``: let time pass."""
    discord.platform.clock.advance(body["seconds"])
    return {}


async def user(discord: DiscordServer, body: Json) -> Any:
    """``{"name", "roles"?}``: a new member of the guild → ``{"id"}``."""
    world = discord.platform.world
    new = world.add_user(body["name"])
    world.add_member(new, *(world.guild.roles[int(role)] for role in body.get("roles", [])))
    return {"id": str(new.id)}


async def role(discord: DiscordServer, body: Json) -> Any:
    """``{"name", "permissions"?}`` → ``{"id"}``."""
    new = discord.platform.world.add_role(body["name"], int(body.get("permissions", 0)) & ALL)
    return {"id": str(new.id)}


async def channel(discord: DiscordServer, body: Json) -> Any:
    """``{"name"}`` → ``{"id"}``."""
    return {"id": str(discord.platform.world.add_channel(body["name"]).id)}


async def ready(discord: DiscordServer, body: Json) -> Any:
    """``{"timeout"?}``: wait until a session is connected."""
    await discord.people.ready(timeout=body.get("timeout", 10.0))
    return {}


async def wait(discord: DiscordServer, body: Json) -> Any:
    """``{"kind", "since"?, "count"?, "timeout"?, …wanted values}`` → the entry of the record."""
    wanted = dict(body)
    return (await discord.platform.record.wait(wanted.pop("kind"), **wanted)).json()


async def state(discord: DiscordServer, _: Json) -> Any:
    """Sessions, presence, commands, problems and the invalid requests of the last ten minutes."""
    platform = discord.platform
    return {
        "sessions": [
            {"id": s.id, "connected": s.pipe is not None, "intents": s.intents, "presence": s.presence}
            for s in platform.sessions
        ],
        "identifies": len(platform.identifies),
        "commands": platform.commands.of(platform.world.guild.id) + platform.commands.of(None),
        "problems": platform.problems,
        "invalid_requests": platform.buckets.invalid_within(600),
    }


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        say,
        reply,
        run,
        click,
        choose,
        submit,
        answer,
        messages,
        fault,
        gateway,
        settings,
        limit,
        advance,
        user,
        role,
        channel,
        ready,
        wait,
        state,
    )
}


def user_of(discord: DiscordServer, body: Json) -> User | None:
    return discord.platform.world.users[int(body["user"])] if "user" in body else None


def channel_of(discord: DiscordServer, body: Json) -> Channel | None:
    return discord.platform.world.channels[int(body["channel"])] if "channel" in body else None


def message_of(discord: DiscordServer, raw: Any) -> Message:
    return discord.platform.world.messages[int(raw)]


def interaction_of(discord: DiscordServer, body: Json) -> Interaction:
    return discord.platform.interactions.by_id[int(body["interaction"])]


def told(interaction: Interaction) -> Json:
    return {"interaction": str(interaction.id)}
