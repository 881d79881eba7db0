"""Which release is this?

The image build writes `manifest.json` with the commit; a platform may say it in its environment; a checkout asks git.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The application's root: where supervisord.conf and the packages stand."""

MANIFEST = ROOT / "manifest.json"


@dataclass(frozen=True, slots=True)
class Release:
    """The version of pyproject.toml and the commit, "unknown" when nobody says."""

    version: str
    commit: str


@cache
def current() -> Release:
    """Give this release; asked once a process."""
    return Release(metadata.version("helix"), _commit())


def _commit() -> str:
    try:
        written = json.loads(MANIFEST.read_text(encoding="utf-8")).get("release", {}).get("commit")
    except (OSError, ValueError, AttributeError):
        written = None
    return written or os.environ.get("RAILWAY_GIT_COMMIT_SHA") or _git_head() or "unknown"


def _git_head() -> str | None:
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
