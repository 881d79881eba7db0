"""What can go wrong with the place that DATABASE_URL names, and what follows from it?

    HelixError
    └── StoreFailed       the place can't be asked now: the claim is not renewed, and it is asked again
        └── StoreRefused  asking again can't help: only a person can mend it

No message holds anything of DATABASE_URL.
"""

from helix.errors import HelixError


class StoreFailed(HelixError):
    """The lease can't be read or written for a while."""


class StoreRefused(StoreFailed):
    """The lease can't be read or written until somebody corrects something."""
