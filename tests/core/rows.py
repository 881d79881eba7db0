"""How do the tests of the engine spell a row, and a plan, in one line?"""

from helix.core.actions import Action, MoveLocal, MoveRemote
from helix.core.cases import Rules
from helix.core.plan import plan
from helix.core.trees import BaseState, Kind, LocalState, RemoteState, Row, walk_key

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


def base(content: str | None, *, inode: int = 1, etag: str | None = None) -> BaseState | None:
    """The journal row of a path that both sides had with that content."""
    if content is None:
        return None
    if content == "dir":
        return BaseState(DIRECTORY, 0, 0, inode, etag or "")
    return BaseState(FILE, len(content), 1, inode, etag or f"e-{content}", f"t:{content}")


def row(path: str, here: str | None, there: str | None, before: str | None, inode: int | None = None) -> Row:
    """A row; a content that differs from the base's also has another stamp, and each path its own inode."""
    number = inode or int.from_bytes(path.encode(), "big")
    stamp = 1 if here == before else 2
    return Row(path, local(here, inode=number, mtime=stamp), remote(there), base(before, inode=number))


def blind(row_: Row) -> Row:
    """The same row where nobody has read the contents."""
    here = row_.local._replace(digest=None) if row_.local else None
    there = row_.remote._replace(digest=None) if row_.remote else None
    return row_._replace(local=here, remote=there)


def swapped(row_: Row) -> Row:
    """The row of a world in which the two sides have changed places."""
    contents = [
        None if state is None else "dir" if state.kind is DIRECTORY else str(state.digest).removeprefix("t:")
        for state in (row_.remote, row_.local, row_.base)
    ]
    return row(row_.path, *contents)


def renamed_here(old: str, new: str, content: str = "old", inode: int = 7) -> list[Row]:
    """The two rows of a file that was renamed here, and that nobody has read since."""
    here = local(content, inode=inode)
    return [
        Row(old, None, remote(content), base(content, inode=inode)),
        Row(new, here._replace(digest=None) if here else None, None, None),
    ]


def names(rows: list[Row], rules: Rules | None = None) -> list[str]:
    """The plan in words: `Upload a`, `MoveRemote a > b`."""
    ordered = sorted(rows, key=lambda one: walk_key(one.path))
    return [word(action) for action in plan(ordered, rules).actions]


def word(action: Action) -> str:
    """One action in words."""
    target = f" > {action.to}" if isinstance(action, MoveLocal | MoveRemote) else ""
    return f"{type(action).__name__} {action.path}{target}"
