"""How does each thing of the world look in Discord's JSON?"""

from typing import Any

from . import permissions
from .world import Attachment, Channel, Guild, Member, Message, Role, User, Webhook, World

Json = dict[str, Any]


def user(who: User) -> Json:
    return {
        "id": str(who.id),
        "username": who.name,
        "discriminator": "0000" if who.bot else "0",
        "global_name": None if who.bot else who.name.title(),
        "avatar": None,
        "bot": who.bot,
        "system": False,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
    }


def own_user(who: User) -> Json:
    """The bot's view of itself, with the keys that stricter clients ask for."""
    return user(who) | {"flags": 0, "mfa_enabled": True, "verified": True, "email": None, "locale": "en-US"}


def application(world: World) -> Json:
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": user(world.bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": user(world.owner) | {"flags": 0},
        "team": None,
        "verify_key": "00" * 32,
        "flags": 1 << 15 | 1 << 19,
        "hook": True,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
    }


def role(one: Role) -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "description": None,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": one.position,
        "permissions": str(one.permissions),
        "managed": False,
        "mentionable": True,
        "flags": 0,
    }


def member(one: Member) -> Json:
    """A guild member without ``user``, as it comes within a message."""
    return {
        "nick": one.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role_id) for role_id in one.roles],
        "joined_at": one.joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "communication_disabled_until": None,
        "flags": 0,
    }


def full_member(one: Member) -> Json:
    return member(one) | {"user": user(one.user)}


def channel(one: Channel) -> Json:
    body: Json = {
        "id": str(one.id),
        "type": one.type,
        "last_message_id": None if one.last_message_id is None else str(one.last_message_id),
        "flags": 0,
    }
    if one.recipient is not None:
        return body | {"recipients": [user(one.recipient)]}
    overwrites = [{"id": str(o.id), "type": o.type, "allow": str(o.allow), "deny": str(o.deny)} for o in one.overwrites]
    return body | {
        "guild_id": str(one.guild_id),
        "name": one.name,
        "topic": one.topic,
        "position": 0,
        "parent_id": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": overwrites,
        "last_pin_timestamp": None,
    }


def guild(one: Guild) -> Json:
    """A guild as GET /guilds/{id} gives it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(one.owner_id),
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role(r) for r in one.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "max_members": 500_000,
        "max_presences": None,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "approximate_member_count": len(one.members),
        "incidents_data": None,
    }


def guild_create(world: World, one: Guild, *, everyone: bool) -> Json:
    """A guild as the gateway announces it; all members only where presences may be seen."""
    shown = [m for m in one.members.values() if everyone or m.user is world.bot]
    return guild(one) | {
        "unavailable": False,
        "large": len(one.members) > 250,
        "joined_at": one.members[world.bot.id].joined_at,
        "member_count": len(one.members),
        "members": [full_member(m) for m in shown],
        "channels": [channel(c) for c in world.channels.values() if c.guild_id == one.id],
        "threads": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment(one: Attachment, message: Message, cdn: str) -> Json:
    url = f"{cdn}/attachments/{message.channel_id}/{one.id}/{one.filename}"
    body: Json = {
        "id": str(one.id),
        "filename": one.filename,
        "size": len(one.content),
        "url": url,
        "proxy_url": url,
        "content_type": one.content_type,
    }
    return body if one.description is None else body | {"description": one.description}


def message(world: World, one: Message, cdn: str) -> Json:
    """A message as REST and the gateway both show it (the gateway adds guild_id and member)."""
    body: Json = {
        "id": str(one.id),
        "type": one.type,
        "channel_id": str(one.channel_id),
        "author": user(one.author),
        "content": one.content,
        "timestamp": one.timestamp,
        "edited_timestamp": one.edited_timestamp,
        "tts": one.tts,
        "mention_everyone": one.mention_everyone,
        "mentions": [user(who) for who in one.mentions],
        "mention_roles": [str(role_id) for role_id in one.mention_roles],
        "attachments": [attachment(a, one, cdn) for a in one.attachments],
        "embeds": one.embeds,
        "components": one.components,
        "pinned": one.pinned,
        "flags": one.flags,
    }
    if one.reactions:
        body["reactions"] = [reaction(world, name, who) for name, who in one.reactions.items()]
    optional = {
        "nonce": one.nonce,
        "message_reference": one.reference,
        "webhook_id": None if one.webhook_id is None else str(one.webhook_id),
        "application_id": None if one.application_id is None else str(one.application_id),
        "interaction_metadata": one.interaction,
    }
    body |= {key: value for key, value in optional.items() if value is not None}
    if one.reference is not None:
        original = world.messages.get(int(one.reference["message_id"]))
        body["referenced_message"] = None if original is None else message(world, original, cdn)
    return body


def reaction(world: World, name: str, who: list[int]) -> Json:
    return {
        "emoji": {"id": None, "name": name},
        "count": len(who),
        "count_details": {"burst": 0, "normal": len(who)},
        "me": world.bot.id in who,
        "me_burst": False,
        "burst_colors": [],
    }


def acting_member(world: World, one: Channel, who: User) -> Json:
    """A member with the permissions they have where they act, as interactions carry it."""
    home = world.guild_of(one)
    if home is None:
        raise ValueError("a private channel has no members")
    held = permissions.in_channel(world, one, who)
    return full_member(home.members[who.id]) | {"permissions": str(held)}


def webhook(one: Webhook, guild_id: int | None) -> Json:
    return {
        "id": str(one.id),
        "type": 1,
        "guild_id": str(guild_id),
        "channel_id": str(one.channel_id),
        "name": one.name,
        "avatar": None,
        "token": one.token,
        "application_id": None,
    }
