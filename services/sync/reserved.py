"""Which names belong to Helix on both sides and are never synced?"""

RESERVED = ".helix"
"""The top-level directory of Helix: marker, lease, trash."""

TEMPORARY_PREFIX = ".helix-tmp-"
"""A file whose name starts so is half written; no scan and no listing shows it."""

TRASH = f"{RESERVED}/trash"
"""Below it, one directory a pass, named by its time; below that, the paths as they were."""

MARKER = f"{RESERVED}/marker"
"""Holds the identity of the pair of folder and remote; a root without it was unmounted, emptied or replaced."""

LEASE = f"{RESERVED}/lease"
"""Who may write to this remote, until when."""
