"""Do interactions keep Discord's clocks, answers and secrets?"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from .discord import DiscordServer, Fault
from .discord.errors import MisuseError
from .discord.interactions import Interaction
from .discord.judges.raw import Answer, Rest, Socket

COMMAND = {
    "name": "go",
    "description": "go on",
    "options": [{"name": "where", "description": "to", "type": 3, "autocomplete": True}],
}
FORM = {
    "custom_id": "form",
    "title": "Why?",
    "components": [{"type": 18, "label": "Reason", "component": {"type": 4, "custom_id": "why", "style": 1}}],
}
BUTTONS = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}]
MENU = {"type": 1, "components": [{"type": 5, "custom_id": "who"}]}


@pytest.fixture
async def rest(server: DiscordServer) -> AsyncIterator[Rest]:
    async with Rest(server) as client:
        await client.call("PUT", client.commands, [COMMAND])
        yield client


async def answer(rest: Rest, interaction: Interaction, kind: int, data: Any = None) -> Answer:
    path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
    return await rest.call("POST", path, {"type": kind, "data": data or {}})


def hook(server: DiscordServer, interaction: Interaction) -> str:
    return f"/webhooks/{server.platform.world.bot.id}/{interaction.token}"


async def test_an_answer_within_three_seconds_is_taken(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    server.platform.clock.advance(1.5)
    taken = await answer(rest, asked, 4, {"content": "here"})

    assert taken.status == 200
    assert taken.body["resource"]["message"]["content"] == "here"
    assert taken.body["interaction"]["response_message_id"] == taken.body["resource"]["message"]["id"]


async def test_an_answer_after_three_seconds_is_too_late(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    server.platform.clock.advance(3.1)
    late = await answer(rest, asked, 4, {"content": "here"})

    assert (late.status, late.code) == (404, 10062)
    assert asked.answer is None


async def test_a_second_answer_is_refused(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    await answer(rest, asked, 5)
    second = await answer(rest, asked, 4, {"content": "x"})

    assert (second.status, second.code) == (400, 40060)


async def test_a_wrong_answer_does_not_use_up_the_interaction(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    wrong = [
        await answer(rest, asked, 4, {"content": "x" * 2001}),
        await answer(rest, asked, 8, {"choices": []}),
        await answer(rest, asked, 9, FORM | {"title": "x" * 46}),
        await answer(rest, asked, 7, {"content": "x"}),
    ]

    assert [one.code for one in wrong] == [50035] * 4
    assert (await answer(rest, asked, 4, {"content": "x"})).status == 200


async def test_a_follow_up_needs_an_answer_first_and_a_living_token(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    early = await rest.call("POST", hook(server, asked), {"content": "x"})
    await answer(rest, asked, 5)
    server.platform.clock.advance(890)
    alive = await rest.call("POST", hook(server, asked), {"content": "x"})
    server.platform.clock.advance(15)
    dead = await rest.call("PATCH", hook(server, asked) + "/messages/@original", {"content": "y"})

    assert (early.status, early.code) == (404, 10015)
    assert alive.status == 200
    assert (dead.status, dead.code) == (401, 50027)


async def test_a_token_can_be_killed_before_its_time(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    await answer(rest, asked, 5)
    server.platform.interactions.expire(asked)

    assert (await rest.call("POST", hook(server, asked), {"content": "x"})).code == 50027


async def test_the_first_follow_up_fills_the_deferred_answer_and_the_next_is_new(
    server: DiscordServer, rest: Rest
) -> None:
    asked = server.people.run("go")
    await answer(rest, asked, 5, {"flags": 64})
    first = await rest.call("POST", hook(server, asked), {"content": "one"})
    second = await rest.call("POST", hook(server, asked), {"content": "two"})

    assert asked.original is not None
    assert first.body["id"] == str(asked.original.id) != second.body["id"]
    assert (asked.original.content, asked.original.ephemeral) == ("one", True)


async def test_an_answer_can_be_read_changed_and_deleted(server: DiscordServer, rest: Rest) -> None:
    asked = server.people.run("go")
    await answer(rest, asked, 4, {"content": "one"})
    path = hook(server, asked) + "/messages/@original"
    await rest.call("PATCH", path, {"content": "two"})
    read = await rest.call("GET", path)
    deleted = await rest.call("DELETE", path)
    gone = await rest.call("GET", path)

    assert (read.body["content"], deleted.status, gone.code) == ("two", 204, 10008)


async def test_a_private_answer_is_not_in_the_channel_and_nobody_else_can_click_it(
    server: DiscordServer, rest: Rest
) -> None:
    asked = server.people.run("go")
    await answer(rest, asked, 4, {"content": "psst", "flags": 64, "components": BUTTONS})
    message = await server.people.answer(asked)
    stranger = server.platform.world.add_user("stranger")
    server.platform.world.add_member(stranger)

    assert server.platform.world.history(server.platform.world.channel) == []
    assert (await rest.call("GET", f"{rest.messages}/{message.id}")).code == 10008
    with pytest.raises(Exception, match="10008"):
        server.people.click(message, "Go", user=stranger)
    assert server.people.click(message, "Go").source is message


async def test_suggestions_are_limited_to_25(server: DiscordServer, rest: Rest) -> None:
    choices = [{"name": str(n), "value": str(n)} for n in range(26)]
    typed = server.people.complete("go", "where", where="a")
    refused = await answer(rest, typed, 8, {"choices": choices})
    taken = await answer(rest, typed, 8, {"choices": choices[:25]})

    assert (refused.code, taken.status) == (50035, 200)
    assert len(typed.data["choices"]) == 25


async def test_a_form_comes_back_filled_in(server: DiscordServer, rest: Rest) -> None:
    async with Socket(server) as socket:
        await socket.identify()
        asked = server.people.run("go")
        await answer(rest, asked, 9, FORM)
        with pytest.raises(MisuseError, match="why is required"):
            server.people.submit(asked)
        server.people.submit(asked, why="because")
        await socket.until("INTERACTION_CREATE")
        event = await socket.until("INTERACTION_CREATE")

    assert event["type"] == 5
    assert event["data"]["components"][0]["component"]["value"] == "because"


async def test_a_component_carries_its_message_and_only_what_is_there_can_be_used(
    server: DiscordServer, rest: Rest
) -> None:
    asked = server.people.run("go")
    await answer(rest, asked, 4, {"content": "who?", "components": [*BUTTONS, MENU]})
    message = await server.people.answer(asked)
    owner = server.platform.world.owner
    async with Socket(server) as socket:
        await socket.identify()
        chosen = server.people.choose(message, "who", str(owner.id))
        event = await socket.until("INTERACTION_CREATE")

    assert event["message"]["id"] == str(message.id)
    assert event["data"]["resolved"]["users"][str(owner.id)]["username"] == owner.name
    await answer(rest, chosen, 7, {"components": [disabled()]})
    with pytest.raises(MisuseError, match="disabled"):
        server.people.click(message, "Go")
    with pytest.raises(MisuseError, match="no who"):
        server.people.choose(message, "who", str(owner.id))


def disabled() -> dict[str, Any]:
    return {"type": 1, "components": [BUTTONS[0]["components"][0] | {"disabled": True}]}  # type: ignore[index]


async def test_a_channel_webhook_works_without_a_login(server: DiscordServer, rest: Rest) -> None:
    made = server.platform.world.add_webhook("alerts", server.platform.world.channel)
    path = f"/webhooks/{made.id}/{made.token}"
    silent = await rest.call("POST", path, {"content": "down"}, headers={"Authorization": ""})
    waited = await rest.call("POST", path + "?wait=true", {"content": "up"}, headers={"Authorization": ""})
    wrong = await rest.call("POST", f"/webhooks/{made.id}/wrong", {"content": "x"})

    assert (silent.status, waited.body["content"], wrong.code) == (204, "up", 50027)
    assert waited.body["author"]["username"] == "alerts"


async def test_a_fault_can_strike_a_callback(server: DiscordServer, rest: Rest) -> None:
    path = "/interactions/{interaction_id}/{token}/callback"
    server.platform.faults.add(Fault("POST", path, status=500))

    assert (await answer(rest, server.people.run("go"), 5)).status == 500
