"""Do alerts and presence reach Discord over the wire, also those raised while it was away?"""

from pathlib import Path

from helix.core.alerts import AlertLimits
from services.bot.watcher import Pace
from tests.emulators.discord import DiscordServer
from tests.services.bot.inside import BRISK, bot_inside, says
from tests.services.bot.stage import environment, until

PACE = Pace(look_seconds=0.1, presence_seconds=0.2, start_seconds=0.0, retry_seconds=0.3)
LIMITS = AlertLimits(confirm_seconds=0.3, calm_seconds=0.5)


async def test_alerts_and_presence_reach_the_server_and_what_happened_meanwhile_is_told_afterwards(
    home: Path, discord_server: DiscordServer
) -> None:
    world, record = discord_server.platform.world, discord_server.platform.record
    channel = world.add_channel("status")
    env = environment(home, discord_server, DISCORD_STATUS_CHANNEL_ID=str(channel.id))

    def told() -> str:
        return "\n".join(message.content for message in world.history(channel))

    async with bot_inside(home, env, timing=BRISK, pace=PACE, alert_limits=LIMITS) as board:
        await until(lambda: "supervisord does not answer → start Helix with" in told())
        shown = await record.wait("presence")
        await discord_server.go_down()
        await until(lambda: says(board, "away"))
        await discord_server.come_up()
        await until(lambda: "the bot has no connection to Discord" in told())
        await until(lambda: "Well again" in told())

    assert "Not ready" in str(shown.data)
    assert told().count("FAIL supervisord does not answer") == 1
