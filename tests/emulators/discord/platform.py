"""What is the whole state of one test server, and how does it speak to the sessions?"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from . import payloads
from .buckets import Buckets
from .clock import Clock, Snowflakes
from .commands import Commands
from .faults import Faults
from .gateway.intents import PRIVILEGED
from .gateway.sessions import Pipe, Session, Sessions
from .interactions import Interactions
from .record import Record
from .world import Channel, Message, World


@dataclass(slots=True)
class Settings:
    """What a test may turn, before or while the server runs."""

    token: str = ""  # without one, one of the real shape is made
    heartbeat_interval: float = 41.25
    acknowledge_heartbeats: bool = True
    compression: bool = True
    granted_intents: int = int(PRIVILEGED)
    gateway_sends: int = 120  # client frames each minute
    identify_spacing: float = 0.0  # seconds that must lie between two IDENTIFYs (Discord: 5)
    identify_budget: int = 1000
    hello: bool = True
    ready_extra: dict[str, Any] = field(default_factory=dict)
    ready_omit: set[str] = field(default_factory=set)
    close_on_identify: list[int] = field(default_factory=list)  # used up one by one
    invalidate_resumes: int = 0  # so many RESUMEs get op 9 false
    refuse_websockets: bool = False
    resume_url: str | None = None
    upload_limit: int = 10 * 1024 * 1024


class Platform:
    """Everything but the sockets."""

    def __init__(self, settings: Settings, guild_id: int | None = None, record: Path | None = None) -> None:
        self.settings = settings
        self.clock = Clock()
        self.ids = Snowflakes(self.clock)
        self.world = World(self.clock, self.ids, guild_id)
        settings.token = settings.token or token_of(self.world.bot.id)
        self.record = Record(self.clock.now, record)
        self.sessions = Sessions(self.clock)
        self.buckets = Buckets(self.clock)
        self.faults = Faults()
        self.commands = Commands(self.clock, self.ids, self.world.bot.id)
        self.interactions = Interactions(self.clock, self.ids)
        self.base_url = ""
        self.problems: list[str] = []
        self.identifies: list[float] = []
        self.connections: list[Pipe] = []

    def problem(self, text: str) -> None:
        """Something a correct client never does, or that this server does not know: tests fail on it."""
        self.problems.append(text)
        self.record.add("problem", text=text)

    def assert_clean(self) -> None:
        """Raise if the client did what no correct client does, or a scripted fault never fired."""
        left = [f"a scripted fault never fired in full: {fault}" for fault in self.faults.unspent()]
        if self.problems or left:
            raise AssertionError("; ".join(self.problems + left))

    def show(self, message: Message) -> dict[str, Any]:
        return payloads.message(self.world, message, self.base_url)

    def announce(self, event: str, message: Message) -> None:
        """Tell the sessions about a message; an ephemeral one carries no guild, as at Discord."""
        channel = self.world.channels[message.channel_id]
        payload = self.show(message) | {"channel_type": channel.type}
        guild = self.world.guild_of(channel)
        if guild is not None and not message.ephemeral:
            payload["guild_id"] = str(guild.id)
            member = guild.members.get(message.author.id)
            if member is not None:
                payload["member"] = payloads.member(member)
        self.dispatch(event, payload, channel)
        self.record.add(
            "message",
            event=event,
            id=str(message.id),
            channel=str(channel.id),
            author=str(message.author.id),
            content=message.content,
        )

    def dispatch(
        self,
        event: str,
        payload: dict[str, Any],
        channel: Channel,
        only: Callable[[Session], bool] = lambda _: True,
    ) -> None:
        self.sessions.dispatch(event, payload, channel.guild_id, only)


def token_of(bot_id: int) -> str:
    """A token of the shape that Discord gives out: the bot's id, a time and a secret, each in base64."""
    return f"{b64encode(str(bot_id).encode()).decode().rstrip('=')}.{token_urlsafe(5)[:6]}.{token_urlsafe(29)[:38]}"
