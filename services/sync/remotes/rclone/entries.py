"""What is the etag of something that rclone lists?

Whatever the backend gives without extra cost: node or file ID, size, modification time, hash. Where reading the
time costs a request a file (S3 keeps it in metadata), the server's own time is taken for the etag and the file's
mtime is said not to be kept.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from helix.core.trees import Kind, walk_key
from services.sync.remotes.remote import Entry, Features
from services.sync.remotes.symbols import from_symbols
from services.sync.reserved import RESERVED, TEMPORARY_PREFIX

TRANSFERS = 4
"""So many transfers at once, besides the small files that share requests; as many as rclone itself would have."""

SHARING = 32
"""So many files at once where small ones share requests (small.py)."""

PARTIAL_SUFFIX = ".helix-tmp"
"""rclone writes `name.<8 hex>.helix-tmp` first where a backend can rename; at most 16 characters."""

INCOMING = f"{RESERVED}/incoming"
"""Holds the claims of writers, which are the contents that they are about to put in place."""

_PARTIAL = re.compile(rf"\.[0-9a-f]{{8}}{re.escape(PARTIAL_SUFFIX)}$")
_FINE_NS = 1_000_000
_HOUR_NS = 3_600_000_000_000
_WHEN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


class Listing(NamedTuple):
    """What a listing shows."""

    entries: list[Entry]
    """In walk order."""
    stale: list[str]
    """Half-written files that nobody writes any more."""
    partial: int
    """How many half-written files there are, those included."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What `operations/fsinfo` says about a backend, as far as it matters here."""

    features: Features
    precision_ns: int
    copies_on_server: bool
    empty_directories: bool
    about: bool
    hashes: tuple[str, ...]
    server_time: bool
    bucket: bool
    """Directories are prefixes of names, so a file may stand beside a directory of its own name."""
    renames: bool
    """A file can be renamed, or copied on the server, to a new name, and not beside another of that name."""
    replaces_by_renaming: bool
    """A rename puts the new content in the place of the old in one step. rclone itself relies on it where it writes
    partial files, and in buckets a copy is a whole put; elsewhere its move would delete first or show two files."""

    @classmethod
    def of(cls, info: dict[str, Any]) -> "Backend":
        """Read the answer of `operations/fsinfo`."""
        found = info["Features"]
        precision = int(info["Precision"])
        server_time = bool(found["SlowModTime"])
        renames = bool(found["Move"] or found["Copy"]) and not found["DuplicateFiles"]
        features = Features(
            keeps_mtime=not server_time and precision < _HOUR_NS,
            conditional=False,
            cheap_digest=False,
            case_sensitive=not found["CaseInsensitive"],
            mtime_resolution_ns=max(1, min(precision, _HOUR_NS)),
            parallel=SHARING if renames else TRANSFERS,
        )
        hashes = () if found["SlowHash"] else tuple(info["Hashes"] or ())[:1]
        return cls(
            features=features,
            precision_ns=precision,
            copies_on_server=bool(found["Copy"]),
            empty_directories=bool(found["CanHaveEmptyDirectories"]),
            about=bool(found["About"]),
            hashes=hashes,
            server_time=server_time,
            bucket=bool(found["BucketBased"]),
            renames=renames,
            replaces_by_renaming=bool(
                (found["PartialUploads"] and found["Move"]) or (found["BucketBased"] and found["Copy"])
            )
            and not found["DuplicateFiles"],
        )

    @property
    def list_options(self) -> dict[str, Any]:
        """The options of `operations/list` and `operations/stat` that give an etag's parts."""
        return {"noMimeType": True, "showHash": bool(self.hashes), "hashTypes": list(self.hashes)}

    @property
    def config(self) -> dict[str, Any]:
        """Rclone's options for every call."""
        return {
            "IgnoreTimes": True,
            "PartialSuffix": PARTIAL_SUFFIX,
            "UseServerModTime": self.server_time,
            "UseListR": True,
        }

    def entry(self, item: dict[str, Any], path: str) -> Entry:
        """One item of a listing."""
        if item["IsDir"]:
            return Entry(path, Kind.DIRECTORY, 0, None, "")
        when = nanoseconds(item["ModTime"])
        parts = [item.get("ID", ""), str(item["Size"]), str(when), *(item.get("Hashes") or {}).values()]
        if not parts[0] and self.precision_ns > _FINE_NS:
            # two files of one size and second look alike, so the place has to tell them apart
            parts[0] = hashlib.sha256(path.encode()).hexdigest()[:12]
        mtime_ns = when if self.features.keeps_mtime else None
        return Entry(path, Kind.FILE, int(item["Size"]), mtime_ns, ":".join(parts))

    def walk(self, items: Iterable[dict[str, Any]], under: str, now_ns: int) -> Listing:
        """A listing without what is ours. Of two nodes of one name the newer is listed."""
        newest: dict[str, dict[str, Any]] = {}
        stale, partial = [], 0
        for item in items:
            path = from_symbols(item["Path"])
            if is_partial(path) and not item["IsDir"]:
                partial += 1
                if nanoseconds(item["ModTime"]) < now_ns - _HOUR_NS:
                    stale.append(path)
            if is_hidden(path, under):
                continue
            seen = newest.get(path)
            if seen is None or nanoseconds(seen["ModTime"]) <= nanoseconds(item["ModTime"]):
                newest[path] = item
        entries = [self.entry(newest[path], path) for path in sorted(newest, key=walk_key)]
        return Listing(entries, stale, partial)


def is_partial(path: str) -> bool:
    """Whether the path is a half-written file of rclone or of ours."""
    name = path.rpartition("/")[2]
    return name.startswith(TEMPORARY_PREFIX) or _PARTIAL.search(name) is not None


def is_hidden(path: str, under: str) -> bool:
    """Whether a listing of `under` leaves the path out."""
    ours = path == RESERVED or path.startswith(RESERVED + "/")
    claim = under != INCOMING and (path == INCOMING or path.startswith(INCOMING + "/"))
    return (ours and not under) or claim or is_partial(path)


def nanoseconds(text: str) -> int:
    """RFC 3339 as rclone writes it, up to nanoseconds, as Unix time."""
    found = _WHEN.fullmatch(text)
    if found is None:
        return 0
    whole = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00"))
    return int(whole.timestamp()) * 1_000_000_000 + int((found[2] or "0").ljust(9, "0"))
