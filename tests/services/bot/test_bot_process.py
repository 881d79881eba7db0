"""How does the bot start, refuse and stop, as a process?"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from helix.core.health import Status
from tests.emulators.discord import DiscordServer, Fault
from tests.emulators.discord.proxy import ConnectProxy
from tests.services.bot.stage import ROOT, bot, environment, until


async def test_without_a_token_the_bot_says_that_it_is_disabled_and_stops_with_0(home: Path) -> None:
    async with bot(home, environment(home, None)) as running:
        await until(running.report)
        report = running.report()
        running.terminate()

        assert await running.ended() == 0
    assert report is not None
    assert report.state == "disabled"
    assert [(check.status, check.output) for check in report.checks] == [
        (Status.PASS, "the bot is disabled: no DISCORD_BOT_TOKEN is set")
    ]


def test_a_bot_without_a_token_does_not_import_the_discord_library() -> None:
    code = "import sys, services.bot.__main__; print('discord' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )

    assert done.stdout.strip() == "False"


async def test_a_refused_token_ends_the_bot_with_78_after_exactly_one_attempt(
    home: Path, discord_server: DiscordServer
) -> None:
    env = environment(home, discord_server, DISCORD_BOT_TOKEN="wrong.token.entirely")

    async with bot(home, env) as running:
        status = await running.ended()
        refused = running.events("bot_refused")

    assert status == 78
    assert len(discord_server.platform.record.calls("GET", "/users/@me")) == 1
    assert discord_server.platform.record.of("connect") == []
    assert [(line["cause"], line["level"]) for line in refused] == [("Discord refused the bot's token", "CRITICAL")]
    assert "DISCORD_BOT_TOKEN" in refused[0]["remedy"]
    assert "wrong.token.entirely" not in running.log()


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (4004, "Discord refused the bot's token"),
        (4013, "Discord refused the intents"),
        (4014, "Discord refused the Message Content intent"),
    ],
)
async def test_a_refusal_at_the_gateway_ends_the_bot_with_78_without_a_second_session(
    home: Path, discord_server: DiscordServer, code: int, cause: str
) -> None:
    discord_server.platform.settings.close_on_identify = [code]

    async with bot(home, environment(home, discord_server)) as running:
        status = await running.ended()
        refused = running.events("bot_refused")

    assert status == 78
    assert [line["cause"] for line in refused] == [cause]
    assert len(discord_server.platform.record.of("frame", op=2)) == 1


async def test_sigterm_closes_the_gateway_with_1000_and_exits_with_0(home: Path, discord_server: DiscordServer) -> None:
    async with bot(home, environment(home, discord_server)) as running:
        await discord_server.people.ready()
        await until(running.connected)
        running.terminate()

        assert await running.ended() == 0
    assert [entry.data["code"] for entry in discord_server.platform.record.of("disconnect")] == [1000]
    assert running.report() is None
    discord_server.assert_clean()


async def test_the_report_fails_until_discord_took_the_token_and_passes_then(
    home: Path, discord_server: DiscordServer
) -> None:
    word = asyncio.Event()
    discord_server.platform.faults.add(Fault("GET", "/users/@me", until=word))

    async with bot(home, environment(home, discord_server)) as running:
        await until(running.report)
        first = running.report()
        word.set()
        await until(running.connected)
        then = running.report()

    assert first is not None and then is not None
    assert (first.state, first.checks[0].status) == ("starting", Status.FAIL)
    assert (then.checks[0].name, then.checks[0].status) == ("bot:gateway", Status.PASS)


async def test_neither_bot_token_nor_interaction_token_stands_in_a_log_at_debug(
    home: Path, discord_server: DiscordServer
) -> None:
    people = discord_server.people

    async with bot(home, environment(home, discord_server)) as running:
        await people.ready()
        asked = people.run("version")
        await people.answer(asked)
        await people.reply(people.say("!version"))
        await until(lambda: len(running.events("command_finished")) == 2)
        written = running.log()

    assert discord_server.token not in written
    assert asked.token not in written
    assert all(json.loads(line) for line in written.splitlines())


async def test_slash_commands_alone_need_no_privileged_intent(home: Path, discord_server: DiscordServer) -> None:
    discord_server.platform.settings.granted_intents = 0
    people = discord_server.people

    async with bot(home, environment(home, discord_server, DISCORD_PREFIX="off")):
        await people.ready()
        answer = await people.answer(people.run("version"))

    assert answer.content.startswith("🔹 **Helix")


async def test_a_second_start_tells_discord_of_no_command_again(home: Path, discord_server: DiscordServer) -> None:
    for _ in range(2):
        async with bot(home, environment(home, discord_server)) as running:
            await discord_server.people.ready()
            running.terminate()
            assert await running.ended() == 0

    assert len(discord_server.platform.record.calls("PUT", "/commands")) == 1


async def test_a_refused_publication_of_commands_does_not_stop_the_start(
    home: Path, discord_server: DiscordServer
) -> None:
    discord_server.platform.faults.add(
        Fault(
            "PUT",
            "/applications/{application_id}/guilds/{guild_id}/commands",
            status=403,
            body={"message": "no", "code": 50001},
        )
    )
    people = discord_server.people

    async with bot(home, environment(home, discord_server)) as running:
        await people.ready()
        reply = await people.reply(people.say("!version"))

        assert running.events("commands_not_published")
    assert "Helix" in reply.content


async def test_the_bot_reaches_discord_by_its_own_names_through_a_proxy_and_a_private_authority(home: Path) -> None:
    async with DiscordServer(tls_port=0) as server:
        assert server.tls_port is not None
        authority = server.write_authority(home / "ca.pem")
        async with ConnectProxy(server.tls_port) as proxy:
            env = environment(home, server, DISCORD_PROXY_URL=proxy.url, DISCORD_CA_FILE=str(authority))
            env = {name: text for name, text in env.items() if name not in ("DISCORD_API_BASE", "DISCORD_GATEWAY_URL")}
            async with bot(home, env) as running:
                await server.people.ready()
                reply = await server.people.reply(server.people.say("!version"))

                assert running.events("discord_endpoint_replaced") == []
    assert "Helix" in reply.content
    assert {"discord.com:443", "gateway.discord.gg:443"} == set(proxy.wanted)


async def test_the_posted_figures_pass_promtools_check(home: Path, discord_server: DiscordServer) -> None:
    async with bot(home, environment(home, discord_server)) as running:
        await discord_server.people.ready()
        await discord_server.people.reply(discord_server.people.say("!version"))
        await until(lambda: 'helix_bot_commands_total{command="version",outcome="ok"} 1.0' in running.metrics())
        figures = running.metrics()

    checked = await asyncio.to_thread(
        subprocess.run, ["promtool", "check", "metrics"], input=figures, capture_output=True, text=True, timeout=30
    )

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    assert "helix_bot_connected 1.0" in figures
    assert "helix_bot_ack_age_seconds" in figures
