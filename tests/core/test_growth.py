"""Does the count of files follow what was done?"""

import pytest

from helix.core.actions import (
    Action,
    Adopt,
    Download,
    KeepBoth,
    MakeDirLocal,
    Reason,
    Skip,
    TrashLocal,
    TrashRemote,
    Upload,
)
from helix.core.growth import Growth, growth, left_out
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


@pytest.mark.parametrize(
    ("here", "there", "grown"),
    [
        (HERE, None, Growth(Side.LOCAL, -1, -10)),
        (HERE, THERE, Growth(Side.LOCAL, 0, -3)),
        (None, THERE, Growth(Side.LOCAL, 1, 7)),
        (HERE, DIRECTORY_THERE, Growth(Side.LOCAL, -1, -10)),
        (DIRECTORY_HERE, THERE, Growth(Side.LOCAL, 1, 7)),
        (DIRECTORY_HERE, None, Growth(Side.LOCAL, 0, 0)),
    ],
    ids=["a new file", "an edit", "a deletion", "a file for a directory", "a directory for a file", "a new directory"],
)
def test_what_still_waits_here_is_counted_as_it_was_in_sync(
    here: LocalState | None, there: RemoteState | None, grown: Growth
) -> None:
    assert left_out(Skip("a", here, there, "", reason=Reason.UNSETTLED)) == grown
