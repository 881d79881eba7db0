"""How does an interaction look when it reaches the bot?"""

from typing import Any

from .. import payloads, permissions
from ..errors import MisuseError
from ..interactions import Interaction, Kind
from ..platform import Platform
from ..world import Channel, Message, User


def send(
    platform: Platform,
    kind: Kind,
    data: dict[str, Any],
    user: User,
    channel: Channel,
    *,
    name: str,
    source: Message | None = None,
    command_type: int = 1,
) -> Interaction:
    """Open an interaction and dispatch INTERACTION_CREATE for it."""
    if not permissions.in_channel(platform.world, channel, user) & permissions.Permission.VIEW_CHANNEL:
        raise MisuseError(f"{user.name} does not see {channel.name}")
    interaction = platform.interactions.open(kind, channel, user, name)
    interaction.source, interaction.command_type = source, command_type
    payload = envelope(platform, interaction) | {"data": data}
    if source is not None:
        payload["message"] = platform.show(source)
    interaction.event = payload
    platform.record.add("interaction", id=str(interaction.id), type=int(kind), name=name)
    platform.dispatch("INTERACTION_CREATE", payload, channel)
    return interaction


def envelope(platform: Platform, interaction: Interaction) -> dict[str, Any]:
    """All keys of an interaction but its data and message."""
    world, channel, user = platform.world, interaction.channel, interaction.user
    guild = world.guild_of(channel)
    held = permissions.in_channel(world, channel, world.bot)
    body: dict[str, Any] = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "attachment_size_limit": platform.settings.upload_limit,
        "channel_id": str(channel.id),
        "channel": payloads.channel(channel),
        "app_permissions": str(held),
        "locale": user.locale,
        "entitlements": [],
        "context": 1 if guild is None else 0,
        "authorizing_integration_owners": {"0": "0" if guild is None else str(guild.id)},
    }
    if guild is None:
        return body | {"user": payloads.user(user)}
    return body | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": payloads.acting_member(world, channel, user),
    }
