"""What more can a remote do that is a directory on this machine?"""

from helix.core.ignore import Ignore
from services.sync.remotes.local_scan import LocalScan
from services.sync.remotes.remote import RemoteScan
from services.sync.scan import NOTHING_IGNORED
from services.sync.walk import Witness


class LocalDisk:
    """A directory as a remote, reached by more than the remote's own operations."""

    def __init__(self, root: str) -> None:
        self.root = root

    def scan(self, witness: Witness, ignored: Ignore = NOTHING_IGNORED, *, apart: bool) -> RemoteScan:
        """As `listing`, a directory at a time, but for what lies in ignored directories."""
        return LocalScan(self.root, witness, ignored, apart=apart)
