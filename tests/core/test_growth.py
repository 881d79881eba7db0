"""Does the count of files follow what was done?"""

import pytest

from helix.core.actions import Action, Adopt, Download, KeepBoth, MakeDirLocal, TrashLocal, TrashRemote, Upload
from helix.core.growth import Growth, growth
from helix.core.trees import Kind, LocalState, RemoteState, Side

HERE = LocalState(Kind.FILE, 10, 0, 1)
THERE = RemoteState(Kind.FILE, 7, "e")
DIRECTORY_HERE = LocalState(Kind.DIRECTORY, 0, 0, 2)
DIRECTORY_THERE = RemoteState(Kind.DIRECTORY, 0, "")


@pytest.mark.parametrize(
    ("action", "grown"),
    [
        (Upload("a", HERE, None, ""), Growth(Side.REMOTE, 1, 10)),
        (Upload("a", HERE, THERE, ""), Growth(Side.REMOTE, 0, 3)),
        (Download("a", None, THERE, ""), Growth(Side.LOCAL, 1, 7)),
        (Download("a", HERE, THERE, ""), Growth(Side.LOCAL, 0, -3)),
        (KeepBoth("a", HERE, THERE, ""), Growth(Side.LOCAL, 1, 7)),
        (TrashLocal("a", HERE, None, ""), Growth(Side.LOCAL, -1, -10)),
        (TrashRemote("a", None, THERE, ""), Growth(Side.REMOTE, -1, -7)),
        (Upload("a", HERE, DIRECTORY_THERE, ""), Growth(Side.REMOTE, 1, 10)),
        (Download("a", DIRECTORY_HERE, THERE, ""), Growth(Side.LOCAL, 1, 7)),
        (MakeDirLocal("a", None, DIRECTORY_THERE, ""), None),
        (Adopt("a", HERE, THERE, ""), None),
    ],
)
def test_each_action_changes_the_count_of_the_side_that_it_writes_to(action: Action, grown: Growth | None) -> None:
    assert growth(action) == grown
