"""Does the bot answer what people ask, over the wire?"""

from pathlib import Path

from helix import release
from tests.emulators.discord import DiscordServer
from tests.services.bot.stage import ControlSocket, bot, environment, selftest, until


async def test_status_says_the_cause_the_remedy_and_the_release_though_sync_is_dead(
    home: Path, discord_server: DiscordServer
) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        reply = await people.reply(people.say("!status"))

    assert "supervisord does not answer" in reply.content
    assert "→ start Helix with `helix up`" in reply.content
    assert release.current().version in reply.content
    assert "sync does not answer" in str(reply.embeds)
    discord_server.assert_clean()


async def test_every_command_answers_as_a_message(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    people = discord_server.people
    wanted = {
        "!status": "Helix is not ready",
        "!testmega": "Round trip passed",
        "!heartbeat": "Alive",
        "!version": release.current().commit,
        "!doctor": "checks pass",
        "!sync": "files",
        "!sync now": "Pass ended: done",
        "!sync pause": "Paused",
        "!sync resume": "Going on",
        "!sync verify": "Comparing both sides",
    }

    async with bot(home, environment(home, discord_server)) as running:
        await people.ready()
        answers = {asked: (await people.reply(people.say(asked))).content for asked in wanted}
        metrics = running.metrics

        assert {asked: text in answers[asked] for asked, text in wanted.items()} == dict.fromkeys(wanted, True)
        await until(lambda: 'helix_bot_commands_total{command="sync now",outcome="ok"} 1.0' in metrics())
    discord_server.assert_clean()


async def test_every_command_answers_as_a_slash_command(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    people = discord_server.people
    wanted = {"status": "Helix is not ready", "testmega": "Round trip passed", "sync now": "Pass ended: done"}

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        answers = {name: await people.answer(people.run(name)) for name in wanted}

    assert {name: text in answers[name].content for name, text in wanted.items()} == dict.fromkeys(wanted, True)
    assert all(answer.ephemeral for answer in answers.values())
    discord_server.assert_clean()


async def test_testmega_names_the_failing_step_and_its_remedy(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.answers["POST /v1/selftest"] = selftest("upload", "over quota", "free space, or buy more")
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        reply = await people.reply(people.say("!testmega"))

    assert "Round trip failed" in reply.content
    assert "at **upload**: over quota → free space, or buy more" in reply.content


async def test_a_message_delivered_twice_is_carried_out_once(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        asked = people.say("!sync pause")
        people.replay(asked)
        await people.reply(asked)
        after = people.say("!version")
        await people.reply(after)

    assert control.keys("POST /v1/pause") == [f"discord-{asked.id}"]
    assert len(await people.replies(asked, 2)) == 2


async def test_a_stranger_may_read_but_not_act(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    people, world = discord_server.people, discord_server.platform.world
    stranger = world.add_user("stranger")
    world.add_member(stranger)

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        read = await people.reply(people.say("!status", user=stranger))
        acted = await people.reply(people.say("!sync now", user=stranger))

    assert "Helix" in read.content
    assert acted.content == "⛔ This is for the architect and the allowed roles only."
    assert control.keys("POST /v1/sync") == []
