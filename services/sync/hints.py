"""Where has something changed, as far as a watcher or a remote tells?

A hint names directories, or says that it may be anywhere. It is a hint and no more: it leads to a look at these
directories, and a look everywhere follows on a period.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from helix.core.trees import parent_of

MANY = 1000
"""Directories remembered one by one; with more of them a look everywhere is as quick."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Directories in which something changed (paths from the root of the tree, "" is the root); None: anywhere."""

    directories: frozenset[str] | None

    @property
    def everywhere(self) -> bool:
        """Whether nothing less than a look at everything will do."""
        return self.directories is None

    def joined(self, other: "Hint") -> "Hint":
        """Both together."""
        if self.directories is None or other.directories is None:
            return EVERYWHERE
        return directories(self.directories | other.directories)


EVERYWHERE = Hint(None)
NOWHERE = Hint(frozenset())


def directories(paths: Iterable[str]) -> Hint:
    """Something changed in these directories; too many of them count as everywhere."""
    found = frozenset(paths)
    return Hint(found) if len(found) <= MANY else EVERYWHERE


def around(paths: Iterable[str]) -> Hint:
    """Something changed at these paths: the directories that hold them."""
    return directories({parent_of(path) for path in paths})
