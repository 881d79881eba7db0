"""What does a comparison become once both sides were read, and what does each action cost to send?"""

import pytest

from helix.core.actions import (
    Action,
    Adopt,
    Compare,
    Download,
    Forget,
    KeepBoth,
    TrashLocal,
    Upload,
    cost,
    settled,
)
from helix.core.trees import Kind, LocalState, RemoteState

HERE = LocalState(Kind.FILE, 10, 0, 1)
THERE = RemoteState(Kind.FILE, 7, "e")
BOTH = KeepBoth("a", HERE, THERE, "edited on both sides")
COMPARE = Compare("a", HERE, THERE, "edited on both sides", otherwise=BOTH, was="blake3:old")


@pytest.mark.parametrize(
    ("here", "there", "becomes"),
    [
        ("blake3:new", "blake3:new", Adopt("a", HERE, THERE, "read both: equal", digest="blake3:new")),
        ("blake3:new", "blake3:old", Upload("a", HERE, THERE, "read both: edited here only")),
        ("blake3:old", "blake3:new", Download("a", HERE, THERE, "read both: edited there only")),
        ("blake3:mine", "blake3:yours", BOTH),
    ],
)
def test_what_was_read_decides_and_says_so(here: str, there: str, becomes: Action) -> None:
    assert settled(COMPARE, here, there) == becomes


@pytest.mark.parametrize(
    ("action", "bytes_moved"),
    [
        (Upload("a", HERE, THERE, ""), 10),
        (Download("a", HERE, THERE, ""), 7),
        (BOTH, 7),
        (COMPARE, 14),
        (Upload("a", None, THERE, ""), 0),
        (Download("a", HERE, None, ""), 0),
        (Compare("a", HERE, None, "", otherwise=Upload("a", HERE, None, ""), was=None), 10),
        (Adopt("a", HERE, THERE, ""), 0),
        (Forget("a", None, None, ""), 0),
        (TrashLocal("a", HERE, None, ""), 0),
    ],
)
def test_an_action_costs_the_bytes_that_it_moves_and_what_is_not_there_costs_nothing(
    action: Action, bytes_moved: int
) -> None:
    assert cost(action) == bytes_moved
