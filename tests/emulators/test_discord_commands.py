"""Does the server register commands under Discord's rules, and offer them only to whom they are offered?"""

from typing import Any

import pytest

from .discord import DiscordServer
from .discord.errors import MisuseError
from .discord.judges.raw import Rest, Socket
from .discord.permissions import Permission


def command(name: str = "sync", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "what it does"} | more


def option(name: str = "path", kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "what it is", "type": kind} | more


def group(*inside: dict[str, Any]) -> dict[str, Any]:
    return command(options=list(inside))


SUB = option("now", 1)
WRONG = {
    "upper case": command("Sync"),
    "a space": command("sync now"),
    "33 letters": command("x" * 33),
    "no name": command(""),
    "no description": command(description=""),
    "101 letters of description": command(description="x" * 101),
    "26 options": command(options=[option(f"o{n}") for n in range(26)]),
    "an option twice": command(options=[option(), option()]),
    "a required option after another": command(options=[option("a"), option("b", required=True)]),
    "subcommands and options": command(options=[SUB, option()]),
    "a group of options": group(option("deep", 2, options=[option()])),
    "a group in a group": group(option("deep", 2, options=[option("deeper", 2)])),
    "26 choices": command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]),
    "a choice of another type": command(options=[option(kind=4, choices=[{"name": "x", "value": "x"}])]),
    "a choice twice": command(options=[option(choices=[{"name": "x", "value": "x"}] * 2)]),
    "choices and autocomplete": command(options=[option(choices=[{"name": "x", "value": "x"}], autocomplete=True)]),
    "autocomplete of a user": command(options=[option(kind=6, autocomplete=True)]),
    "no such option type": command(options=[option(kind=12)]),
    "a context menu with a description": command(type=2),
    "permissions that are no number": command(default_member_permissions="admin"),
    "more than 8000 characters": command(
        options=[
            option(f"o{n}", choices=[{"name": f"{m:099}", "value": "x" * 100} for m in range(3)]) for n in range(20)
        ]
    ),
}


@pytest.mark.parametrize("fault", WRONG)
async def test_a_wrong_command_is_refused_and_nothing_changes(server: DiscordServer, rest: Rest, fault: str) -> None:
    answer = await rest.call("PUT", rest.commands, [command("fine"), WRONG[fault]])

    assert (answer.status, answer.code) == (400, 50035)
    assert "1" in answer.body["errors"]
    assert server.platform.commands.of(server.platform.world.guild.id) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(group(SUB, option("history", 1, options=[option(required=True)])), id="subcommands"),
        pytest.param(group(option("deep", 2, options=[SUB])), id="a group"),
        pytest.param(command("größe-1_x"), id="letters of any script"),
        pytest.param({"name": "Keep this", "type": 3}, id="a context menu"),
        pytest.param(command(options=[option(f"o{n}") for n in range(25)]), id="25 options"),
    ],
)
async def test_a_right_command_is_registered(rest: Rest, body: dict[str, Any]) -> None:
    made = await rest.call("PUT", rest.commands, [body])
    listed = await rest.call("GET", rest.commands)

    assert made.status == 200
    assert listed.body == made.body
    assert listed.body[0]["name"] == body["name"]


async def test_a_name_may_be_used_once(rest: Rest) -> None:
    answer = await rest.call("PUT", rest.commands, [command(), command()])

    place = answer.body["errors"]["1"]["name"]["_errors"][0]
    assert place["code"] == "APPLICATION_COMMANDS_DUPLICATE_NAME"


async def test_the_101st_command_is_one_too_many(rest: Rest) -> None:
    answer = await rest.call("PUT", rest.commands, [command(f"c{n}") for n in range(101)])

    assert answer.code == 30032


async def test_only_200_commands_may_be_created_in_a_day(server: DiscordServer, rest: Rest) -> None:
    statuses = []
    for start in ("a", "b", "c"):
        server.platform.clock.advance(5)
        statuses.append((await rest.call("PUT", rest.commands, [command(f"{start}{n}") for n in range(100)])).status)
    server.platform.clock.advance(86_400)
    tomorrow = await rest.call("PUT", rest.commands, [command("c")])

    assert (statuses, tomorrow.status) == ([200, 200, 400], 200)


async def test_an_unchanged_command_keeps_its_version_and_a_changed_one_its_id(rest: Rest) -> None:
    first = (await rest.call("PUT", rest.commands, [command()])).body[0]
    same = (await rest.call("PUT", rest.commands, [command()])).body[0]
    new = await rest.call("POST", rest.commands, command("other"))
    changed = await rest.call("POST", rest.commands, command(description="else"))
    patched = await rest.call("PATCH", f"{rest.commands}/{first['id']}", {"description": "third"})
    deleted = await rest.call("DELETE", f"{rest.commands}/{first['id']}")
    gone = await rest.call("GET", f"{rest.commands}/{first['id']}")

    assert same == first
    assert (new.status, changed.status, patched.body["description"]) == (201, 200, "third")
    assert changed.body["id"] == first["id"]
    assert changed.body["version"] != first["version"]
    assert (deleted.status, gone.code) == (204, 10063)


async def test_a_guild_without_the_bot_takes_no_commands(server: DiscordServer, rest: Rest) -> None:
    path = f"/applications/{server.platform.world.bot.id}/guilds/1/commands"

    assert (await rest.call("PUT", path, [])).code == 50001


async def test_a_subcommand_reaches_the_bot_nested_with_its_guild(server: DiscordServer, rest: Rest) -> None:
    deep = option("files", 2, options=[option("get", 1, options=[option(), option("of", 6)])])
    await rest.call("PUT", rest.commands, [group(deep)])
    owner = server.platform.world.owner
    async with Socket(server) as socket:
        await socket.identify()
        server.people.run("sync files get", path="a", of=owner.id)
        event = await socket.until("INTERACTION_CREATE")

    data = event["data"]
    assert data["guild_id"] == event["guild_id"] == str(server.platform.world.guild.id)
    assert data["options"][0]["options"][0]["options"][0] == {"name": "path", "type": 3, "value": "a"}
    assert data["resolved"]["members"][str(owner.id)]["roles"] == []
    assert event["member"]["permissions"] == str((1 << 51) - 1)


CHOICES = [{"name": "All", "value": "all"}]


@pytest.mark.parametrize(
    ("run", "options", "why"),
    [
        pytest.param("nothing", {}, "no command", id="unknown command"),
        pytest.param("sync", {}, "needs a subcommand", id="no subcommand"),
        pytest.param("sync then", {}, "no subcommand then", id="unknown subcommand"),
        pytest.param("sync now", {}, "needs \\['mode'\\]", id="required option missing"),
        pytest.param("sync now", {"mode": "all", "x": 1}, "no options \\['x'\\]", id="unknown option"),
        pytest.param("sync now", {"mode": "some"}, "not one of", id="not a choice"),
        pytest.param("sync now", {"mode": "all", "count": "1"}, "not of type", id="wrong type"),
        pytest.param("sync now", {"mode": "all", "count": 11}, "not within", id="too large"),
        pytest.param("sync now", {"mode": "all", "name": "x" * 9}, "not within", id="too long"),
    ],
)
async def test_what_discords_own_client_would_not_send_is_a_mistake_of_the_test(
    server: DiscordServer, rest: Rest, run: str, options: dict[str, Any], why: str
) -> None:
    parameters = [
        option("mode", choices=CHOICES, required=True),
        option("count", 4, max_value=10),
        option("name", max_length=8),
    ]
    await rest.call("PUT", rest.commands, [group(option("now", 1, options=parameters))])

    with pytest.raises(MisuseError, match=why):
        server.people.run(run, **options)


async def test_a_command_is_hidden_from_those_without_its_permissions(server: DiscordServer, rest: Rest) -> None:
    needed = str(int(Permission.MANAGE_GUILD))
    await rest.call("PUT", rest.commands, [command(default_member_permissions=needed)])
    world = server.platform.world
    person = world.add_user("person")
    member = world.add_member(person)

    with pytest.raises(MisuseError, match="does not see"):
        server.people.run("sync", user=person)
    member.roles.append(world.add_role("manager", Permission.MANAGE_GUILD).id)
    assert server.people.run("sync", user=person).name == "/sync"
