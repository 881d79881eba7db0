"""Was a file whose ctime alone moved edited in place, and its mtime set back? Only reading it tells."""

from dataclasses import dataclass

from helix.core.trees import BaseState, LocalState
from services.sync import files
from services.sync.journal.journal import Journal
from services.sync.journal.notes import Touched
from services.sync.remotes.errors import ItemFailed
from services.sync.remotes.source import Source


@dataclass(frozen=True, slots=True)
class Suspects:
    """The local files of one folder that may have been edited unseen."""

    root: str
    journal: Journal

    def read(self, path: str, state: LocalState, base: BaseState, ctime_ns: int) -> LocalState:
        """Its state unchanged, or one with an unknown inode and the new digest. Blocking.

        A content that is the journal's is noted, so that it is not read again; what can't be read counts as that, too.
        """
        try:
            digest = Source(files.full(self.root, path), state.size, state.mtime_ns).digest()
        except ItemFailed:
            return state
        if digest == base.digest:
            self.journal.note(Touched(path, ctime_ns))
            return state
        return state._replace(inode=None, digest=digest)
