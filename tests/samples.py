"""What does sync answer of a folder, and of a pass, when all is well?"""

from collections.abc import Mapping
from typing import Any


def folder(**changes: Any) -> Mapping[str, Any]:
    """Give one folder of `/v1/status`: at rest, three files on both sides."""
    return {
        "name": "files",
        "mode": "two-way",
        "remote": "local",
        "state": "idle",
        "files": {"local": 3, "remote": 3},
        "bytes": {"local": 3072, "remote": 3072},
        "pending": 0,
        "conflicts": 0,
        "last_success": 1_790_000_000.0,
        "error": None,
        "guard": None,
        "progress": None,
        "skipped": [],
        "skipped_count": 0,
        "failed": [],
        "failed_count": 0,
        "verify": None,
        **changes,
    }


def run(**changes: Any) -> Mapping[str, Any]:
    """Give one pass of `/v1/history`: two files went up, one to the trash."""
    return {
        "id": 7,
        "folder": "files",
        "started": 1_790_000_000.0,
        "finished": 1_790_000_002.5,
        "outcome": "done",
        "uploaded": 2,
        "downloaded": 0,
        "trashed": 1,
        "moved": 0,
        "conflicts": 0,
        "failed": 0,
        "waiting": 0,
        "left": 0,
        "bytes": 2048,
        "error": None,
        **changes,
    }
