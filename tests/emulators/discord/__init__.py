"""How does Discord look from the outside?  A server that speaks REST v10 and Gateway v10 on loopback.

On the test's own loop::

    async with DiscordServer(heartbeat_interval=0.5) as discord:
        world, people = discord.platform.world, discord.people
        # the client:  discord.http.Route.BASE = server.api_url
        #              DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway_url);  token = server.token
        await people.ready()
        asked = people.say("!ping", user=world.owner, channel=world.channel)  # these are the defaults
        reply = await people.reply(asked)  # reply.content, reply.embeds …
        shown = await people.answer(people.run("sync now", mode="full"))  # a registered slash command
        asked = await people.answered(people.click(shown, "Delete"))  # by label or custom_id
        await people.answered(people.submit(asked, reason="old"))  # if it was answered with a form
        typed = await people.answered(people.complete("storage ls", "path", path="a"))
        typed.data["choices"]

Misfortunes: ``discord.platform.faults.add(Fault("POST", "/channels/{channel_id}/messages", status=500,
after=True))`` or ``rate_limited(0.2, via=False, method=…)``; ``discord.ask_to_reconnect()``,
``.invalidate(resumable=…)``, ``.close(4000)``, ``.cut()``, ``.black_hole()``, ``await .go_down()`` and
``.come_up()``; ``discord.platform.settings`` (see ``Settings``) at any time;
``discord.platform.clock.advance(900)`` lets an interaction's token die.

The record: ``discord.platform.record.calls("POST", "/messages")``, ``.of("presence")``, ``await
.wait("resume")``; kinds: rest, connect, frame, identify, resume, presence, close, disconnect, message,
deleted, interaction, answer, commands, typing, deduplicated, invalid_session, problem.
End a test with ``discord.assert_clean()``.

As a process: ``python -m tests.emulators.discord --port 0 --token T --guild 1 --script S.json --record R``
prints one JSON line ``{"api", "gateway", "token", "tls_port", "control", "guild", "channel", "owner", …}``; then
``POST {control}/control/say {"content": "!ping"}`` and so on (``actions.py`` lists all) and
``GET {control}/record``, or ``async with Control(url) as c: await c.do("say", content="!ping")``.
"""

from .control import Control, ControlError
from .faults import Fault, rate_limited
from .server import DiscordServer

__all__ = ["Control", "ControlError", "DiscordServer", "Fault", "rate_limited"]
