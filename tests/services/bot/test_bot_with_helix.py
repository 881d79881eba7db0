"""Do `!status` and `!testmega` tell the truth of a whole Helix: supervisord, health server, sync and bot?"""

import asyncio

from tests.emulators.discord import DiscordServer
from tests.running import start_helix
from tests.services.bot.stage import until


async def test_status_and_testmega_speak_of_the_real_programs(discord_server: DiscordServer) -> None:
    people, world = discord_server.people, discord_server.platform.world
    settings = {
        "DISCORD_BOT_TOKEN": discord_server.token,
        "DISCORD_GUILD_ID": str(world.guild.id),
        "ARCHITECT_ID": str(world.owner.id),
        "DISCORD_API_BASE": discord_server.api_url,
        "DISCORD_GATEWAY_URL": discord_server.gateway_url,
    }

    with start_helix(**settings) as helix:
        await asyncio.to_thread(helix.wait_ready)
        await people.ready(timeout=30)
        status = await people.reply(people.say("!status"))
        test = await people.reply(people.say("!testmega"))
        kept = await people.reply(people.say("!storage put a.txt", files=()))
        (helix.folder / "hello.txt").write_text("hello")
        passed = await people.reply(people.say("!sync now"))
        await until(lambda: (helix.remote / "hello.txt").exists())
        listed = await people.reply(people.say("!storage ls"))
        planned = await people.reply(people.say("!sync plan"))
        history = await people.reply(people.say("!sync history"))
        path_history = await people.reply(people.say("!sync history hello.txt"))
        conflicts = await people.reply(people.say("!sync conflicts"))
        usage = await people.reply(people.say("!storage usage"))

    print(status.content, status.embeds, test.content, kept.content, passed.content, listed.content, listed.embeds, planned.content, history.content, history.embeds, path_history.embeds, path_history.content, conflicts.content, usage.content, sep="\n")
    assert 0
