"""Does the server stand up to a client that sends nonsense?  (A wrong body is refused, never a fault of the server.)"""

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from .discord import DiscordServer
from .discord.buckets import Limit
from .discord.interactions import Kind
from .discord.judges.raw import Rest, Socket

COMMAND = {
    "name": "go",
    "description": "x",
    "type": 1,
    "default_member_permissions": "8",
    "options": [
        {
            "name": "now",
            "description": "x",
            "type": 1,
            "options": [
                {"name": "a", "description": "x", "type": 3, "choices": [{"name": "x", "value": "y"}]},
                {"name": "b", "description": "x", "type": 4, "autocomplete": True, "min_value": 1},
            ],
        }
    ],
}
EMBED = {
    "title": "x",
    "url": "http://x",
    "fields": [{"name": "x", "value": "y"}],
    "footer": {"text": "x"},
    "author": {"name": "x"},
    "image": {"url": "http://x"},
}
SELECT = {"type": 3, "custom_id": "s", "min_values": 1, "max_values": 1, "options": [{"label": "x", "value": "x"}]}
BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "b"}
MESSAGE = {
    "content": "x <@1>",
    "nonce": "1",
    "enforce_nonce": True,
    "flags": 0,
    "tts": False,
    "embeds": [EMBED],
    "components": [{"type": 1, "components": [BUTTON]}, {"type": 1, "components": [SELECT]}],
    "allowed_mentions": {"parse": ["roles"], "users": ["1"], "replied_user": True},
    "message_reference": {"message_id": "1", "fail_if_not_exists": False},
    "attachments": [{"id": "0", "filename": "x"}],
}
FIELD = {"type": 4, "custom_id": "f", "style": 1, "label": "x", "min_length": 0, "max_length": 9}
FORM = {"title": "x", "custom_id": "m", "components": [{"type": 18, "label": "x", "component": FIELD}]}
IDENTIFY = {"token": "", "properties": {}, "intents": 1, "shard": [0, 1], "presence": {"status": "idle"}}
NONSENSE: list[Any] = [None, True, -1, 10**12, 1.5, "", "x" * 5000, [], {}, [None], {"x": None}, [[]], "1"]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every key or index of a body, with the container it is in."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    return [(node, key) for key in keys] + [place for key in keys for place in places(node[key])]


def spoilt(chance: random.Random, body: Any) -> Any:
    """The body with one to three of its parts replaced by nonsense, or left out."""
    copy = json.loads(json.dumps(body))
    for _ in range(chance.randint(1, 3)):
        container, key = chance.choice(places(copy) or [({"": None}, "")])
        if isinstance(container, dict) and chance.random() < 0.2:
            del container[key]
        else:
            container[key] = json.loads(json.dumps(chance.choice(NONSENSE)))
    return copy


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as discord:
        discord.platform.buckets.global_limit = Limit(10**6, 1)
        yield discord


def unlimited(server: DiscordServer, *routes: tuple[str, str]) -> None:
    for route in routes:
        server.platform.buckets.overrides[route] = Limit(10**6, 1)


@pytest.mark.parametrize("seed", range(4))
async def test_spoilt_rest_bodies_are_taken_or_refused(server: DiscordServer, seed: int) -> None:
    print("seed", seed)
    chance = random.Random(seed)
    application = "/applications/{application_id}/guilds/{guild_id}/commands"
    unlimited(server, ("POST", "/channels/{channel_id}/messages"), ("PUT", application))
    async with Rest(server) as rest:
        await rest.call("PUT", rest.commands, [COMMAND])
        statuses = []
        for _ in range(40):
            answers = [
                await rest.call("POST", rest.messages, spoilt(chance, MESSAGE)),
                await rest.call("PUT", rest.commands, spoilt(chance, [COMMAND])),
            ]
            for kind, data in ((4, MESSAGE), (9, FORM)):
                asked = server.platform.interactions.open(
                    Kind.COMMAND, server.platform.world.channel, server.platform.world.owner, "x"
                )
                path = f"/interactions/{asked.id}/{asked.token}/callback"
                answers.append(await rest.call("POST", path, spoilt(chance, {"type": kind, "data": data})))
            statuses += [answer.status for answer in answers]

    assert server.platform.problems == []
    assert set(statuses) <= {200, 204, 400, 404}
    assert {200, 204, 400} <= set(statuses)


@pytest.mark.parametrize("seed", range(4))
async def test_spoilt_frames_are_taken_or_closed_with_a_code(server: DiscordServer, seed: int) -> None:
    print("seed", seed)
    chance = random.Random(seed)
    members = {"guild_id": str(server.platform.world.guild.id), "query": "a", "limit": 1, "nonce": "x"}
    presence: dict[str, Any] = {"since": None, "activities": [], "status": "idle", "afk": False}
    resume = {"token": server.token, "session_id": "x", "seq": 1}
    codes = []
    for _ in range(80):
        op, body = chance.choice([(2, IDENTIFY | {"token": server.token}), (3, presence), (6, resume), (8, members)])
        async with Socket(server) as socket:
            if op in {3, 8}:
                await socket.identify(1)
            await socket.send(op, spoilt(chance, body))
            await socket.send(99, None)
            codes.append(await socket.close_code())

    assert server.platform.problems == []
    assert set(codes) <= {4001, 4002, 4003, 4004, 4007, 4010, 4013, 4014}
    assert {4001, 4002} <= set(codes)
