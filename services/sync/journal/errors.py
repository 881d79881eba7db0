"""What can go wrong with the journal?"""

from helix.errors import HelixError


class JournalFailed(HelixError):
    """The journal can't be read or written; the pass stops, and what was done is found again at the next one."""
