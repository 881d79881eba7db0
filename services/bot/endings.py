"""Is it worth connecting again after a client has ended, and what is the operator told?

| how it ended                                             | then                                   |
|----------------------------------------------------------|----------------------------------------|
| the token is refused (401, close 4004)                   | stop, exit status 78                   |
| the intents are refused (4013, 4014)                     | stop, exit status 78                   |
| sharding or the API version is refused (4010–4012)       | stop, exit status 78                   |
| anything else: refused, reset, timed out, a library fault | wait, then a new client                |

A second attempt with a refused token can't help and does harm: 10,000 refused requests in ten minutes ban the address.
"""

from dataclasses import dataclass

import aiohttp
import discord

_TOKEN_REMEDY = "set DISCORD_BOT_TOKEN to the bot's present token (Discord developer portal, Bot, Reset Token)"
_INTENT_REMEDY = (
    "switch the Message Content intent on (Discord developer portal, Bot), "
    "or set DISCORD_PREFIX=off for slash commands only"
)
_FINAL_CLOSES = {
    4004: ("Discord refused the bot's token", _TOKEN_REMEDY),
    4010: ("Discord refused the shard", "run one container per token"),
    4011: ("Discord demands sharding: the bot is in too many guilds", "use a bot of its own for this guild"),
    4012: ("Discord refused the API version", "deploy a newer release of Helix"),
    4013: ("Discord refused the intents", "deploy a newer release of Helix"),
    4014: ("Discord refused the Message Content intent", _INTENT_REMEDY),
}


@dataclass(frozen=True, slots=True)
class Final:
    """The bot can't go on with these settings."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is lost; *unforeseen* asks for a traceback in the log."""

    cause: str
    unforeseen: bool = False


def of(error: BaseException) -> Final | Lost:  # noqa: PLR0911 (one return a row of the table)
    """Say what the end of a client by *error* means; neither answer repeats a URL or a token."""
    match error:
        case discord.LoginFailure():
            return Final(*_FINAL_CLOSES[4004])
        case discord.PrivilegedIntentsRequired():
            return Final(*_FINAL_CLOSES[4014])
        case discord.ConnectionClosed(code=code) if code in _FINAL_CLOSES:
            return Final(*_FINAL_CLOSES[code])
        case discord.ConnectionClosed(code=code):
            return Lost(f"Discord closed the connection with code {code}")
        case discord.HTTPException(status=status):
            return Lost(f"Discord answered {status}")
        case AttributeError() if "'sequence'" in str(error):
            # discord.py 2.7.1 trips over itself when the very first gateway connection is refused
            return Lost("the gateway refuses connections")
        case TimeoutError():
            return Lost("Discord does not answer in time")
        case OSError() | aiohttp.ClientError() | discord.DiscordException():
            return Lost(f"Discord is not reachable ({type(error).__name__})")
        case _:
            return Lost(f"the Discord library failed ({type(error).__name__})", unforeseen=True)
