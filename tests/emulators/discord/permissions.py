"""What may a member do in a channel?  (Discord's own order: base, everyone, roles, member.)"""

from enum import IntFlag

from .errors import missing_access, missing_permissions
from .world import Channel, Guild, User, World


class Permission(IntFlag):
    """The permissions that the test server enforces."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31


ALL = (1 << 51) - 1


def in_guild(guild: Guild, user: User) -> int:
    """Base permissions: everyone's, joined with those of each role held."""
    member = guild.members.get(user.id)
    if member is None:
        return 0
    if guild.owner_id == user.id:
        return ALL
    granted = guild.roles[guild.id].permissions
    for role_id in member.roles:
        granted |= guild.roles[role_id].permissions
    return ALL if granted & Permission.ADMINISTRATOR else granted


def in_channel(world: World, channel: Channel, user: User) -> int:
    """Permissions in one channel, with its overwrites applied."""
    guild = world.guild_of(channel)
    if guild is None:
        return ALL if user.bot or channel.recipient is user else 0
    granted = in_guild(guild, user)
    if granted == ALL or user.id not in guild.members:
        return granted
    roles = guild.members[user.id].roles
    everyone = [o for o in channel.overwrites if o.id == guild.id]
    of_roles = [o for o in channel.overwrites if o.type == 0 and o.id in roles]
    of_member = [o for o in channel.overwrites if o.type == 1 and o.id == user.id]
    for layer in (everyone, of_roles, of_member):
        for overwrite in layer:
            granted &= ~overwrite.deny
        for overwrite in layer:
            granted |= overwrite.allow
    return granted


def demand(world: World, channel: Channel, user: User, needed: Permission) -> None:
    """Raise 50001 where the channel can't even be seen, 50013 where a permission is missing."""
    held = in_channel(world, channel, user)
    if not held & Permission.VIEW_CHANNEL:
        raise missing_access()
    if held & needed != needed:
        raise missing_permissions()
