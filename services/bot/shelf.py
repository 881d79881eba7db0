"""Where is a kept file on this disk, and how is it read and replaced?

A path is given as people see it, `rituals/notes.md` or, with several folders, `NAME:rituals/notes.md`. None leads
out of its folder, through a link, or to Helix's own files. A file is replaced whole or not at all; sync then
uploads it as it does any other.
"""

import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helix.errors import Refused
from helix.settings import Folder

RESERVED = ".helix"
"""Helix's own directory at the top of a folder."""

TEMPORARY = ".helix-tmp-"
"""A name that begins so is a file being written; no scan shows it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside one folder."""

    folder: Folder
    path: str

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.folder.local / self.path


def split(folders: Sequence[Folder], text: str) -> tuple[Folder | None, str]:
    """The folder that *text* names, None if it names none, and the path."""
    name, colon, rest = text.strip().partition(":")
    named = next((folder for folder in folders if colon and folder.name == name), None)
    return named, rest if named else text.strip()


def place(folders: Sequence[Folder], text: str) -> Place:
    """Find the place that *text* names, in the first folder if it names none. Raises `Refused` for no path at all."""
    named, path = split(folders, text)
    folder = named or folders[0]
    parts = path.split("/")
    if not path or any(part in ("", ".", "..") or not part.isprintable() for part in parts):
        raise Refused("that is no path inside the folder", remedy="write it as `directory/file.txt`", code="bad-path")
    if parts[0] == RESERVED or any(part.startswith(TEMPORARY) for part in parts):
        raise Refused("that name is Helix's own", remedy="choose another name", code="bad-path")
    found = Place(folder, path)
    _refuse_links(found)
    return found


def read(where: Place, limit: int) -> bytes:
    """Give the file's content. Raises `Refused` when it is not there, no file, or has more than *limit* bytes."""
    try:
        handle = os.open(where.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise Refused("that is no file", remedy="look with `storage ls`", code="no-file")
            if found.st_size > limit:
                raise Refused(
                    f"the file has {found.st_size} bytes, more than the {limit} that Discord takes",
                    remedy="fetch it from the remote",
                    code="too-big",
                )
            return file.read(limit + 1)[:limit]
    except OSError as error:
        raise _refused(error, "read") from error


def write(where: Place, data: bytes) -> None:
    """Replace the file by *data*, making its directories. Raises `Refused`."""
    if where.folder.mode == "restore":
        raise Refused("this folder follows its remote", remedy="put the file on the remote", code="read-only")
    try:
        where.file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=where.file.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(handle)
            Path(temporary).chmod(0o644)
            os.replace(temporary, where.file)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _refused(error, "written") from error


def _refuse_links(where: Place) -> None:
    """No part below the folder may be a link, for it may lead anywhere."""
    below = where.folder.local
    for part in where.path.split("/"):
        below = below / part
        if below.is_symlink():
            raise Refused("a link is in the way", remedy="links are not kept; name the file itself", code="bad-path")


def _refused(error: OSError, done: str) -> Refused:
    """Say what the disk said, without the path of the host."""
    return Refused(f"the file can't be {done}: {error.strerror}", remedy="look with `storage ls`", code="disk")
