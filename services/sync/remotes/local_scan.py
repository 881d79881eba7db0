"""How is a directory on this machine listed as a remote: complete, or not at all?"""

import contextlib
from collections.abc import Iterator

from helix.core.ignore import Ignore
from helix.core.trees import Kind
from services.sync import files
from services.sync.fingerprints import file_etag
from services.sync.remotes.disk import translated
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.remote import Entry
from services.sync.scan import Directory, ScanFailed, scan
from services.sync.walk import IS_DIRECTORY, Found, Witness


class LocalScan:
    """The listing, directory by directory."""

    def __init__(self, root: str, witness: Witness, ignored: Ignore, *, apart: bool) -> None:
        self._root = root
        self._witness = witness
        self._walk = scan(root, self._witness, ignored, apart=apart)

    def begin(self) -> None:
        """Start the walker. Raises a `RemoteError`."""
        with _unreachable():
            self._walk.begin()

    def __iter__(self) -> Iterator[Directory]:
        """Raises a `RemoteError`."""
        with translated():
            begin_listing(self._root)
            with _unreachable():
                yield from self._walk
            end_listing(self._root, "", self._witness, told=True)

    def stop(self) -> None:
        """Break it off."""
        self._walk.stop()

    def entries(self, directory: Directory) -> Iterator[Entry]:
        """As `listing` would give them."""
        prefix = directory.path + "/" if directory.path else ""
        return (entry(prefix, found) for found in directory.entries())


def entry(prefix: str, found: Found) -> Entry:
    """What a walk found, as a listing shows it."""
    name, size, mtime_ns, inode, ctime_ns = found
    if size == IS_DIRECTORY:
        return Entry(prefix + name, Kind.DIRECTORY, 0, None, "")
    return Entry(prefix + name, Kind.FILE, size, mtime_ns, file_etag(size, mtime_ns, inode, ctime_ns))


@contextlib.contextmanager
def _unreachable() -> Iterator[None]:
    """A walk that fails is a remote that can't be reached."""
    try:
        yield
    except ScanFailed as error:
        raise Unreachable(error.message, remedy=error.remedy) from error


def begin_listing(root: str) -> None:
    """Raise `Unreachable` if the remote is not there."""
    if files.look(root) is None:
        raise not_there(root)


def not_there(root: str) -> Unreachable:
    """What is said of a remote whose volume is away."""
    return Unreachable(f"local:{root} is not there", remedy="mount the volume that holds it")


def end_listing(root: str, under: str, seen: Witness, *, told: bool) -> None:
    """Raise `Unreachable` if something was not seen that nobody is told of; remove what died processes left."""
    if seen.unseen and (not told or under in seen.unseen):
        first = min(seen.unseen)
        raise Unreachable(
            f"the remote directory {first or '/'} can't be read", remedy="correct its permissions, then wait"
        )
    for leftover in seen.leftovers:
        files.discard(files.full(root, leftover))
