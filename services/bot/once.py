"""Has this message or interaction been seen already?

Discord delivers an event twice now and then (a resume replays what it is not sure of), and the library runs the
command twice. Ids are remembered across clients, for the replay comes with the new connection.
"""

from collections import OrderedDict

REMEMBERED = 4096


class Once:
    """Remembers the last ids."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._seen: OrderedDict[int, None] = OrderedDict()

    def first(self, number: int) -> bool:
        """Say whether *number* comes for the first time, and remember it."""
        if number in self._seen:
            return False
        self._seen[number] = None
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return True
