"""How does a person run a slash command?  (Only as Discord's own client would let them.)"""

from typing import Any

from .. import payloads, permissions
from ..errors import MisuseError
from ..interactions import Interaction, Kind
from ..platform import Platform
from ..world import Channel, User
from .interact import send

SUB_COMMAND, SUB_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
PYTHON_TYPES: dict[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    USER: int,
    CHANNEL: int,
    ROLE: int,
    MENTIONABLE: int,
    NUMBER: (int, float),
    ATTACHMENT: int,
}


def run(
    platform: Platform,
    path: str,
    options: dict[str, Any],
    user: User,
    channel: Channel,
    *,
    focused: str | None = None,
) -> Interaction:
    """Send the interaction of a command, or of typing into its option ``focused``."""
    first, *rest = path.split()
    command = platform.commands.find(channel.guild_id, first)
    if command is None:
        raise MisuseError(f"no command /{first} is registered here")
    require_allowed(platform, command, user, channel)
    leaf = command
    for word in rest:
        leaf = next((o for o in leaf["options"] if o["name"] == word and o["type"] <= SUB_GROUP), {})
        if not leaf:
            raise MisuseError(f"/{first} has no subcommand {word}")
    parameters = leaf.get("options") or []
    if any(p["type"] in {SUB_COMMAND, SUB_GROUP} for p in parameters):
        raise MisuseError(f"/{path} needs a subcommand")
    given = filled(path, parameters, options, focused)
    data = {
        "id": command["id"],
        "name": command["name"],
        "type": command["type"],
        "options": nested(command, rest, given),
        "resolved": resolved(platform, channel, parameters, options),
    }
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    kind = Kind.COMMAND if focused is None else Kind.AUTOCOMPLETE
    return send(platform, kind, data, user, channel, name=f"/{path}")


def require_allowed(platform: Platform, command: dict[str, Any], user: User, channel: Channel) -> None:
    """The command is hidden from those without its default permissions, or without any to use commands."""
    held = permissions.in_channel(platform.world, channel, user)
    needed = int(command["default_member_permissions"] or 0) | permissions.Permission.USE_APPLICATION_COMMANDS
    if (command["default_member_permissions"] == "0" and held != permissions.ALL) or held & needed != needed:
        raise MisuseError(f"{user.name} does not see /{command['name']}")


def filled(
    path: str, parameters: list[dict[str, Any]], options: dict[str, Any], focused: str | None
) -> list[dict[str, Any]]:
    """The options as sent, each checked as Discord's client checks it."""
    known = {p["name"]: p for p in parameters}
    if options.keys() - known.keys():
        raise MisuseError(f"/{path} has no options {sorted(options.keys() - known.keys())}")
    missing = [p["name"] for p in parameters if p.get("required") and p["name"] not in options]
    if missing and focused is None:
        raise MisuseError(f"/{path} needs {missing}")
    if focused is not None and not known.get(focused, {}).get("autocomplete"):
        raise MisuseError(f"/{path} has no autocomplete for {focused}")
    given = []
    for name, value in options.items():
        one: dict[str, Any] = {"name": name, "type": known[name]["type"], "value": value}
        if name == focused:
            one["focused"] = True
        else:
            check(path, known[name], value)
        if known[name]["type"] in {USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT}:
            one["value"] = str(value)
        given.append(one)
    return given


def check(path: str, parameter: dict[str, Any], value: Any) -> None:
    """A value must be of its type, one of the choices and within its bounds."""
    where = f"/{path} {parameter['name']}"
    kind = parameter["type"]
    if not isinstance(value, PYTHON_TYPES[kind]) or (kind != BOOLEAN and isinstance(value, bool)):
        raise MisuseError(f"{where}: {value!r} is not of type {kind}")
    choices = [choice["value"] for choice in parameter.get("choices") or []]
    if choices and value not in choices:
        raise MisuseError(f"{where}: {value!r} is not one of {choices}")
    size = len(str(value)) if kind == STRING else value
    bounds = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    least, most = parameter.get(bounds[0]), parameter.get(bounds[1])
    if (least is not None and size < least) or (most is not None and size > most):
        raise MisuseError(f"{where}: {value!r} is not within {least} and {most}")


def nested(command: dict[str, Any], words: list[str], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The options wrapped in their subcommand and group."""
    if not words:
        return given
    inner = next(o for o in command["options"] if o["name"] == words[0])
    return [{"name": words[0], "type": inner["type"], "options": nested(inner, words[1:], given)}]


def resolved(
    platform: Platform, channel: Channel, parameters: list[dict[str, Any]], options: dict[str, Any]
) -> dict[str, Any]:
    """The people, channels and roles that the options name."""
    world = platform.world
    found: dict[str, dict[str, Any]] = {}
    guild = world.guild_of(channel)
    for parameter in parameters:
        value = options.get(parameter["name"])
        if value is None:
            continue
        if parameter["type"] == USER:
            found.setdefault("users", {})[str(value)] = payloads.user(world.users[value])
            if guild is not None and value in guild.members:
                member = payloads.member(guild.members[value]) | {"permissions": "0"}
                found.setdefault("members", {})[str(value)] = member
        elif parameter["type"] == CHANNEL:
            one = payloads.channel(world.channels[value]) | {"permissions": "0"}
            found.setdefault("channels", {})[str(value)] = one
        elif parameter["type"] == ROLE and guild is not None:
            found.setdefault("roles", {})[str(value)] = payloads.role(guild.roles[value])
    return found


def resend(platform: Platform, interaction: Interaction) -> None:
    """Dispatch the very same event again."""
    platform.dispatch("INTERACTION_CREATE", interaction.event, interaction.channel)
