"""Is a new client built after each loss, later each time, and never after a refusal?"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import discord
import pytest

from helix.parsing import Secret
from services.bot.link import Link
from services.bot.lives import Lives, Timing
from tests.services.bot.stage import until

QUICK = Timing(first_delay_seconds=0.01, longest_delay_seconds=0.08, look_seconds=0.01, close_seconds=0.05)


@dataclass
class FakeClient:
    """A client whose life goes as it was told."""

    life: Callable[["FakeClient"], None]
    hang_at_close: bool = False
    did: list[str] = field(default_factory=list)

    async def login(self, token: str) -> None:
        assert token == "a.b.c"
        self.did.append("login")
        self.life(self)

    async def publish_commands(self) -> None:
        self.did.append("publish")

    async def connect(self, *, reconnect: bool = True) -> None:
        assert reconnect
        self.did.append("connect")
        await asyncio.Event().wait()

    async def drain(self) -> None:
        self.did.append("drain")

    async def close(self) -> None:
        self.did.append("close")
        if self.hang_at_close:
            await asyncio.Event().wait()


def lose(_: FakeClient) -> None:
    raise ConnectionRefusedError


def refuse(_: FakeClient) -> None:
    raise discord.LoginFailure("no")


def live(_: FakeClient) -> None:
    return


def lives_of(clients: list[FakeClient], link: Link, *, turn: Callable[[], bool] = lambda: True) -> Lives[FakeClient]:
    left = iter(clients)
    return Lives(lambda: next(left), Secret("a.b.c"), link, turn=turn, timing=QUICK, rng=random.Random(7))


async def test_a_refusal_is_the_end_and_the_client_is_closed() -> None:
    client = FakeClient(refuse)
    lives = lives_of([client], Link())

    assert await lives.run(asyncio.Event()) == 78
    assert client.did == ["login", "close"]
    assert lives.refusal is not None and "DISCORD_BOT_TOKEN" in lives.refusal.remedy


async def test_each_loss_gets_a_new_client_until_one_lives_and_a_stop_drains_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clients = [*(FakeClient(lose) for _ in range(6)), FakeClient(live)]
    stop = asyncio.Event()
    running = asyncio.create_task(lives_of(clients, Link()).run(stop))

    await until(lambda: clients[-1].did[-1:] == ["connect"])
    stop.set()

    assert await running == 0
    assert [client.did for client in clients[:-1]] == [["login", "close"]] * 6
    assert clients[-1].did == ["login", "publish", "connect", "drain", "close"]
    assert caplog.text.count("discord_lost") == 6


async def test_a_client_that_does_not_close_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    client = FakeClient(live, hang_at_close=True)
    stop = asyncio.Event()
    running = asyncio.create_task(lives_of([client], Link()).run(stop))

    await until(lambda: "connect" in client.did)
    stop.set()

    assert await asyncio.wait_for(running, 30) == 0
    assert "discord_close_timed_out" in caplog.text


async def test_the_commands_are_not_published_before_it_is_our_turn() -> None:
    client, link, stop = FakeClient(live), Link(), asyncio.Event()
    turns = [False]
    running = asyncio.create_task(lives_of([client], link, turn=lambda: turns[0]).run(stop))

    await until(lambda: link.phase == "standby")
    waiting = list(client.did)
    turns[0] = True
    await until(lambda: "connect" in client.did)
    stop.set()
    await running

    assert waiting == ["login"]


async def test_a_stop_is_not_kept_waiting_by_a_long_delay() -> None:
    timing = Timing(first_delay_seconds=3600, longest_delay_seconds=3600, look_seconds=0.01)
    lives = Lives(lambda: FakeClient(lose), Secret("a.b.c"), Link(), turn=lambda: True, timing=timing)
    stop = asyncio.Event()
    running = asyncio.create_task(lives.run(stop))

    await asyncio.sleep(0)
    stop.set()

    assert await asyncio.wait_for(running, 30) == 0


def test_delays_double_up_to_their_limit_and_are_spread() -> None:
    lives = lives_of([], Link())

    delays = [lives._next_delay() for _ in range(8)]

    ceilings = [0.01, 0.02, 0.04, 0.08, 0.08, 0.08, 0.08, 0.08]
    assert all(ceiling / 2 <= delay <= ceiling for delay, ceiling in zip(delays, ceilings, strict=True))
    assert len(set(delays)) == 8
