"""Does the engine keep its rules on MEGA, whichever command is the last one before the process dies?

A touch is a command that changes the account (`p`, `a`, `m`, `d`), an act on the disk, or a commit of the journal.
"""

import random
from itertools import count
from pathlib import Path

import pytest

from services.sync.remotes.mega.account import Account
from tests.emulators.mega import MegaServer
from tests.emulators.mega.faults import Fault
from tests.services.sync.crash import Fate
from tests.services.sync.crash_points import prove
from tests.services.sync.remotes.mega_account import make, open_server
from tests.services.sync.remotes.mega_far import MegaFar
from tests.services.sync.remotes.mega_weather import storm
from tests.services.sync.scenarios import SCENARIOS
from tests.services.sync.world import World

STORMY = ("uploads", "conflicts", "file_becomes_directory_here", "file_meets_directory", "moves_there")
"""The scenarios that need the most kinds of commands; all fourteen in calm weather."""


class OnMega:
    """One account, and a folder in it for each world; all lives share one stored session, as restarts do."""

    name = "mega"

    def __init__(self, server: MegaServer, home: Path) -> None:
        self.faults: list[Fault] = []
        self._server = server
        self._home = home
        (self._me,) = server.world.accounts.values()
        self._numbers = count()

    async def world(self, base: Path) -> World:
        folder = f"world {next(self._numbers)}"
        return await World.make(base, make(self._server, self._home, folder=folder), MegaFar(self._me, folder))

    def watch(self, world: World, fate: Fate, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Account, "change", fate.around_awaited(Account.change))

    async def reborn(self, world: World) -> World:
        await world.remote.close()
        remote = make(self._server, self._home, folder=folder_of(world))
        await remote.connect()
        return world.reborn(remote)

    async def leave(self, world: World) -> None:
        world.journal.close()
        await world.remote.close()
        # else each listing would be longer than the one before
        self._me.remove(folder_of(world))


class OnMegaInAStorm(OnMega):
    """Faults strike while the process lives its first life; the second one finds MEGA healed."""

    name = "mega in a storm"

    def watch(self, world: World, fate: Fate, patch: pytest.MonkeyPatch) -> None:
        super().watch(world, fate, patch)
        if fate.at is not None:
            self.faults += storm(self._server, random.Random(f"{fate.moment} {fate.at}"))

    async def reborn(self, world: World) -> World:
        self._server.heal()
        return await super().reborn(world)


def folder_of(world: World) -> str:
    return world.remote.name.removeprefix("mega:/")


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_crash_before_or_after_any_touch_loses_nothing(name: str, tmp_path: Path) -> None:
    async with open_server() as server:
        points = await prove(OnMega(server, tmp_path), SCENARIOS[name], tmp_path)

        assert server.record.calls("us") == 1
        server.assert_clean()
    print(f"{name} on mega: {points} crash points")


@pytest.mark.parametrize("name", STORMY)
async def test_a_crash_while_mega_fails_loses_nothing_either(name: str, tmp_path: Path) -> None:
    async with open_server() as server:
        stage = OnMegaInAStorm(server, tmp_path)

        points = await prove(stage, SCENARIOS[name], tmp_path)

        struck = sum(fault.happened for fault in stage.faults)
        assert struck > 0
        server.assert_clean()
    print(f"{name} on mega in a storm: {points} crash points, {struck} faults")
