"""What does every remote promise?

A remote keeps one tree of files and directories. Paths are relative, `/`-separated, NFC or not as they came,
never empty, never with `.` or `..` parts. `.helix/` at the top belongs to Helix (marker, lease, trash) and is
reached by the same operations, but `listing()` of the whole tree leaves it out.

Promises of every operation:

* **Atomic.** At every moment, crashes included, a path holds its whole old or its whole new content. No moment
  shows two files of one name. Temporary files never appear in a listing; leftovers are removed by `connect` or later.
* **Conditional.** `expect` is the etag that the caller saw (None: nothing may be there). If the path is something
  else, `Changed` is raised and nothing has happened. Where a remote can't check and act in one step it checks
  right before the act and says so in `Features.conditional`.
* **Durable.** When an operation has returned, its effect survives a crash of either end.
* **Honest on failure.** Only errors of `errors.py` are raised. After `ItemFailed` other than `Corrupt` nothing has
  happened; after `RunFailed` the operation may or may not have happened and repeating it with the same arguments
  is safe: it raises `Changed` if it had happened, and the caller looks again.
* **Bounded.** Every call ends within its own time-out; retries have a limit, back-off and jitter.
* **Cancellable.** Cancelling leaves old or new content, and at most a temporary file.
* Operations on different paths may run side by side; the caller never runs two on one path.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import msgspec

from helix.core.ignore import Ignore
from helix.core.trees import Kind
from services.sync.hints import Hint
from services.sync.remotes.source import Source
from services.sync.scan import Directory, Scan
from services.sync.walk import Witness

Progress = Callable[[int], Awaitable[None]]
"""Called with the number of bytes just moved; awaiting it is how the bandwidth limit slows a transfer down."""


async def no_progress(_moved: int) -> None:
    """The progress nobody listens to."""


async def no_events() -> AsyncIterator[Hint]:
    """The events of a remote that gives no hints."""
    nothing: tuple[Hint, ...] = ()
    for hint in nothing:
        yield hint


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One path as the remote shows it.

    Listings make hundreds of thousands of them: `msgspec` makes one in a fifth of a named tuple's time, and the garbage
    collector does not look at it, since it holds nothing that could point back.

    `etag` changes whenever the content may have changed and never otherwise comes back; directories have "".
    `mtime_ns` is None where the remote keeps none; `digest` (`blake3:…`) is None unless the listing gives it free.
    """

    path: str
    kind: Kind
    size: int
    mtime_ns: int | None
    etag: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """Room on the remote in bytes; None where the remote does not say."""

    used: int | None
    total: int | None


class RemoteScan(Scan, Protocol):
    """A remote's tree, directory by directory."""

    def entries(self, directory: Directory) -> Iterator[Entry]:
        """The own entries of a directory, as `listing` would give them."""


class Disk(Protocol):
    """What more a remote can do that is a disk of this machine. Blocking.

    New small files are carried straight between the folder and `root`, many at once (services/sync/carrying.py), with
    all promises of `upload` (`expect=None`), `download` and `mkdir`; etags are those of fingerprints.py.
    """

    @property
    def root(self) -> str:
        """The directory."""

    def scan(self, witness: Witness, ignored: Ignore, *, apart: bool) -> RemoteScan:
        """As `listing` with a witness, a directory at a time, but for what lies in ignored directories.

        `apart`: by a process of its own.
        """


@dataclass(frozen=True, slots=True)
class Features:
    """What a remote can do, so that the engine decides and never guesses."""

    keeps_mtime: bool
    """A file's mtime comes back from `listing` as uploaded (to `mtime_resolution_ns`)."""
    conditional: bool
    """`expect` is checked in one step with the act, not right before it."""
    cheap_digest: bool
    """`digest` and `matches` transfer nothing over a network."""
    case_sensitive: bool = True
    """`a` and `A` are two files."""
    normalises_unicode: bool = False
    """Composed and decomposed spellings of a name are one file."""
    forbidden_characters: str = ""
    """Characters that a name can't hold, besides `/` and NUL."""
    max_name_bytes: int = 255
    """Longest name (one part of a path) in UTF-8 bytes."""
    mtime_resolution_ns: int = 1
    """The smallest step of a stored mtime."""
    parallel: int = 4
    """How many transfers side by side serve it best."""
    etag_is_identity: bool = False
    """An etag names one content at any path (MEGA's node handles): it proves that a path was moved."""
    hints: bool = False
    """`events` says something before the next listing would."""
    disk: Disk | None = None
    """What more it can do, where it is a disk of this machine."""


class Remote(Protocol):
    """One remote tree. See the promises of this module; here stands what is special to each operation."""

    @property
    def name(self) -> str:
        """Its setting as an operator knows it (`local:/data`, `mega:/Folder`), without any secret."""

    @property
    def features(self) -> Features:
        """What it can do. Valid after `connect`."""

    async def connect(self) -> None:
        """Log in, make the top directory if it is missing, sweep old temporary files. May be called again after
        a `RunFailed` and then only repairs what broke. Raises `Misconfigured` only for what a person must correct.
        """

    async def close(self) -> None:
        """Give everything back. Never raises, may be called twice and without `connect`."""

    def listing(self, under: str = "", witness: Witness | None = None) -> AsyncIterator[list[Entry]]:
        """All entries below `under`, in walk order: sorted by `path.split("/")`, a directory before its children.

        Streams in batches, so that memory does not grow with the tree where the remote's protocol allows it.
        **A listing is complete, or tells the witness, or raises**: one that can't see a part of the tree must never
        end as if that part were empty. With a witness it may go on without a directory below the top: it names it as
        `unreadable` before it ends. It also names what it leaves out (links). Without a witness it raises.
        What changes meanwhile may or may not be seen. `under` that does not exist lists nothing.
        Paths are full paths, also with `under`. Two nodes of one name: the newer is listed, the other left alone.
        """

    async def children(self, directory: str, witness: Witness | None = None) -> list[Entry]:
        """The entries directly in a directory ("" is the top), sorted by name, as `listing` would show them.

        Complete, the witness's, or an error, like a listing. A directory that does not exist holds nothing.
        """

    async def stat(self, path: str) -> Entry | None:
        """The entry as `listing` would show it now, None if there is nothing. Also for paths in `.helix/`."""

    async def upload(
        self,
        source: Source,
        path: str,
        *,
        expect: str | None,
        keep: str | None = None,
        progress: Progress = no_progress,
    ) -> Entry:
        """Store the source's content at `path` (with its mtime, if kept) and return the entry as listed from now on.

        The entry's `digest` is that of the bytes that were read, if the remote hashed them on the way.
        Missing parents are made. With `keep`, the replaced content stays reachable at that path (a path where nothing
        is), at every crash point. Raises `SourceChanged` if the source is not, or does not stay, what it says: then
        `path` is untouched.
        """

    async def download(self, path: str, target: str, *, expect: str, progress: Progress = no_progress) -> str:
        """Write the content to the new local file `target` and return its digest (`blake3:` and 64 hex digits).

        Integrity is proven by whatever the remote offers (MAC, hash, size); `Corrupt` if it fails. The caller
        owns `target`: it names it, fsyncs it, renames it, and removes it after an error.
        """

    async def digest(self, path: str, *, expect: str, progress: Progress = no_progress) -> str:
        """The digest (`blake3:…`) of what is stored, by reading all of it."""

    async def matches(self, source: Source, path: str, *, expect: str, progress: Progress = no_progress) -> bool:
        """Does `path` hold exactly the source's content? Proven by a hash or MAC of the remote, or by reading it."""

    async def move(self, path: str, to: str, *, expect: str) -> Entry:
        """Rename a file, or a directory with all in it (`expect=""`), to where nothing is; missing parents are made.

        Transfers no content. `Gone` if `path` is not there; `Changed` if it is not what was expected or `to` exists.
        """

    async def mkdir(self, path: str) -> Entry:
        """Make a directory and its missing parents. Already there: fine. A file is there: `Changed`."""

    async def rmdir(self, path: str) -> None:
        """Remove an empty directory. `NotEmpty` otherwise, without harm; already gone: fine."""

    async def remove(self, path: str, *, expect: str) -> None:
        """Remove a file for good. The engine does this only inside `.helix/`. Already gone: fine."""

    async def quota(self) -> Quota:
        """How full it is."""

    def events(self) -> AsyncIterator[Hint]:
        """A hint each time something may have changed on the remote. May miss changes, may end at once."""
