"""How does a test let a person write a message, and wait for what the bot writes back?"""

from typing import Any

from ..errors import MisuseError
from ..interactions import Interaction
from ..permissions import Permission, in_channel
from ..platform import Platform
from ..posting import Draft, post, remove
from ..posting import edit as change
from ..world import LOADING, Channel, Message, User
from . import commands, components


class People:
    """All that the users of one server do.  Without a user or channel: the owner, in the first channel."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def say(
        self,
        content: str,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        reply_to: Message | None = None,
        files: tuple[Any, ...] = (),
    ) -> Message:
        """Write a message, as far as this person may write there."""
        who, where = self._at(user, channel)
        if not in_channel(self._platform.world, where, who) & Permission.SEND_MESSAGES:
            raise MisuseError(f"{who.name} may not write in {where.name}")
        body: dict[str, Any] = {"content": content}
        if reply_to is not None:
            body["message_reference"] = {"message_id": str(reply_to.id)}
        return post(self._platform, where, who, Draft(body, files))

    def replay(self, message: Message) -> None:
        """Deliver a message a second time, as Discord's gateway now and then does."""
        self._platform.announce("MESSAGE_CREATE", message)

    def edit(self, message: Message, content: str) -> None:
        change(self._platform, message, Draft({"content": content}))

    def delete(self, message: Message) -> None:
        remove(self._platform, message)

    def run(
        self, command: str, *, user: User | None = None, channel: Channel | None = None, **options: Any
    ) -> Interaction:
        """Run a registered slash command, ``run("sync now", mode="full")``."""
        return commands.run(self._platform, command, options, *self._at(user, channel))

    def complete(
        self,
        command: str,
        focused: str,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        **options: Any,
    ) -> Interaction:
        """Type into the option ``focused`` of a slash command, whose text so far is among the options."""
        return commands.run(self._platform, command, options, *self._at(user, channel), focused=focused)

    def click(self, message: Message, which: str, *, user: User | None = None) -> Interaction:
        """Press the button with this custom id or label."""
        return components.click(self._platform, message, which, user or self._platform.world.owner)

    def choose(self, message: Message, which: str, *values: str, user: User | None = None) -> Interaction:
        """Choose values in the select menu with this custom id."""
        return components.choose(self._platform, message, which, values, user or self._platform.world.owner)

    def submit(self, asked: Interaction, **values: Any) -> Interaction:
        """Fill in the form that an interaction was answered with, field by custom id, and send it."""
        return components.submit(self._platform, asked, values)

    def resend(self, interaction: Interaction) -> None:
        """Deliver an interaction's event a second time."""
        commands.resend(self._platform, interaction)

    async def reply(self, to: Message, *, timeout: float = 30.0) -> Message:
        """The bot's first message in that channel after this one."""
        return (await self.replies(to, 1, timeout=timeout))[0]

    async def replies(self, to: Message, count: int, *, timeout: float = 30.0) -> list[Message]:
        """The bot's first so many messages in that channel after this one."""
        world = self._platform.world
        channel = world.channels[to.channel_id]

        def found() -> list[Message]:
            return [m for m in world.history(channel) if m.id > to.id and m.author is world.bot]

        await self._until(lambda: len(found()) >= count, f"{count} replies to {to.content!r}", timeout)
        return found()[:count]

    async def answered(self, interaction: Interaction, *, timeout: float = 30.0) -> Interaction:
        """Wait until the bot has answered at all."""
        await self._until(lambda: interaction.answer is not None, f"an answer to {interaction.name}", timeout)
        return interaction

    async def answer(self, interaction: Interaction, *, timeout: float = 30.0) -> Message:
        """The message the bot answered with, once it is no longer "thinking …"."""

        def settled() -> bool:
            return interaction.original is not None and not interaction.original.flags & LOADING

        await self._until(settled, f"a message in answer to {interaction.name}", timeout)
        assert interaction.original is not None
        return interaction.original

    async def ready(self, *, timeout: float = 30.0, sessions: int = 1) -> None:
        """Wait until so many sessions are connected and identified."""
        connected = self._platform.sessions.connected
        await self._until(lambda: len(connected()) >= sessions, "a connected session", timeout)

    async def _until(self, holds: Any, what: str, timeout: float) -> None:
        try:
            await self._platform.record.wait_until(holds, timeout=timeout)
        except TimeoutError:
            tail = self._platform.record.tail()
            raise TimeoutError(f"{what}: not within {timeout} s; last: {tail}") from None

    def _at(self, user: User | None, channel: Channel | None) -> tuple[User, Channel]:
        world = self._platform.world
        return user or world.owner, channel or world.channel
