"""Which events, and how much of a message, may a session see?"""

from enum import IntFlag
from typing import Any


class Intent(IntFlag):
    """Discord's gateway intents."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_INTEGRATIONS = 1 << 4
    GUILD_WEBHOOKS = 1 << 5
    GUILD_INVITES = 1 << 6
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_CONFIGURATION = 1 << 20
    AUTO_MODERATION_EXECUTION = 1 << 21
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


KNOWN = sum(Intent)
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT

# event: the intent it needs in a guild, and in a private channel
NEEDS: dict[str, tuple[Intent | None, Intent | None]] = {
    "GUILD_CREATE": (Intent.GUILDS, None),
    "GUILD_UPDATE": (Intent.GUILDS, None),
    "GUILD_DELETE": (Intent.GUILDS, None),
    "GUILD_ROLE_CREATE": (Intent.GUILDS, None),
    "GUILD_ROLE_UPDATE": (Intent.GUILDS, None),
    "CHANNEL_CREATE": (Intent.GUILDS, None),
    "CHANNEL_UPDATE": (Intent.GUILDS, None),
    "CHANNEL_DELETE": (Intent.GUILDS, None),
    "GUILD_MEMBER_ADD": (Intent.GUILD_MEMBERS, None),
    "GUILD_MEMBER_UPDATE": (Intent.GUILD_MEMBERS, None),
    "GUILD_MEMBER_REMOVE": (Intent.GUILD_MEMBERS, None),
    "MESSAGE_CREATE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_UPDATE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_DELETE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_DELETE_BULK": (Intent.GUILD_MESSAGES, None),
    "MESSAGE_REACTION_ADD": (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    "MESSAGE_REACTION_REMOVE": (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    "TYPING_START": (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
    "WEBHOOKS_UPDATE": (Intent.GUILD_WEBHOOKS, None),
    "INTERACTION_CREATE": (None, None),
    "USER_UPDATE": (None, None),
}


def may_see(event: str, payload: dict[str, Any], intents: int) -> bool:
    """Whether a session with these intents gets this event at all."""
    in_guild, in_private = NEEDS[event]
    needed = in_guild if "guild_id" in payload or event.startswith("GUILD_") else in_private
    return needed is None or bool(intents & needed)


def blanked(event: str, payload: dict[str, Any], intents: int, bot_id: int) -> dict[str, Any]:
    """The message as this session may read it: without MESSAGE_CONTENT its contents are empty.

    Exempt, as at Discord: private channels, the bot's own messages and those that mention the bot.
    """
    if event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or intents & Intent.MESSAGE_CONTENT:
        return payload
    people = [payload["author"]["id"], *(who["id"] for who in payload["mentions"])]
    if "guild_id" not in payload or str(bot_id) in people:
        return payload
    return payload | {"content": "", "embeds": [], "attachments": [], "components": []}
