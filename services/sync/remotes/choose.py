"""Which remote does a setting name?"""

from helix.errors import Misconfigured, Problem
from helix.settings import Settings
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.memory import MemoryRemote
from services.sync.remotes.rclone.remote import RcloneRemote
from services.sync.remotes.remote import Remote


def choose(setting: str, settings: Settings, owner: str) -> Remote:
    """Make the remote that `local:PATH` and the like name, for the container *owner*.

    Raises `Misconfigured` for a kind that is not there.
    """
    kind, _, rest = setting.partition(":")
    match kind:
        case "local":
            return LocalRemote(rest)
        case "mega":
            return MegaRemote(rest, settings.mega, settings.home)
        case "rclone":
            name, _, path = rest.partition(":")
            return RcloneRemote(name, path, str(settings.run_dir / "rclone.sock"), owner=owner)
        case "memory":
            return MemoryRemote()
        case _:
            remedy = "use local:PATH, mega:/PATH or rclone:NAME:PATH"
            raise Misconfigured([Problem("HELIX_REMOTE", f"names the kind {kind}, which is not there", remedy)])
