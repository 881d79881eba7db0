"""Which guilds, people, channels and messages exist at the test server?"""

import secrets
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .clock import Clock, Snowflakes
from .errors import unknown

TEXT, DM, VOICE = 0, 1, 2

# everything a plain member may do in a text channel of a new guild
EVERYONE_PERMISSIONS = (
    1 << 6 | 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 18 | 1 << 20 | 1 << 21 | 1 << 26 | 1 << 31
)


@dataclass(slots=True)
class User:
    id: int
    name: str
    bot: bool = False
    locale: str = "en-GB"


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 0


@dataclass(slots=True)
class Overwrite:
    """A channel's exception for one role (type 0) or one member (type 1)."""

    id: int
    type: int
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Channel:
    id: int
    name: str
    guild_id: int | None
    type: int = TEXT
    overwrites: list[Overwrite] = field(default_factory=list)
    recipient: User | None = None
    topic: str | None = None
    last_message_id: int | None = None


@dataclass(slots=True)
class Member:
    user: User
    roles: list[int]
    joined_at: str
    nick: str | None = None


@dataclass(slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    unavailable: bool = False


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    content: bytes
    content_type: str
    description: str | None = None


@dataclass(slots=True)
class Webhook:
    id: int
    token: str
    channel_id: int
    name: str


@dataclass(slots=True)
class Message:
    id: int
    channel_id: int
    author: User
    content: str
    timestamp: str
    type: int = 0
    flags: int = 0
    tts: bool = False
    pinned: bool = False
    edited_timestamp: str | None = None
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reactions: dict[str, list[int]] = field(default_factory=dict)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    nonce: str | int | None = None
    reference: dict[str, Any] | None = None
    webhook_id: int | None = None
    application_id: int | None = None
    interaction: dict[str, Any] | None = None
    seen_by: int | None = None  # an ephemeral message's only reader

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)


EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


class World:
    """All there is, by id; a small guild with an owner, the bot and one channel to begin with."""

    def __init__(self, clock: Clock, ids: Snowflakes, guild_id: int | None = None) -> None:
        self.clock = clock
        self.ids = ids
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.bot = self.add_user("Helix", bot=True)
        self.owner = self.add_user("architect")
        self.guild = self.add_guild("Samsara", self.owner, guild_id=guild_id)
        self.channel = self.add_channel("general")

    def add_user(self, name: str, *, bot: bool = False) -> User:
        user = User(self.ids.next(), name, bot=bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, guild_id: int | None = None) -> Guild:
        """A guild in which the owner and the bot are members; the bot has the permissions of everyone."""
        guild = Guild(guild_id or self.ids.next(), name, owner.id)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE_PERMISSIONS)
        self.guilds[guild.id] = guild
        for user in (owner, self.bot):
            self.add_member(user, guild=guild)
        return guild

    def add_role(self, name: str, permissions: int = 0, *, guild: Guild | None = None) -> Role:
        home = guild or self.guild
        role = Role(self.ids.next(), name, permissions, position=len(home.roles))
        home.roles[role.id] = role
        return role

    def add_member(self, user: User, *roles: Role, guild: Guild | None = None) -> Member:
        member = Member(user, [role.id for role in roles], self.clock.timestamp())
        (guild or self.guild).members[user.id] = member
        return member

    def add_channel(self, name: str, *, guild: Guild | None = None) -> Channel:
        channel = Channel(self.ids.next(), name, (guild or self.guild).id)
        self.channels[channel.id] = channel
        return channel

    def add_webhook(self, name: str, channel: Channel) -> Webhook:
        hook = Webhook(self.ids.next(), secrets.token_urlsafe(51), channel.id, name)
        self.webhooks[hook.id] = hook
        return hook

    def dm_with(self, user: User) -> Channel:
        """The private channel between the bot and a user, made on first use."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.next(), user.name, None, DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def guild_of(self, channel: Channel) -> Guild | None:
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def history(self, channel: Channel) -> list[Message]:
        """The channel's messages, oldest first, without ephemeral ones."""
        found = (m for m in self.messages.values() if m.channel_id == channel.id and not m.ephemeral)
        return sorted(found, key=lambda message: message.id)

    def require_channel(self, raw: str | int) -> Channel:
        return require(self.channels, raw, "Channel")

    def require_guild(self, raw: str | int) -> Guild:
        """A guild that the bot is in; any other answers 10004 as Discord does."""
        guild = require(self.guilds, raw, "Guild")
        if self.bot.id not in guild.members:
            raise unknown("Guild")
        return guild

    def require_message(self, channel: Channel, raw: str | int) -> Message:
        message = require(self.messages, raw, "Message")
        if message.channel_id != channel.id:
            raise unknown("Message")
        return message


T = TypeVar("T")


def require(known: dict[int, T], raw: str | int, thing: str) -> T:
    """The entry of this id, or Discord's "Unknown …"."""
    text = str(raw)
    if not text.isdigit() or int(text) not in known:
        raise unknown(thing)
    return known[int(text)]
