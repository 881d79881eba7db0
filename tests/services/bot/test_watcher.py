"""Does the status channel hear of failure and recovery once, though Discord was away meanwhile?"""

from dataclasses import dataclass, field

import discord
import pytest

from helix.core.alerts import AlertLimits
from helix.core.health import Check, State, Status, Verdict
from services.bot.link import Link
from services.bot.replies.notices import Presence, presence
from services.bot.replies.reply import Reply
from services.bot.watcher import Pace, Watcher

HUNG = Check("program:sync", Status.FAIL, "sync is hung", "the warden restarts it")
CHANNEL = 5


def verdict(now: float, *causes: Check) -> Verdict:
    status = Status.FAIL if causes else Status.PASS
    return Verdict(status, State.WRITER, not causes, True, causes, (), now)


@dataclass
class Scene:
    """A watcher with set verdicts, and what it said. Discord refuses while *deaf*."""

    pace: Pace = field(default_factory=lambda: Pace(presence_seconds=0.0, start_seconds=0.0, retry_seconds=0.0))
    said: list[str] = field(default_factory=list)
    shown: list[Presence] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    deaf: bool = False
    channel: int | None = CHANNEL

    def __post_init__(self) -> None:
        self.link = Link()
        self.link.up()
        self.now = verdict(0.0)
        self.watcher = Watcher(
            self.look, self.link, lambda: self, self.channel,
            count=self.counted.append, pace=self.pace, limits=AlertLimits(confirm_seconds=5, calm_seconds=5),
        )  # fmt: skip

    async def look(self) -> Verdict:
        return self.now

    async def post(self, channel_id: int, reply: Reply) -> None:
        assert channel_id == CHANNEL
        if self.deaf:
            raise discord.DiscordServerError(_Response(), "down")
        self.said.append(reply.text)

    async def show(self, shown: Presence) -> None:
        self.shown.append(shown)

    async def see(self, *times: float, causes: tuple[Check, ...] = ()) -> None:
        for at in times:
            self.now = verdict(at, *causes)
            await self.watcher.look_once()


class _Response:
    status, reason = 500, "down"


async def test_a_failure_and_its_recovery_are_told_with_cause_and_remedy() -> None:
    scene = Scene()

    await scene.see(0, 5, 10, causes=(HUNG,))
    await scene.see(60, 65, 70)

    assert scene.said == [
        "🔴 **FAIL sync is hung → the warden restarts it** · since never",
        "🟢 **Well again** after 1 min 5 s: sync is hung",
    ]
    assert scene.counted == ["failure", "recovery"]


async def test_alerts_wait_while_discord_is_away_and_come_in_one_message() -> None:
    scene = Scene()
    scene.link.down("gone")

    await scene.see(10, 15, causes=(HUNG,))
    await scene.see(60, 65)
    silent = list(scene.said)
    scene.link.up()
    await scene.see(70)

    assert silent == []
    assert [len(message.splitlines()) for message in scene.said] == [2]


async def test_alerts_that_discord_refuses_are_tried_again() -> None:
    scene = Scene(deaf=True)

    await scene.see(10, 15, 20, causes=(HUNG,))
    scene.deaf = False
    await scene.see(25, causes=(HUNG,))

    assert len(scene.said) == 1


async def test_the_queue_is_bounded_and_says_what_it_dropped() -> None:
    scene = Scene(Pace(start_seconds=0.0, queue=3))
    scene.link.down("gone")

    many = tuple(Check(f"program:p{number}", Status.FAIL, f"cause {number}", "wait") for number in range(8))
    await scene.see(10, 15, causes=many)
    scene.link.up()
    await scene.see(20, causes=many)

    assert scene.said[0].splitlines()[0] == "… 5 older alerts were dropped while Discord was away"
    assert len(scene.said[0].splitlines()) == 4


async def test_more_alerts_than_one_message_holds_come_in_several() -> None:
    scene = Scene()

    many = tuple(Check(f"program:p{number}", Status.FAIL, f"{number} " + "x" * 500, "wait") for number in range(9))
    await scene.see(10, 15, causes=many)

    assert len(scene.said) == 3
    assert sum(message.count("FAIL") for message in scene.said) == 9
    assert all(len(message) <= 2000 for message in scene.said)


async def test_without_a_status_channel_alerts_are_logged_only(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene(channel=None)

    await scene.see(10, 15, causes=(HUNG,))

    assert scene.said == []
    assert "alert_raised" in caplog.text


async def test_a_container_that_waits_for_its_turn_says_nothing() -> None:
    scene = Scene()
    scene.link.parked()

    await scene.see(10, 15, 20, causes=(HUNG,))

    assert (scene.said, scene.counted, scene.shown) == ([], [], [])


async def test_a_start_is_given_time_before_its_causes_count() -> None:
    scene = Scene(Pace(start_seconds=3600.0))

    await scene.see(10, 15, 20, causes=(HUNG,))
    early = list(scene.counted)
    await scene.see(25)
    await scene.see(30, 35, 40, causes=(HUNG,))

    assert (early, scene.counted) == ([], ["failure"])


async def test_the_presence_is_sent_when_it_changes_or_the_session_does() -> None:
    scene = Scene()

    await scene.see(0, 1, 2)
    await scene.see(3, 4, causes=(HUNG,))
    scene.link.identified()
    await scene.see(5, causes=(HUNG,))

    assert [shown.dot for shown in scene.shown] == ["online", "dnd", "dnd"]
    assert scene.shown[-1].text == "Not ready: sync is hung"


async def test_the_presence_changes_no_more_often_than_it_may() -> None:
    scene = Scene(Pace(presence_seconds=3600.0))

    for at in range(20):
        await scene.see(at, causes=(HUNG,) if at % 2 else ())

    assert len(scene.shown) == 1


def test_a_long_cause_is_cut_for_the_presence() -> None:
    assert len(presence(verdict(0, Check("a:b", Status.FAIL, "x" * 500, ""))).text) == 128
