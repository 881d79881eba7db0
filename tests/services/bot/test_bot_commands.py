"""Does the bot answer what people ask, over the wire?"""

import asyncio
from pathlib import Path

from helix import release
from tests.emulators.discord import DiscordServer
from tests.emulators.discord.world import User
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


async def test_doctor_runs_the_probes_anew_and_says_what_status_says(home: Path, discord_server: DiscordServer) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        reply = await people.reply(people.say("!doctor"), timeout=100)

    fields = {field["name"]: field["value"] for field in reply.embeds[0]["fields"]}
    assert "supervisord does not answer → start Helix with `helix up`" in reply.content
    assert "start-up probes ran just now" in reply.content
    assert "distributions" in fields["startup"]


async def test_a_second_run_is_refused_with_who_runs_the_first(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.release = asyncio.Event()
    people, world = discord_server.people, discord_server.platform.world

    def said(part: str) -> list[str]:
        """What the bot has written that holds this; how far the first is may be among it."""
        written = [message.content for message in world.history(world.channel) if message.author is world.bot]
        return [text for text in written if part in text]

    async with bot(home, environment(home, discord_server)) as running:
        await people.ready()
        people.say("!sync now")
        await until(lambda: control.keys("POST /v1/sync"))
        people.say("!sync now")
        await until(lambda: said("already runs"))
        control.release.set()
        await until(lambda: said("Pass ended: done"))
        await until(lambda: len(running.events("command_finished")) == 2)

    (refusal,) = said("already runs")
    assert refusal.startswith("⏳ sync now already runs, since <t:")
    assert f"started by <@{world.owner.id}>" in refusal
    assert len(control.keys("POST /v1/sync")) == 1


async def test_a_long_pass_is_shown_by_editing_one_message_and_ends_with_its_result(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.release = asyncio.Event()
    progress = {
        "done": 40,
        "total": 90,
        "bytes_done": 1024,
        "bytes_total": 4096,
        "bytes_per_second": 512,
        "eta_seconds": 6,
    }
    control.answers["GET /v1/status"]["folders"][0]["progress"] = progress
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        asked = people.say("!sync now")
        shown = await people.reply(asked)
        during = shown.content
        control.release.set()
        await until(lambda: "Pass ended" in shown.content)

    assert "40 of 90 actions, 1.0 KiB of 4.0 KiB, 512 B/s, about 6 s left" in during
    assert len(await people.replies(asked, 1)) == 1


async def test_a_result_that_the_slash_commands_token_does_not_live_to_see_goes_to_the_channel(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.release = asyncio.Event()
    people, platform = discord_server.people, discord_server.platform

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        asked = people.run("sync now")
        await people.answer(asked)
        platform.clock.advance(16 * 60)
        control.release.set()
        await until(lambda: any("Pass ended" in found.content for found in platform.world.history(asked.channel)))

    assert control.keys("POST /v1/sync") == [f"discord-{asked.id}"]


async def test_a_stop_tells_the_open_message_before_the_bot_goes(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    control.release = asyncio.Event()
    people = discord_server.people

    async with bot(home, environment(home, discord_server)) as running:
        await people.ready()
        asked = people.say("!sync now")
        shown = await people.reply(asked)
        running.terminate()
        status = await running.ended()
        control.release.set()

    assert "The bot restarts" in shown.content
    assert status == 0


async def test_sync_that_does_not_answer_is_told_with_the_remedy(home: Path, discord_server: DiscordServer) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        reply = await people.reply(people.say("!testmega"))

    assert reply.content.startswith("🔴 sync does not answer on its control socket → look at `helix status`")


async def test_too_many_requests_of_one_person_are_put_off(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        answers = [(await people.reply(people.say("!testmega"))).content for _ in range(4)]

    assert ["Round trip passed" in answer for answer in answers] == [True, True, True, False]
    assert answers[3].startswith("⏳ Not so fast: try again <t:")
    assert len(control.keys("POST /v1/selftest")) == 3


async def test_a_guard_rail_is_answered_from_discord_after_a_second_question(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    guard = {
        "folder": "files",
        "kind": "mass-deletion",
        "text": "500 files would be deleted",
        "remedy": "decide",
        "time": 1.0,
    }
    control.answers["GET /v1/conflicts"] = {"conflicts": [], "guards": [guard]}
    control.answers["POST /v1/guards/decide"] = {"folder": "files", "decision": "proceed"}
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        listed = await people.reply(people.say("!sync conflicts"))
        asked = people.say("!sync decide files proceed")
        question = await people.reply(asked)
        before = control.keys("POST /v1/guards/decide")
        people.click(question, "Proceed")
        answers = await people.replies(asked, 2)

    assert "500 files would be deleted → decide" in str(listed.embeds)
    assert (before, control.keys("POST /v1/guards/decide")) == ([], [f"discord-{asked.id}"])
    assert "Decided" in answers[1].content


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


async def test_an_interaction_delivered_twice_is_carried_out_once(
    home: Path, discord_server: DiscordServer, control: ControlSocket
) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        asked = people.run("sync pause")
        people.resend(asked)
        answer = await people.answer(asked)
        await people.answer(people.run("version"))

    assert "Paused" in answer.content
    assert control.keys("POST /v1/pause") == [f"discord-{asked.id}"]


async def test_a_stranger_may_read_but_not_act(
    home: Path, discord_server: DiscordServer, control: ControlSocket, stranger: User
) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)):
        await people.ready()
        read = await people.reply(people.say("!status", user=stranger))
        acted = await people.reply(people.say("!sync now", user=stranger))

    assert "Helix" in read.content
    assert acted.content == "⛔ This is for the architect and the allowed roles only."
    assert control.keys("POST /v1/sync") == []
