"""Can the bot be built and all its commands registered without any Discord?"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from helix import settings
from helix.control import Control
from helix.errors import Misconfigured
from services.bot import permissions, transport
from services.bot.audit import Audit
from services.bot.client import Helix
from services.bot.kit import Kit
from services.bot.link import Link
from services.bot.metrics import Metrics

INTERFACE = {
    "status",
    "testmega",
    "heartbeat",
    "doctor",
    "audit",
    "version",
    *(f"sync {name}" for name in ("now", "plan", "pause", "resume", "verify", "history", "conflicts")),
    *(f"storage {name}" for name in ("ls", "find", "get", "put", "restore", "usage")),
}


def kit_of(home: Path, **env: str) -> Kit:
    found = settings.from_env({"HELIX_HOME": str(home), "DISCORD_BOT_TOKEN": "a.b.c", **env}, cwd=home)
    link = Link()
    return Kit(
        settings=found,
        control=Control(found.control_socket),
        link=link,
        metrics=Metrics(link, lambda: 0.0),
        rules=permissions.rules_of(found.discord),
        lag_seconds=lambda: 0.0,
        audit=Audit(home / "audit"),
    )


async def test_all_commands_register_offline_once_as_message_and_as_slash_command(home: Path) -> None:
    bot = Helix(kit_of(home))
    await bot.setup_hook()

    as_message = [command.qualified_name for command in bot.walk_commands()]
    as_slash = [
        command.qualified_name for command in bot.tree.walk_commands() if isinstance(command, app_commands.Command)
    ]
    await bot.close()

    assert len(as_message) == len(set(as_message))
    assert INTERFACE | {"sync", "storage", "help"} <= set(as_message)
    assert set(as_slash) >= INTERFACE


async def test_a_second_command_of_one_name_is_noticed(home: Path) -> None:
    bot = Helix(kit_of(home))
    await bot.setup_hook()

    @commands.command(name="status")
    async def again(ctx: object) -> None:
        raise AssertionError(ctx)

    with pytest.raises(commands.CommandRegistrationError):
        bot.add_command(again)
    await bot.close()


async def test_every_command_says_what_it_does_within_discords_limit(home: Path) -> None:
    bot = Helix(kit_of(home))
    await bot.setup_hook()

    described = {command.qualified_name: command.description for command in bot.tree.walk_commands()}
    await bot.close()

    assert [name for name, text in described.items() if not 5 < len(text) <= 100 or "\n" in text] == []


async def test_every_reading_command_is_one_that_exists(home: Path) -> None:
    bot = Helix(kit_of(home))
    await bot.setup_hook()

    names = {command.qualified_name for command in bot.walk_commands()}
    await bot.close()

    assert names >= permissions.READING


@pytest.fixture
def library_as_it_was() -> Iterator[None]:
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


def test_the_library_still_reads_its_addresses_where_transport_sets_them(home: Path, library_as_it_was: None) -> None:
    untouched = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    found = kit_of(home, DISCORD_API_BASE="https://proxy.test/api/v10/", DISCORD_GATEWAY_URL="wss://gate.test/")

    transport.redirect(found.settings.discord)

    assert untouched == ("https://discord.com/api/v10", yarl.URL("wss://gateway.discord.gg/"))
    assert Route("GET", "/users/@me").url == "https://proxy.test/api/v10/users/@me"
    assert yarl.URL("wss://gate.test/") == DiscordWebSocket.DEFAULT_GATEWAY


def test_without_settings_the_librarys_own_addresses_stay(home: Path, library_as_it_was: None) -> None:
    transport.redirect(kit_of(home).settings.discord)

    assert Route.BASE == "https://discord.com/api/v10"
    assert transport.connector(None) is None


def test_a_certificate_file_of_no_use_is_named(home: Path) -> None:
    (home / "ca.pem").write_text("not a certificate")

    with pytest.raises(Misconfigured, match="DISCORD_CA_FILE"):
        transport.connector(home / "ca.pem")


def test_the_event_loop_is_left_without_tasks_after_an_offline_client(home: Path) -> None:
    async def build() -> set[str]:
        bot = Helix(kit_of(home))
        await bot.setup_hook()
        await bot.close()
        return {task.get_name() for task in asyncio.all_tasks()} - {asyncio.current_task().get_name()}  # type: ignore[union-attr]

    assert asyncio.run(build()) == set()
