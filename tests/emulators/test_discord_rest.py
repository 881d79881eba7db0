"""Does the REST side check logins, bodies, limits and permissions as Discord does?"""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from .discord import DiscordServer
from .discord.buckets import Limit
from .discord.judges.raw import Answer, Rest
from .discord.permissions import Permission
from .discord.world import Overwrite

MESSAGES = ("POST", "/channels/{channel_id}/messages")


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as discord:
        discord.platform.buckets.overrides[MESSAGES] = Limit(1000, 1)
        yield discord


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x"} | more


def rows(*components: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": 1, "components": [one]} for one in components]


SIX_THOUSAND = [{"description": "x" * 4096}, {"description": "x" * 1905}]
WRONG_MESSAGES: dict[str, dict[str, Any]] = {
    "content": {"content": "x" * 2001},
    "nonce": {"content": "x", "nonce": "x" * 26},
    "embeds": {"embeds": [{"title": "x"}] * 11},
    "embeds.0.title": {"embeds": [{"title": "x" * 257}]},
    "embeds.0.description": {"embeds": [{"description": "x" * 4097}]},
    "embeds.0.fields": {"embeds": [{"fields": [{"name": "x", "value": "x"}] * 26}]},
    "embeds.0.fields.0.name": {"embeds": [{"fields": [{"name": "", "value": "x"}]}]},
    "embeds.0.fields.0.value": {"embeds": [{"fields": [{"name": "x", "value": "x" * 1025}]}]},
    "embeds.0.footer.text": {"embeds": [{"footer": {"text": "x" * 2049}}]},
    "embeds.0.author.name": {"embeds": [{"author": {"name": "x" * 257}}]},
    "embeds.0.url": {"embeds": [{"title": "x", "url": "ftp://x"}]},
    "components": {"components": rows(*(button(custom_id=str(n)) for n in range(6)))},
    "components.0.components": {"components": [{"type": 1, "components": [button()] * 6}]},
    "components.0.components.0.label": {"components": rows(button(label="x" * 81))},
    "components.0.components.0.custom_id": {"components": rows(button(custom_id="x" * 101))},
    "components.1.components.0.custom_id": {"components": rows(button(), button())},
    "components.0.components.0.url": {"components": rows({"type": 2, "style": 5, "label": "x"})},
    "components.0.components.0.options": {"components": rows({"type": 3, "custom_id": "x", "options": []})},
    "components.0.type": {"components": [button()]},
    "allowed_mentions": {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    "message_reference": {"content": "x", "message_reference": {"message_id": "1"}},
    "flags": {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "x"}]},
}


@pytest.mark.parametrize("place", WRONG_MESSAGES)
async def test_a_message_beyond_a_limit_is_refused_with_the_place(
    server: DiscordServer, rest: Rest, place: str
) -> None:
    answer = await rest.send(**WRONG_MESSAGES[place])

    assert (answer.status, answer.code) == (400, 50035)
    node = answer.body["errors"]
    for part in place.split("."):
        node = node[part]
    assert node["_errors"][0]["code"]
    assert server.platform.world.messages == {}


async def test_embeds_of_more_than_6000_characters_in_all_are_refused(rest: Rest) -> None:
    answer = await rest.send(embeds=SIX_THOUSAND)

    assert answer.body["errors"]["embeds"]["_errors"][0]["code"] == "MAX_EMBED_SIZE_EXCEEDED"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"content": "x" * 2000}, id="2000 characters"),
        pytest.param({"embeds": [SIX_THOUSAND[0], {"description": "x" * 1904}]}, id="6000 characters of embeds"),
        pytest.param({"embeds": [{"fields": [{"name": "x", "value": "x" * 200}] * 25}]}, id="25 fields"),
        pytest.param({"components": rows(*(button(custom_id=str(n)) for n in range(5)))}, id="five rows"),
        pytest.param({"flags": 1 << 15, "components": [{"type": 10, "content": "x"}]}, id="components V2"),
    ],
)
async def test_a_message_at_a_limit_is_taken(rest: Rest, body: dict[str, Any]) -> None:
    assert (await rest.send(**body)).status == 200


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": None, "embeds": []}])
async def test_an_empty_message_is_refused(rest: Rest, body: dict[str, Any]) -> None:
    assert (await rest.send(**body)).code == 50006


async def test_the_type_of_an_answer_is_exactly_json(rest: Rest) -> None:
    answer = await rest.call("GET", "/users/@me")

    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("login", ["", "Bot wrong", "Bearer {token}"])
async def test_a_wrong_login_is_401(server: DiscordServer, rest: Rest, login: str) -> None:
    answer = await rest.call("GET", "/users/@me", headers={"Authorization": login.format(token=server.token)})

    assert (answer.status, answer.code) == (401, 0)
    assert server.platform.buckets.invalid_within(600) == 1


async def test_a_client_that_does_not_name_itself_is_refused(rest: Rest) -> None:
    assert (await rest.call("GET", "/users/@me", headers={"User-Agent": "curl"})).status == 403


async def test_a_body_that_is_not_json_is_refused(rest: Rest) -> None:
    broken = await rest.call("POST", rest.messages, data=b"{", headers={"Content-Type": "application/json"})
    form = await rest.call("POST", rest.messages, data={"content": "x"})
    listed = await rest.call("POST", rest.messages, ["x"])

    assert [broken.code, form.code, listed.code] == [50109, 50035, 50035]


async def test_an_unknown_route_is_loud(server: DiscordServer, rest: Rest) -> None:
    server.assert_clean()
    answer = await rest.call("GET", "/guilds/1/audit-logs")

    assert answer.status == 501
    with pytest.raises(AssertionError, match="audit-logs"):
        server.assert_clean()


async def test_an_enforced_nonce_is_sent_once(server: DiscordServer, rest: Rest) -> None:
    first = await rest.send(content="x", nonce="7", enforce_nonce=True)
    again = await rest.send(content="x", nonce="7", enforce_nonce=True)
    other = await rest.send(content="x", nonce="7")

    assert first.body["id"] == again.body["id"] != other.body["id"]
    assert len(server.platform.world.history(server.platform.world.channel)) == 2


async def test_a_file_is_uploaded_shown_and_fetched_again(server: DiscordServer, rest: Rest) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"content": "here"}', content_type="application/json")
    form.add_field("files[0]", b"\x00\xff" * 1000, filename="a b.bin", content_type="application/octet-stream")
    answer = await rest.call("POST", rest.messages, data=form)
    attachment = answer.body["attachments"][0]

    async with aiohttp.ClientSession() as http, http.get(attachment["url"]) as response:
        assert await response.read() == b"\x00\xff" * 1000
    assert (attachment["filename"], attachment["size"]) == ("a_b.bin", 2000)


async def test_a_file_that_is_too_large_is_refused(server: DiscordServer, rest: Rest) -> None:
    server.platform.settings.upload_limit = 100
    form = aiohttp.FormData()
    form.add_field("files[0]", b"x" * 101, filename="a")

    assert (await rest.call("POST", rest.messages, data=form)).code == 40005


def deny(server: DiscordServer, *permissions: Permission) -> None:
    world = server.platform.world
    denied = sum(permissions)
    world.channel.overwrites.append(Overwrite(world.bot.id, 1, deny=denied))


async def test_a_hidden_channel_is_50001_and_a_forbidden_act_50013(server: DiscordServer, rest: Rest) -> None:
    deny(server, Permission.SEND_MESSAGES)
    forbidden = await rest.send(content="x")
    read = await rest.call("GET", rest.messages)
    deny(server, Permission.VIEW_CHANNEL)
    hidden = await rest.send(content="x")

    assert (forbidden.status, forbidden.code) == (403, 50013)
    assert read.status == 200
    assert (hidden.status, hidden.code) == (403, 50001)


async def test_embeds_and_files_need_their_permissions(server: DiscordServer, rest: Rest) -> None:
    deny(server, Permission.EMBED_LINKS, Permission.ATTACH_FILES)
    form = aiohttp.FormData()
    form.add_field("files[0]", b"x", filename="a")
    embed = await rest.send(embeds=[{"title": "x"}])
    file = await rest.call("POST", rest.messages, data=form)

    assert (embed.code, file.code) == (50013, 50013)
    assert (await rest.send(content="x")).status == 200


async def test_everyone_is_called_only_with_the_permission_and_when_it_is_meant(
    server: DiscordServer, rest: Rest
) -> None:
    world = server.platform.world
    without = await rest.send(content="@everyone")
    world.guild.roles[world.guild.id].permissions |= Permission.MENTION_EVERYONE
    with_it = await rest.send(content="@everyone")
    unmeant = await rest.send(content="@everyone", allowed_mentions={"parse": []})

    assert [a.body["mention_everyone"] for a in (without, with_it, unmeant)] == [False, True, False]


async def test_only_ones_own_message_can_be_edited_and_foreign_ones_deleted_with_permission(
    server: DiscordServer, rest: Rest
) -> None:
    foreign = server.people.say("mine")
    path = f"{rest.messages}/{foreign.id}"
    edited = await rest.call("PATCH", path, {"content": "yours"})
    refused = await rest.call("DELETE", path)
    world = server.platform.world
    world.guild.members[world.bot.id].roles.append(world.add_role("mods", Permission.MANAGE_MESSAGES).id)
    deleted = await rest.call("DELETE", path)
    gone = await rest.call("GET", path)

    assert (edited.code, refused.code, deleted.status, gone.code) == (50005, 50013, 204, 10008)


async def test_an_administrator_may_do_all(server: DiscordServer, rest: Rest) -> None:
    deny(server, Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES)
    world = server.platform.world
    world.guild.members[world.bot.id].roles.append(world.add_role("admin", Permission.ADMINISTRATOR).id)

    assert (await rest.send(content="x")).status == 200


async def test_unknown_things_are_named(rest: Rest) -> None:
    answers: dict[int, Answer] = {
        10003: await rest.call("GET", "/channels/1"),
        10004: await rest.call("GET", "/guilds/1"),
        10008: await rest.call("GET", f"{rest.messages}/1"),
        10013: await rest.call("GET", "/users/1"),
        10015: await rest.call("POST", "/webhooks/1/x", {"content": "x"}),
        10002: await rest.call("PUT", "/applications/1/commands", []),
    }

    assert {code: (answer.status, answer.code) for code, answer in answers.items()} == {
        code: (404, code) for code in answers
    }
