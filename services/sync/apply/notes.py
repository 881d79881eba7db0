"""What does the journal learn of a transfer that was just done?"""

import time

from helix.core.actions import Action
from helix.core.trees import LocalState, RemoteState, in_sync
from services.sync.journal.notes import Event, InSync, Note
from services.sync.remotes.remote import Entry

Notes = tuple[Note, ...]


def uploaded(action: Action, local: LocalState, entry: Entry, digest: str | None, ctime_ns: int) -> Notes:
    """The content of `local`, whose ctime was looked at before it was read, now is `entry` on the remote."""
    return (
        InSync(action.path, in_sync(local, state_of(entry), digest), ctime_ns),
        event(action, "upload", local.size),
    )


def downloaded(action: Action, local: LocalState, remote: RemoteState, digest: str, ctime_ns: int) -> Notes:
    """The content of `remote` now is `local`."""
    return (
        InSync(action.path, in_sync(local, remote, digest), ctime_ns),
        event(action, "download", remote.size),
    )


def state_of(entry: Entry) -> RemoteState:
    """An entry as the plan sees it."""
    return RemoteState(entry.kind, entry.size, entry.etag, entry.mtime_ns, entry.digest)


def event(action: Action, what: str, size: int) -> Event:
    """A line of the path's history."""
    return Event(time.time(), action.path, what, "done", size, action.why)
