"""What exists between `connect` and `close` of a MEGA remote, and how is it put together?"""

from dataclasses import dataclass
from pathlib import Path

from helix.core.pacing import Backoff
from helix.settings import Mega as MegaSettings
from services.sync.remotes.errors import Misconfigured
from services.sync.remotes.mega.account import Account
from services.sync.remotes.mega.api import Api
from services.sync.remotes.mega.changes import Changes
from services.sync.remotes.mega.channel import Channel
from services.sync.remotes.mega.kept import TreeFile
from services.sync.remotes.mega.pieces import Pieces
from services.sync.remotes.mega.session import Sessions
from services.sync.remotes.mega.transport import Transport

OFFICIAL = "https://g.api.mega.co.nz"


@dataclass(frozen=True, slots=True)
class Link:
    """All that talks to one account."""

    api: Api
    account: Account
    changes: Changes
    pieces: Pieces


def open_link(settings: MegaSettings, store: Path, *, patience: Backoff, read_seconds: float, movers: int) -> Link:
    """Make the parts; nothing is asked of MEGA yet. Raises `Misconfigured` without an account."""
    email, password = settings.email, settings.password
    if email is None or password is None:
        raise Misconfigured("MEGA needs an account", remedy="set MEGA_EMAIL and MEGA_PASS, then start again")
    transport = Transport(read_seconds=read_seconds)
    channel = Channel(settings.api_url or OFFICIAL, transport, patience=patience)
    sessions = Sessions(channel, email, password, store, totp_secret=settings.totp_secret)
    api = Api(channel, sessions, patience=patience, movers=movers)
    account = Account(api, TreeFile(store, email))
    return Link(api, account, Changes(account), Pieces(transport, patience))
