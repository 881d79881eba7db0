"""Do `!status` and `!testmega` tell the truth of a whole Helix: supervisord, health server, sync and bot?"""

import asyncio
import signal

from tests.emulators.discord import DiscordServer
from tests.running import Helix, eventually, start_helix
from tests.services.bot.stage import addresses, until


async def test_status_and_testmega_speak_of_the_real_programs(discord_server: DiscordServer) -> None:
    people = discord_server.people
    settings = addresses(discord_server)

    with start_helix(**settings) as helix:
        await asyncio.to_thread(helix.wait_ready)
        await people.ready(timeout=30)
        file, kept = helix.folder / "hello.txt", helix.remote / "hello.txt"

        async def ask(text: str) -> str:
            reply = await people.reply(people.say(text), timeout=30)
            await until(lambda: "Pass running" not in reply.content, within=30)
            return reply.content + str(reply.embeds)

        status = await ask("!status")
        round_trip = await ask("!testmega")
        file.write_text("hello")
        (helix.folder / "stays.txt").write_text("stays")
        uploaded = await ask("!sync now")
        arrived = kept.read_text()
        listed = await ask("!storage ls")
        file.unlink()
        await ask("!sync now")
        await until(lambda: not kept.exists(), what="the deletion, once its directory rests")
        restored = await ask("!storage restore hello.txt")
        await until(file.exists)
        history = await ask("!sync history hello.txt")
        planned = await ask("!sync plan")
        conflicts = await ask("!sync conflicts")
        await asyncio.to_thread(helix.signal, "sync", signal.SIGSTOP)
        hung = await asyncio.to_thread(cause_of, helix, "sync is hung")
        told = await ask("!status")
        log = helix.log()

    assert "**Helix is ready, keeping the files" in status, log
    assert "sync: RUNNING" in status
    assert "Round trip passed** on `local`" in round_trip
    assert ("Pass ended" in uploaded, arrived, "`hello.txt` · 5 B" in listed) == (True, "hello", True)
    assert "Back again" in restored
    assert "upload done" in history
    assert "Nothing to do" in planned or "next pass" in planned
    assert "no guard rail waits" in conflicts
    assert hung["remedy"] in told
    assert "FAIL sync is hung" in told
    discord_server.assert_clean()


def cause_of(helix: Helix, part: str) -> dict[str, str]:
    """Wait until `/health` names a cause; give its check."""

    def named() -> dict[str, str] | None:
        checks = helix.get("/health").body["checks"]
        return next((item for items in checks.values() for item in items if part in item.get("output", "")), None)

    found = eventually(named, what=f"{part!r} in /health")
    assert found is not None
    return found
