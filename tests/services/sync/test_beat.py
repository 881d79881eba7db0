"""Is the interpreter set up so that the event loop keeps its beat?

What that gives is measured by `bench/mega.py`; to compare waits here would be to assert a time.
"""

import subprocess
import sys

import pytest

from services.sync import beat

PROGRAM = """
import gc, sys, unittest.mock
from services.sync import __main__ as sync
with unittest.mock.patch.object(sync, "leave_with", lambda *_: 0):
    sync.main()
print(sys.getswitchinterval(), gc.get_freeze_count())
"""


@pytest.fixture(scope="module")
def found() -> list[float]:
    """In the real program: how often threads take turns, and how many objects the collector leaves alone."""
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return [float(word) for word in told.stdout.split()]


def test_sync_lets_threads_take_turns_more_often_than_python_does(found: list[float]) -> None:
    assert found[0] == beat.SWITCH_SECONDS < sys.getswitchinterval()


def test_what_sync_imported_is_not_looked_at_by_the_collector(found: list[float]) -> None:
    assert found[1] > 10_000
