"""How does a checked request body become a message, or change one?"""

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import ApiError, Form
from .permissions import Permission, in_channel
from .platform import Platform
from .rules import messages as rules
from .rules.shapes import MESSAGE, shaped
from .world import COMPONENTS_V2, EPHEMERAL, LOADING, Attachment, Channel, Message, User


class File(Protocol):
    """An uploaded file."""

    @property
    def field(self) -> str: ...
    @property
    def filename(self) -> str: ...
    @property
    def content(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What a client wants a message to be."""

    body: dict[str, Any]
    files: tuple[File, ...] = ()


SETTABLE_FLAGS = 1 << 2 | EPHEMERAL | 1 << 12 | COMPONENTS_V2


def post(platform: Platform, channel: Channel, author: User, draft: Draft, **extra: Any) -> Message:
    """Check the draft, add the message to the channel and announce it."""
    draft = check(platform, draft)
    body = draft.body
    message = Message(
        platform.ids.next(),
        channel.id,
        author,
        content=body.get("content") or "",
        timestamp=platform.clock.timestamp(),
        flags=(body.get("flags") or 0) & SETTABLE_FLAGS,
        tts=bool(body.get("tts")),
        embeds=[rich(embed) for embed in body.get("embeds") or []],
        components=numbered(body.get("components") or []),
        attachments=attachments(platform, draft),
        nonce=body.get("nonce"),
        **extra,
    )
    refer(platform, channel, message, body.get("message_reference"))
    mention(platform, channel, message, body.get("allowed_mentions"))
    platform.world.messages[message.id] = message
    if not message.ephemeral:
        channel.last_message_id = message.id
    platform.announce("MESSAGE_CREATE", message)
    return message


def edit(platform: Platform, message: Message, draft: Draft) -> None:
    """Change what the draft names and announce it; what it does not name stays."""
    draft = check(platform, draft, before=message)
    body = draft.body
    if "content" in body:
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = [rich(embed) for embed in body["embeds"] or []]
    if "components" in body:
        message.components = numbered(body["components"] or [])
    if "attachments" in body or draft.files:
        kept = {str(a.get("id")) for a in body["attachments"] or []} if "attachments" in body else None
        old = [a for a in message.attachments if kept is None or str(a.id) in kept]
        message.attachments = old + attachments(platform, draft)
    message.flags = message.flags & ~LOADING | (body.get("flags") or 0) & (1 << 2 | COMPONENTS_V2)
    message.edited_timestamp = platform.clock.timestamp()
    channel = platform.world.channels[message.channel_id]
    mention(platform, channel, message, body.get("allowed_mentions"))
    platform.announce("MESSAGE_UPDATE", message)


def remove(platform: Platform, message: Message) -> None:
    del platform.world.messages[message.id]
    channel = platform.world.channels[message.channel_id]
    payload = {"id": str(message.id), "channel_id": str(channel.id)}
    if channel.guild_id is not None and not message.ephemeral:
        payload["guild_id"] = str(channel.guild_id)
    platform.dispatch("MESSAGE_DELETE", payload, channel)
    platform.record.add("deleted", id=str(message.id), channel=str(channel.id))


def check(platform: Platform, draft: Draft, before: Message | None = None) -> Draft:
    """Refuse what Discord refuses: 413 for too much, 50035 for a bad form, 50006 for nothing at all."""
    if sum(len(file.content) for file in draft.files) > platform.settings.upload_limit:
        raise ApiError(413, 40005, "Request entity too large")
    draft = Draft(shaped(draft.body, MESSAGE), draft.files)
    form = Form()
    flags = draft.body.get("flags") or (0 if before is None else before.flags)
    rules.check(form, draft.body, len(draft.files), v2=bool(flags & COMPONENTS_V2))
    form.raise_if_wrong()
    now = {key: draft.body[key] for key in ("content", "embeds", "components") if key in draft.body}
    old = (
        {}
        if before is None
        else {
            "content": before.content,
            "embeds": before.embeds,
            "components": before.components,
            "files": draft.body.get("attachments", before.attachments),
        }
    )
    if not any((old | now).values()) and not draft.files and not draft.body.get("sticker_ids"):
        raise ApiError(400, 50006, "Cannot send an empty message")
    return draft


def rich(embed: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich"} | embed


def numbered(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The components as the server keeps them: each with a number of its own."""
    count = 0

    def visit(node: Any) -> Any:
        nonlocal count
        if isinstance(node, list):
            return [visit(part) for part in node]
        if isinstance(node, dict) and "type" in node:
            count += 1
            kept = {"id": node.get("id") or count}
            return kept | {k: visit(v) if k in {"components", "accessory"} else v for k, v in node.items() if k != "id"}
        return node

    return list(visit(json.loads(json.dumps(components))))


def attachments(platform: Platform, draft: Draft) -> list[Attachment]:
    """The uploaded files, with what the body's ``attachments`` says about each (``files[n]`` is its id n)."""
    told = {str(a.get("id")): a for a in draft.body.get("attachments") or []}
    made = []
    for file in draft.files:
        number = re.sub(r"\D", "", file.field)
        about = told.get(number, {})
        name = re.sub(r"[^\w.-]+", "_", about.get("filename") or file.filename)
        made.append(Attachment(platform.ids.next(), name, file.content, file.content_type, about.get("description")))
    return made


def refer(platform: Platform, channel: Channel, message: Message, reference: dict[str, Any] | None) -> None:
    """Make the message a reply."""
    if not reference:
        return
    target = str(reference.get("message_id"))
    original = platform.world.messages.get(int(target)) if target.isdigit() else None
    if original is None or original.channel_id != channel.id:
        if reference.get("fail_if_not_exists", True) is False:
            return
        form = Form()
        form.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.raise_if_wrong()
    message.type = 19
    message.reference = {"type": 0, "message_id": target, "channel_id": str(channel.id)}
    if channel.guild_id is not None:
        message.reference["guild_id"] = str(channel.guild_id)


def mention(platform: Platform, channel: Channel, message: Message, allowed: dict[str, Any] | None) -> None:
    """Find who is mentioned, as far as ``allowed_mentions`` lets it count."""
    kinds = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse", []))
    named = {str(i) for key in ("users", "roles") for i in (allowed or {}).get(key, [])}
    guild = platform.world.guild_of(channel)
    users = [u for u in re.findall(r"<@!?(\d+)>", message.content) if "users" in kinds or u in named]
    roles = [r for r in re.findall(r"<@&(\d+)>", message.content) if "roles" in kinds or r in named]
    world = platform.world
    message.mentions = [world.users[int(u)] for u in dict.fromkeys(users) if int(u) in world.users]
    message.mention_roles = [int(r) for r in dict.fromkeys(roles) if guild and int(r) in guild.roles]
    loud = in_channel(world, channel, message.author) & Permission.MENTION_EVERYONE
    called = re.search("@(everyone|here)", message.content)
    message.mention_everyone = bool(loud and called and "everyone" in kinds)
    original = platform.world.messages.get(int(message.reference["message_id"])) if message.reference else None
    pinged = (allowed or {}).get("replied_user", allowed is None)
    if original is not None and pinged and original.author not in message.mentions:
        message.mentions.append(original.author)
