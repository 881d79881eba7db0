"""What becomes of a bot's answer to an interaction, and of its follow-ups?"""

from typing import Any

from . import payloads
from .errors import ApiError, Form, unknown
from .interactions import ALLOWED, Answer, Interaction
from .platform import Platform
from .posting import Draft, edit, post
from .rules import components, shapes
from .world import EPHEMERAL, LOADING, Message

CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND, REPLY = 20, 23, 19


def answer(platform: Platform, interaction: Interaction, draft: Draft) -> None:
    """Take the first answer; only a valid one acknowledges the interaction."""
    form, raw = Form(), draft.body.get("type")
    if not isinstance(raw, int) or raw not in ALLOWED[interaction.kind]:
        form.wrong("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(ALLOWED[interaction.kind])}.")
    form.raise_if_wrong()
    kind = Answer(int(raw or 0))
    data = draft.body.get("data") or {}
    shape = {Answer.CHOICES: shapes.CHOICES, Answer.MODAL: shapes.FORM}.get(kind, shapes.MESSAGE)
    data = shapes.shaped(data, shape, "data")
    match kind:
        case Answer.MESSAGE:
            original: Message | None = add(platform, interaction, Draft(data, draft.files))
        case Answer.DEFER:
            original = add_loading(platform, interaction, int(data.get("flags") or 0))
        case Answer.UPDATE:
            original = source(interaction)
            edit(platform, original, Draft(data, draft.files))
        case Answer.DEFER_UPDATE:
            original = source(interaction)
        case Answer.CHOICES | Answer.MODAL:
            check = components.check_choices if kind is Answer.CHOICES else components.check_modal
            check(form, data)
            form.raise_if_wrong()
            original = None
    interaction.original, interaction.answer, interaction.data = original, kind, data
    platform.record.add("answer", interaction=str(interaction.id), type=int(kind), data=data)


def source(interaction: Interaction) -> Message:
    """The message that an update is about."""
    if interaction.source is None:
        form = Form()
        form.wrong("type", "INTERACTION_NO_SOURCE_MESSAGE", "This interaction did not come from a message")
        form.raise_if_wrong()
        raise AssertionError("a wrong form raises")
    return interaction.source


def origin(platform: Platform, interaction: Interaction) -> dict[str, Any]:
    """What a message born of an interaction carries besides its body."""
    types = {1: CHAT_INPUT_COMMAND, 2: CONTEXT_MENU_COMMAND, 3: CONTEXT_MENU_COMMAND}
    kind = REPLY if interaction.source is not None else types[interaction.command_type]
    metadata: dict[str, Any] = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": payloads.user(interaction.user),
        "authorizing_integration_owners": {"0": str(interaction.channel.guild_id)},
    }
    if interaction.source is not None:
        metadata["interacted_message_id"] = str(interaction.source.id)
    return {
        "type": kind,
        "webhook_id": platform.world.bot.id,
        "application_id": platform.world.bot.id,
        "interaction": metadata,
    }


def add(platform: Platform, interaction: Interaction, draft: Draft) -> Message:
    """A new message in the interaction's name."""
    private = int(draft.body.get("flags") or 0) & EPHEMERAL
    message = post(
        platform,
        interaction.channel,
        platform.world.bot,
        draft,
        seen_by=interaction.user.id if private else None,
        **origin(platform, interaction),
    )
    interaction.messages.append(message.id)
    return message


def add_loading(platform: Platform, interaction: Interaction, flags: int) -> Message:
    """What shows as "thinking …": an empty message that the first follow-up or edit fills."""
    world = platform.world
    message = Message(
        platform.ids.next(),
        interaction.channel.id,
        world.bot,
        content="",
        timestamp=platform.clock.timestamp(),
        flags=LOADING | flags & EPHEMERAL,
        seen_by=interaction.user.id if flags & EPHEMERAL else None,
        **origin(platform, interaction),
    )
    world.messages[message.id] = message
    interaction.messages.append(message.id)
    platform.announce("MESSAGE_CREATE", message)
    return message


def follow_up(platform: Platform, interaction: Interaction, draft: Draft) -> Message:
    """A further message; the first one after a deferral fills the waiting message."""
    original = interaction.original
    if original is not None and original.flags & LOADING:
        edit(platform, original, draft)
        return original
    return add(platform, interaction, draft)


def message_of(platform: Platform, interaction: Interaction, raw: str) -> Message:
    """``@original`` or one of the interaction's follow-ups, if it still exists."""
    if raw == "@original":
        found = interaction.original
    else:
        known = raw.isdigit() and int(raw) in interaction.messages
        found = platform.world.messages.get(int(raw)) if known else None
    if found is None or found.id not in platform.world.messages:
        raise unknown("Message")
    return found


def require_visible(message: Message, user_id: int) -> None:
    """An ephemeral message exists for its one reader only."""
    if message.seen_by not in {None, user_id}:
        raise ApiError(404, 10008, "Unknown Message")
