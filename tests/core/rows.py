"""How do the tests of the engine spell a row in one line?"""

from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row

FILE, DIRECTORY = Kind.FILE, Kind.DIRECTORY


def local(content: str | None, *, inode: int = 1, mtime: int = 1) -> LocalState | None:
    """A local state: `dir` is a directory, None nothing, all else the content of a file, digest known."""
    if content is None:
        return None
    if content == "dir":
        return LocalState(DIRECTORY, 0, 0, inode)
    return LocalState(FILE, len(content), mtime, inode, f"t:{content}")


def remote(content: str | None, *, etag: str | None = None) -> RemoteState | None:
    """A remote state; the etag names the content unless one is given."""
    if content is None:
        return None
    if content == "dir":
        return RemoteState(DIRECTORY, 0, etag or "")
    return RemoteState(FILE, len(content), etag or f"e-{content}", None, f"t:{content}")


def base(content: str | None, *, inode: int = 1, mtime: int = 1) -> BaseState | None:
    """The journal row of a path that both sides had with that content."""
    if content is None:
        return None
    if content == "dir":
        return BaseState(DIRECTORY, 0, 0, inode, "")
    return BaseState(FILE, len(content), mtime, inode, f"e-{content}", f"t:{content}")


def row(path: str, here: str | None, there: str | None, before: str | None) -> Row:
    """A row; a content that differs from the base's also has another stamp, so that nothing hides an edit."""
    stamp = 1 if here == before else 2
    return Row(path, local(here, mtime=stamp), remote(there), base(before))
