"""How do the tests of leases make a lease of two lines: a row in a database, and a file on the remote?"""

from collections.abc import Callable

from services.sync.lease import LeaseStore
from services.sync.leases.choose import RowName
from services.sync.leases.doubled import DoubledStore
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.remotes.remote import Remote

Rows = Callable[[str], LeaseStore]
"""A database: gives the row of a name."""


def doubled(rows: Rows, remote: Remote, owner: str) -> DoubledStore:
    """Both lines of one contender."""
    return DoubledStore(rows, RowName(remote), RemoteFileStore(remote), owner)
