"""How much memory does a plan take for each path that changed?"""

import tracemalloc
from collections.abc import Iterator

import pytest

from helix.core.plan import plan
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row

FILES = 4000
ETAG_BEGIN, DIGEST_BEGIN = "64000-1700000000000000000-", "blake3:"


def rows(what: str) -> Iterator[Row]:
    """Files, each as it streams in: a state is held only by the plan."""
    for number in range(FILES):
        etag = f"{ETAG_BEGIN}{number:020}"
        local = LocalState(Kind.FILE, 64000, 10**18 + number, 10**6 + number)
        remote = RemoteState(Kind.FILE, 64000, etag, 10**18 + number)
        base = BaseState(*local[:4], etag, f"{DIGEST_BEGIN}{number:064}")
        match what:
            case "created":
                yield Row(f"new/file{number:06}", local, None, None)
            case "met":
                yield Row(f"new/file{number:06}", local, remote, None)
            case _:
                yield Row(f"a/file{number:06}", None, remote, base)
    for number in range(FILES if what == "renamed" else 0):
        yield Row(f"b/file{number:06}", LocalState(Kind.FILE, 64000, 10**18 + number, 10**6 + number), None, None)


@pytest.mark.parametrize(("what", "most"), [("created", 500), ("met", 800), ("deleted", 1400), ("renamed", 2400)])
def test_a_changed_file_takes_so_many_bytes_at_most(what: str, most: int) -> None:
    tracemalloc.start()

    decided = plan(rows(what))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(decided.actions) == FILES
    assert peak / FILES < most
