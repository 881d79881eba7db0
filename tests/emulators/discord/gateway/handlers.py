"""What does the gateway answer to a heartbeat, IDENTIFY, RESUME, presence or member request?"""

from typing import Any, Protocol

from aiohttp import web

from .. import payloads
from ..platform import Platform
from ..rules import shapes
from ..world import Guild, Member
from .intents import KNOWN, PRIVILEGED, Intent
from .sessions import Pipe, Session

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, REQUEST_MEMBERS, INVALID, ACK = 1, 2, 3, 4, 6, 8, 9, 11


class Link(Pipe, Protocol):
    """The connection a frame came in on."""

    platform: Platform
    request: web.Request


def handle(link: Link, op: int, payload: Any) -> int | None:
    """React to one frame; returns the close code it deserves, if any."""
    match op:
        case _ if op == HEARTBEAT:
            heartbeat(link)
        case _ if op == IDENTIFY:
            return 4005 if link.session else identify(link, payload)
        case _ if op == RESUME:
            return 4005 if link.session else resume(link, payload)
        case _ if op not in {PRESENCE, VOICE, REQUEST_MEMBERS}:
            return 4001
        case _ if link.session is None:
            return 4003
        case _ if not isinstance(payload, dict):
            return 4002
        case _ if op == PRESENCE:
            return presence(link.platform, link.session, payload)
        case _ if op == REQUEST_MEMBERS:
            return request_members(link.platform, link.session, payload)
    return None  # a voice state: nobody listens to it


def heartbeat(link: Link) -> None:
    if link.platform.settings.acknowledge_heartbeats:
        link.push({"op": ACK, "t": None, "s": None, "d": None})


def invalidate(link: Link, *, resumable: bool = False) -> None:
    """Op 9: the session is gone, or may be resumed on a new connection."""
    link.platform.record.add("invalid_session", resumable=resumable)
    link.push({"op": INVALID, "t": None, "s": None, "d": resumable})


def identify(link: Link, payload: Any) -> int | None:
    """Open a session: token, shard and intents are checked, then READY and the guilds go out."""
    platform = link.platform
    if not shapes.fits(payload, shapes.IDENTIFY) or not {"token", "properties", "intents"} <= present(payload):
        return 4002
    now = platform.clock.now()
    too_soon = any(at > now - platform.settings.identify_spacing for at in platform.identifies)
    platform.identifies.append(now)
    code = refusal(platform, payload)
    if code is not None:
        return code
    if too_soon or len(platform.identifies) > platform.settings.identify_budget:
        invalidate(link)
        return None
    number, count = payload.get("shard") or (0, 1)
    session = platform.sessions.open(
        payload["intents"], (number, count), platform.world.bot.id, payload.get("presence")
    )
    link.session, session.pipe = session, link
    platform.record.add("identify", session=session.id, intents=session.intents)
    greet(link, session)
    return None


def present(payload: dict[str, Any]) -> set[str]:
    """The keys that are there and not null."""
    return {key for key, value in payload.items() if value is not None}


def refusal(platform: Platform, payload: dict[str, Any]) -> int | None:
    """The close code for an IDENTIFY that can't be accepted."""
    intents, shard = payload["intents"], payload.get("shard") or [0, 1]
    if payload.get("token") != platform.settings.token:
        return 4004
    if platform.settings.close_on_identify:
        return platform.settings.close_on_identify.pop(0)
    if not (len(shard) == 2 and 0 <= shard[0] < shard[1]):
        return 4010
    if intents < 0 or intents & ~KNOWN:
        return 4013
    if intents & PRIVILEGED & ~platform.settings.granted_intents:
        return 4014
    return None


def greet(link: Link, session: Session) -> None:
    """READY, then one GUILD_CREATE for each guild of the shard."""
    platform, world = link.platform, link.platform.world
    guilds = [g for g in world.guilds.values() if world.bot.id in g.members and session.serves(g.id)]
    ready: dict[str, Any] = {
        "v": 10,
        "user": payloads.own_user(world.bot),
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
        "session_id": session.id,
        "resume_gateway_url": platform.settings.resume_url or resume_url(link.request),
        "shard": list(session.shard),
        "application": {"id": str(world.bot.id), "flags": 1 << 15 | 1 << 19},
        "session_type": "normal",
        "private_channels": [],
        "presences": [],
        "relationships": [],
        "user_settings": {},
        "geo_ordered_rtc_regions": [],
        "auth": {},
        "_trace": ["[]"],
    } | platform.settings.ready_extra
    for key in platform.settings.ready_omit:
        del ready[key]
    session.deliver("READY", ready)
    if session.intents & Intent.GUILDS:
        for guild in guilds:
            introduce(platform, session, guild)


def introduce(platform: Platform, session: Session, guild: Guild) -> None:
    if guild.unavailable:
        return
    everyone = bool(session.intents & Intent.GUILD_PRESENCES)
    session.deliver("GUILD_CREATE", payloads.guild_create(platform.world, guild, everyone=everyone))


def resume_url(request: web.Request) -> str:
    """The address to resume at: this server as the client reached it, at a path that tells resumes apart."""
    return f"{'wss' if request.secure else 'ws'}://{request.host}/resume"


def resume(link: Link, payload: Any) -> int | None:
    """Take up an old session on this connection: what was missed is sent again, then RESUMED."""
    platform = link.platform
    if not shapes.fits(payload, shapes.RESUME):
        return 4002
    if payload.get("token") != platform.settings.token:
        return 4004
    session = platform.sessions.find(payload.get("session_id"))
    if platform.settings.invalidate_resumes:
        platform.settings.invalidate_resumes -= 1
        if session is not None:
            platform.sessions.forget(session)
        session = None
    sequence = payload.get("seq")
    if session is None or not isinstance(sequence, int):
        invalidate(link)
        return None
    if sequence > session.sequence:
        return 4007
    old = session.pipe
    if old is not None:
        old.session = None
        old.close(4000)
    missed = session.missed_since(sequence)
    for frame in missed:
        link.push(frame)
    link.session, session.pipe, session.left_at = session, link, None
    platform.record.add("resume", session=session.id, seq=sequence, replayed=len(missed), path=link.request.path)
    session.deliver("RESUMED", {"_trace": ["[]"]})
    return None


def presence(platform: Platform, session: Session, payload: dict[str, Any]) -> int | None:
    """Op 3: all four keys must be there."""
    if not shapes.fits(payload, shapes.PRESENCE) or not {"since", "activities", "status", "afk"} <= payload.keys():
        return 4002
    if payload["status"] not in {"online", "idle", "dnd", "invisible", "offline"}:
        return 4002
    session.presence = payload
    platform.record.add("presence", presence=payload)
    return None


def request_members(platform: Platform, session: Session, payload: dict[str, Any]) -> int | None:
    """Op 8: the members asked for, in chunks of 1000, but all of them only with the members intent."""
    world = platform.world
    if not shapes.fits(payload, shapes.MEMBERS):
        return 4002
    guild_id = payload.get("guild_id")
    guild_id = guild_id[0] if isinstance(guild_id, list) and len(guild_id) == 1 else guild_id
    guild = world.guilds.get(int(str(guild_id))) if str(guild_id).isdigit() else None
    if guild is None or ("query" in present(payload)) == ("user_ids" in present(payload)):
        return 4002
    if payload.get("query") == "" and not session.intents & Intent.GUILD_MEMBERS:
        return 4014
    found = wanted_members(guild, payload)
    chunks = [found[i : i + 1000] for i in range(0, len(found), 1000)] or [[]]
    for index, chunk in enumerate(chunks):
        body = {
            "guild_id": str(guild.id),
            "members": [payloads.full_member(member) for member in chunk],
            "chunk_index": index,
            "chunk_count": len(chunks),
        }
        session.deliver("GUILD_MEMBERS_CHUNK", body | {k: payload[k] for k in ("nonce",) if k in payload})
    return None


def wanted_members(guild: Guild, payload: dict[str, Any]) -> list[Member]:
    """By ids, or by the beginning of their names up to a limit (0: no limit)."""
    if payload.get("user_ids") is not None:
        ids = payload["user_ids"] if isinstance(payload["user_ids"], list) else [payload["user_ids"]]
        return [m for m in guild.members.values() if str(m.user.id) in {str(i) for i in ids}]
    start = str(payload["query"]).lower()
    found = [m for m in guild.members.values() if m.user.name.lower().startswith(start)]
    return found[: payload.get("limit") or None]
