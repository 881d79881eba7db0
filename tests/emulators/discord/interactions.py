"""Which interactions are open, who may still answer them, and what did the bot answer?"""

import secrets
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from .clock import Clock, Snowflakes
from .errors import ApiError, unknown
from .world import Channel, Message, User

ANSWER_WITHIN = 3.0
TOKEN_LIVES = 15 * 60.0


class Kind(IntEnum):
    """What a user did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """How a bot may answer at once."""

    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


ALLOWED = {
    Kind.COMMAND: {Answer.MESSAGE, Answer.DEFER, Answer.MODAL},
    Kind.COMPONENT: {Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE, Answer.MODAL},
    Kind.AUTOCOMPLETE: {Answer.CHOICES},
    Kind.MODAL: {Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE},
}


@dataclass(slots=True)
class Interaction:
    """One thing a user did that the bot must answer."""

    id: int
    token: str
    kind: Kind
    created: float
    channel: Channel
    user: User
    name: str
    command_type: int = 1
    source: Message | None = None  # the message whose component was used
    answer: Answer | None = None
    data: dict[str, Any] = field(default_factory=dict)
    original: Message | None = None
    messages: list[int] = field(default_factory=list)
    event: dict[str, Any] = field(default_factory=dict)


class Interactions:
    """All interactions by id, with the three-second and the fifteen-minute clock."""

    def __init__(self, clock: Clock, ids: Snowflakes) -> None:
        self._clock = clock
        self._ids = ids
        self.by_id: dict[int, Interaction] = {}

    def open(self, kind: Kind, channel: Channel, user: User, name: str) -> Interaction:
        interaction = Interaction(
            self._ids.next(), secrets.token_urlsafe(96), kind, self._clock.now(), channel, user, name
        )
        self.by_id[interaction.id] = interaction
        return interaction

    def to_answer(self, raw_id: str, token: str) -> Interaction:
        """The interaction a callback is for; 10062 when unknown or too late, 40060 when already answered."""
        interaction = self.by_id.get(int(raw_id)) if raw_id.isdigit() else None
        if interaction is None or interaction.token != token:
            raise unknown("interaction")
        if interaction.answer is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self._clock.now() - interaction.created > ANSWER_WITHIN:
            raise unknown("interaction")
        return interaction

    def by_token(self, token: str) -> Interaction:
        """The interaction a follow-up is for; 50027 after fifteen minutes, 10015 before the first answer."""
        found = [i for i in self.by_id.values() if i.token == token]
        if not found or self._clock.now() - found[0].created > TOKEN_LIVES:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if found[0].answer is None:
            raise unknown("Webhook")
        return found[0]

    def expire(self, interaction: Interaction) -> None:
        """End an interaction's token before its time."""
        interaction.created = float("-inf")
