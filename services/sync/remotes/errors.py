"""What can go wrong on a remote, and what follows from it?

    RemoteError
    ├── ItemFailed        this path failed, the pass goes on, the path is tried again later
    │   ├── Gone          the path is not there (any more)
    │   ├── Changed       the path is not what `expect` said, or exists where nothing may: look again, re-plan
    │   ├── NotEmpty      the directory still holds something
    │   ├── SourceChanged the local file changed while it was being read: settle, then re-plan
    │   ├── SourceUnreadable  the local file can't be read: a person must be told, for it is not kept
    │   ├── NameRefused   the remote can't store this name
    │   └── Corrupt       what was read back or downloaded is not what was stored
    ├── RunFailed         nothing will work for a while: stop the pass, back off (`retry_after`), try again
    │   ├── Unreachable   network, DNS, TLS, time-out, server error
    │   ├── Throttled     the remote asks for a pause
    │   └── OverQuota     no room, or no transfer volume left
    └── Misconfigured     only a person can help: stop this folder and say so
        └── Refused       credentials or permissions are wrong

A remote raises nothing else: each implementation translates foreign errors at its border, in one place.
The message never holds a secret and the remedy says what the operator can do.
"""

from typing import ClassVar

from helix.errors import HelixError


class RemoteError(HelixError):
    """An operation on the remote failed."""

    default_remedy: ClassVar[str] = "look at the log for the operation before this one"

    def __init__(self, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy=remedy or self.default_remedy)
        self.retry_after = retry_after


class ItemFailed(RemoteError):
    """One path failed; the others can go on."""

    default_remedy = "nothing to do: this path is tried again at the next pass"


class Gone(ItemFailed):
    """The path does not exist on the remote."""


class Changed(ItemFailed):
    """The precondition failed: the path changed, appeared or vanished since it was listed."""


class NotEmpty(ItemFailed):
    """The directory is not empty."""


class SourceChanged(ItemFailed):
    """The local file changed while it was being read."""

    default_remedy = "nothing to do: the file is taken once it stands still"


class SourceUnreadable(ItemFailed):
    """The local file can't be read. Its cause is the operating system's error."""

    default_remedy = "look at the disk of the local folder, which can't read this file; the others go on"


class NameRefused(ItemFailed):
    """The remote can't store a file of this name."""

    default_remedy = "rename the file: the remote does not accept this name"


class Corrupt(ItemFailed):
    """The content read back is not the content that was stored."""

    default_remedy = "run `helix sync verify`; if the path fails again, restore it from the other side"


class RunFailed(RemoteError):
    """The remote as a whole does not work at the moment."""

    default_remedy = "nothing to do: the pass is tried again after a pause"


class Unreachable(RunFailed):
    """The remote does not answer."""

    default_remedy = "check the network and that the remote is up; the pass is tried again after a pause"


class Throttled(RunFailed):
    """The remote asks us to slow down."""


class OverQuota(RunFailed):
    """The remote has no room, or no transfer volume, left."""

    default_remedy = "free some room on the remote or enlarge the plan; nothing local is lost meanwhile"


class Misconfigured(RemoteError):
    """The remote can't work with these settings."""

    default_remedy = "correct HELIX_REMOTE and the settings of the remote, then start again"


class Refused(Misconfigured):
    """The remote refuses our credentials or permissions."""

    default_remedy = "correct the credentials of the remote (see HELIX_REMOTE), then start again"
