"""How are messages sent, read, edited, deleted, reacted to and pinned over REST?"""

from typing import Any

from .. import payloads
from ..buckets import Limit
from ..errors import ApiError
from ..permissions import Permission, demand
from ..posting import Draft, edit, post, remove
from ..rules import shapes
from ..world import Channel, Message
from .table import Call, route

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
REACTION = MESSAGE + "/reactions/{emoji}"


def draft_of(call: Call) -> Draft:
    return Draft(shapes.shaped(call.object(), shapes.MESSAGE), call.files)


@route("GET", "/channels/{channel_id}")
async def one_channel(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.VIEW_CHANNEL)
    return payloads.channel(call.channel)


@route("POST", MESSAGES, Limit(5, 5.0))
async def create(call: Call) -> Any:
    """Send a message; the same nonce within a few minutes with enforce_nonce gives the first one again."""
    channel, draft = call.channel, draft_of(call)
    needed = Permission.SEND_MESSAGES
    if call.files:
        needed |= Permission.ATTACH_FILES
    if draft.body.get("embeds"):
        needed |= Permission.EMBED_LINKS
    demand(call.platform.world, channel, call.bot, needed)
    if draft.body.get("message_reference"):
        demand(call.platform.world, channel, call.bot, Permission.READ_MESSAGE_HISTORY)
    twin = sent_before(call, channel, draft)
    message = twin or post(call.platform, channel, call.bot, draft)
    return call.platform.show(message)


def sent_before(call: Call, channel: Channel, draft: Draft) -> Message | None:
    """An earlier message with the same enforced nonce."""
    nonce = draft.body.get("nonce")
    if nonce is None or not draft.body.get("enforce_nonce"):
        return None
    for message in reversed(call.platform.world.history(channel)):
        if message.author is call.bot and message.nonce is not None and str(message.nonce) == str(nonce):
            call.platform.record.add("deduplicated", nonce=nonce, id=str(message.id))
            return message
    return None


@route("GET", MESSAGES)
async def history(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.VIEW_CHANNEL)
    limit = call.number("limit", 50, 100)
    found = call.platform.world.history(call.channel)
    if call.query.get("after", "").isdigit():
        found = [m for m in found if m.id > int(call.query["after"])][:limit]
    if call.query.get("before", "").isdigit():
        found = [m for m in found if m.id < int(call.query["before"])]
    return [call.platform.show(m) for m in reversed(found[-limit:])]


def readable(call: Call) -> Message:
    """The message of the path, if the bot may read the channel; ephemeral ones can't be had by id."""
    demand(call.platform.world, call.channel, call.bot, Permission.VIEW_CHANNEL)
    message = call.platform.world.require_message(call.channel, call.ids["message_id"])
    if message.ephemeral:
        raise ApiError(404, 10008, "Unknown Message")
    return message


@route("GET", MESSAGE)
async def read(call: Call) -> Any:
    return call.platform.show(readable(call))


@route("PATCH", MESSAGE, Limit(5, 5.0))
async def change(call: Call) -> Any:
    message = readable(call)
    if message.author is not call.bot:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    edit(call.platform, message, draft_of(call))
    return call.platform.show(message)


@route("DELETE", MESSAGE, Limit(5, 1.0))
async def delete(call: Call) -> Any:
    message = readable(call)
    if message.author is not call.bot:
        demand(call.platform.world, call.channel, call.bot, Permission.MANAGE_MESSAGES)
    remove(call.platform, message)


@route("POST", MESSAGES + "/bulk-delete", Limit(1, 1.0))
async def delete_many(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.MANAGE_MESSAGES)
    wanted = call.object().get("messages", [])
    if not 2 <= len(wanted) <= 100:
        raise ApiError(
            400,
            50016,
            "Provided too few or too many messages to delete",
        )
    for raw in wanted:
        message = call.platform.world.messages.get(int(raw))
        if message is not None and message.channel_id == call.channel.id:
            remove(call.platform, message)


@route("POST", "/channels/{channel_id}/typing", Limit(5, 5.0))
async def typing(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.SEND_MESSAGES)
    call.platform.record.add("typing", channel=str(call.channel.id))


@route("PUT", REACTION + "/@me", Limit(1, 0.25))
async def react(call: Call) -> Any:
    message = readable(call)
    demand(call.platform.world, call.channel, call.bot, Permission.ADD_REACTIONS)
    who = message.reactions.setdefault(call.ids["emoji"], [])
    if call.bot.id not in who:
        who.append(call.bot.id)


@route("DELETE", REACTION + "/@me", Limit(1, 0.25))
async def take_reaction_back(call: Call) -> Any:
    who = readable(call).reactions.get(call.ids["emoji"], [])
    if call.bot.id in who:
        who.remove(call.bot.id)


@route("PUT", "/channels/{channel_id}/messages/pins/{message_id}", Limit(5, 5.0))
async def pin(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.MANAGE_MESSAGES)
    readable(call).pinned = True
