"""How does a directory on this machine serve many small files at once?

The same promises as `LocalRemote`'s operations (remote.py), in steps (services/sync/steps.py).
"""

from helix.core.ignore import Ignore
from services.sync.open_tree import OpenTree
from services.sync.remotes.disk import entry_of, etag_of, translated
from services.sync.remotes.errors import Changed
from services.sync.remotes.local_scan import LocalScan
from services.sync.remotes.remote import Entry, RemoteScan
from services.sync.scan import NOTHING_IGNORED
from services.sync.steps import Steps
from services.sync.walk import Witness


class LocalSteps:
    """A directory as a remote, in steps."""

    def __init__(self, root: str) -> None:
        self.root = root

    def open(self, count: int) -> OpenTree:
        """The tree, for acts on `count` paths. Raises a `RemoteError`."""
        with translated():
            return OpenTree(self.root, count=count)

    def store(self, tree: OpenTree, path: str, content: bytes, mtime_ns: int) -> Steps[Entry]:
        """As `upload` of a new file."""
        with translated():
            temporary = tree.write(path, content, mtime_ns)
            yield tree
            seen = tree.put(temporary, path)
            yield tree
        return entry_of(path, seen)

    def read(self, tree: OpenTree, path: str, size: int, expect: str) -> bytes:
        """The content of a small file, as `download` would give it."""
        with translated():
            content, seen = tree.read(path, size)
        if etag_of(seen) != expect:
            raise Changed(f"{path} changed on the remote")
        return content

    def make_directory(self, tree: OpenTree, path: str) -> Steps[Entry]:
        """As `mkdir`."""
        with translated():
            seen = tree.make_directory(path)
            yield tree
        return entry_of(path, seen)

    def scan(self, witness: Witness, ignored: Ignore = NOTHING_IGNORED, *, apart: bool) -> RemoteScan:
        """As `listing`, a directory at a time, but for what lies in ignored directories."""
        return LocalScan(self.root, witness, ignored, apart=apart)
