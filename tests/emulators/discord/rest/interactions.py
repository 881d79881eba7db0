"""How does a bot answer interactions and use webhooks over REST?  (A token in the path, no login.)"""

import secrets
from typing import Any

from .. import payloads
from ..answering import answer, follow_up, message_of
from ..buckets import Limit
from ..errors import ApiError, unknown
from ..interactions import Interaction
from ..permissions import Permission, demand
from ..posting import Draft, edit, post, remove
from ..world import Message, User, Webhook
from .table import Call, route

HOOK = "/webhooks/{webhook_id}/{token}"
HOOK_MESSAGE = HOOK + "/messages/{message_id}"


@route("POST", "/interactions/{interaction_id}/{token}/callback", None, authorized=False)
async def callback(call: Call) -> Any:
    platform = call.platform
    interaction = platform.interactions.to_answer(call.ids["interaction_id"], call.ids["token"])
    answer(platform, interaction, Draft(call.object(), call.files))
    return callback_response(call, interaction) if call.flag("with_response") else None


def callback_response(call: Call, interaction: Interaction) -> dict[str, Any]:
    """What the client gets that asked for it: the interaction, and the message if there is one."""
    assert interaction.answer is not None
    about: dict[str, Any] = {"id": str(interaction.id), "type": int(interaction.kind)}
    resource: dict[str, Any] = {"type": int(interaction.answer)}
    if interaction.original is not None:
        about |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": bool(interaction.original.flags & 1 << 7),
            "response_message_ephemeral": interaction.original.ephemeral,
        }
        resource["message"] = call.platform.show(interaction.original)
    return {"interaction": about, "resource": resource}


def interaction_of(call: Call) -> Interaction | None:
    """The interaction of this webhook path, or None where it is a channel's webhook."""
    if call.ids["webhook_id"] == str(call.bot.id):
        return call.platform.interactions.by_token(call.ids["token"])
    return None


def webhook_of(call: Call) -> Webhook:
    raw = call.ids["webhook_id"]
    hook = call.platform.world.webhooks.get(int(raw)) if raw.isdigit() else None
    if hook is None:
        raise unknown("Webhook")
    if not secrets.compare_digest(hook.token, call.ids["token"]):
        raise ApiError(401, 50027, "Invalid Webhook Token")
    return hook


@route("POST", HOOK, Limit(5, 5.0), authorized=False)
async def execute(call: Call) -> Any:
    """A follow-up of an interaction, or a message by a channel's webhook."""
    interaction, draft = interaction_of(call), Draft(call.object(), call.files)
    if interaction is not None:
        return call.platform.show(follow_up(call.platform, interaction, draft))
    hook = webhook_of(call)
    author = User(hook.id, str(draft.body.get("username") or hook.name), bot=True)
    channel = call.platform.world.require_channel(hook.channel_id)
    message = post(call.platform, channel, author, draft, webhook_id=hook.id)
    return call.platform.show(message) if call.flag("wait") else None


def target(call: Call) -> Message:
    """The message of a webhook path."""
    interaction, raw = interaction_of(call), call.ids["message_id"]
    if interaction is not None:
        return message_of(call.platform, interaction, raw)
    hook = webhook_of(call)
    message = call.platform.world.messages.get(int(raw)) if raw.isdigit() else None
    if message is None or message.webhook_id != hook.id:
        raise unknown("Message")
    return message


@route("GET", HOOK_MESSAGE, Limit(5, 5.0), authorized=False)
async def read(call: Call) -> Any:
    return call.platform.show(target(call))


@route("PATCH", HOOK_MESSAGE, Limit(5, 5.0), authorized=False)
async def change(call: Call) -> Any:
    message = target(call)
    edit(call.platform, message, Draft(call.object(), call.files))
    return call.platform.show(message)


@route("DELETE", HOOK_MESSAGE, Limit(5, 5.0), authorized=False)
async def delete(call: Call) -> Any:
    remove(call.platform, target(call))


@route("GET", "/channels/{channel_id}/webhooks")
async def list_webhooks(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.MANAGE_WEBHOOKS)
    hooks = call.platform.world.webhooks.values()
    return [payloads.webhook(h, call.channel.guild_id) for h in hooks if h.channel_id == call.channel.id]


@route("POST", "/channels/{channel_id}/webhooks")
async def create_webhook(call: Call) -> Any:
    demand(call.platform.world, call.channel, call.bot, Permission.MANAGE_WEBHOOKS)
    name = str(call.object().get("name", ""))
    return payloads.webhook(call.platform.world.add_webhook(name, call.channel), call.channel.guild_id)


@route("DELETE", "/webhooks/{webhook_id}")
async def delete_webhook(call: Call) -> Any:
    hook = call.platform.world.webhooks.pop(int(call.ids["webhook_id"]), None)
    if hook is None:
        raise unknown("Webhook")
