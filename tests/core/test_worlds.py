"""Do a million random worlds all end well? (rules I1 to I9; see run.py for what is checked)"""

import os

import pytest

from tests.core.worlds import try_range

WORLDS = int(os.environ.get("HELIX_TEST_WORLDS", "1_000_000"))
SHARDS = 20
EACH = WORLDS // SHARDS


@pytest.mark.timeout(600)
@pytest.mark.parametrize("start", range(0, WORLDS, EACH))
def test_every_random_world_converges_and_loses_nothing(start: int) -> None:
    failed = try_range(start, start + EACH)

    print(f"seeds {start} to {start + EACH - 1}: {EACH:,} worlds")
    assert not failed, f"replay with: python -m tests.core.worlds --seed {failed[0][0]} ({failed[0][1]})"
