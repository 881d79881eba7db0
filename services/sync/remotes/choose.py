"""Which remote does a setting name?"""

from helix.errors import Misconfigured, Problem
from helix.settings import Settings
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.memory import MemoryRemote
from services.sync.remotes.remote import Remote


def choose(setting: str, _settings: Settings) -> Remote:
    """Make the remote that `local:PATH` and the like name. Raises `Misconfigured` for a kind that is not there."""
    kind, _, rest = setting.partition(":")
    match kind:
        case "local":
            return LocalRemote(rest)
        case "memory":
            return MemoryRemote()
        case _:
            raise Misconfigured(
                [Problem("HELIX_REMOTE", f"names the kind {kind}, which is not there", "use local:PATH")]
            )
