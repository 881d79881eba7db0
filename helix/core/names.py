"""How is a name of the remote written as a file name here, and what is a conflict copy called?

One rule for every remote. A name that can be a file name is left as it is. What can't be (`/`, control characters,
lone surrogates, `.`, `..`, the empty name) is escaped as `%` and the code in hex:

    remote       here           remote       here
    ------       ----           ------       ----
    a/b          a%2Fb          .            %2E
    tab<TAB>     tab%09         ..           %2E.
    (nothing)    %_             50%          50%
    a%2Fb        a%252Fb        a%252Fb      a%25252Fb

A `%` is doubled to `%25` only where it would be read as an escape, so ordinary names with `%` stay as they are.
`remote_name(local_name(x)) == x` for every name that fits, and `local_name(remote_name(y)) == y` for every file
name, and no result can leave its folder. A name too long for a file system is cut and marked with a digest of the
whole; that is one-way, so a remote finds such a node through its own listing.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

NAME_BYTES = 255  # the limit of ext4, XFS, APFS and NTFS alike
_CODE = r"(?:0[0-9A-F]|1[0-9A-F]|2F|7F|uD[89A-F][0-9A-F]{2})"
_ESCAPABLE = re.compile(rf"[\x00-\x1f/\x7f\ud800-\udfff]|%(?:25)*{_CODE}")
_ESCAPED = re.compile(rf"%((?:25)*)({_CODE})")
_WHOLE = re.compile(r"(\.\.?|)|%(?:25)*(?:2E\.?|_)")
_ESCAPED_WHOLE = re.compile(r"%((?:25)*)(2E\.?|_)")
_CONFLICT = re.compile(r" \(conflict [0-9a-f]{8,}\)$")
_CUT_DIGEST = 16
_EXTENSION_BYTES = 16


def local_name(remote: str) -> str:
    """The file name for one name of the remote."""
    if _WHOLE.fullmatch(remote):
        return _escape_whole(remote)
    return _fit(_ESCAPABLE.sub(lambda found: _escape(found[0]), remote))


def remote_name(local: str) -> str:
    """The remote's name for one file name: the inverse of `local_name`."""
    if found := _ESCAPED_WHOLE.fullmatch(local):
        doubled, what = found[1], found[2]
        return f"%{doubled[2:]}{what}" if doubled else {"2E": ".", "2E.": "..", "_": ""}[what]
    return _ESCAPED.sub(lambda found: _unescape(found[1], found[2]), local)


def conflict_name(path: str, digest: str) -> str:
    """What the copy of a conflicting content is called, beside `path`.

    It comes from the content and not from the clock, so that a run that is repeated makes no twin.
    """
    return next(conflict_names(path, digest))


def conflict_names(path: str, digest: str) -> Iterator[str]:
    """The conflict name, then longer ones for the case that somebody has edited a copy of that name."""
    folder, slash, name = path.rpartition("/")
    stem, extension = _split(name)
    stem = _CONFLICT.sub("", stem)
    hexadecimal = digest.rpartition(":")[2]
    for length in (8, 16, 32, 64):
        tail = f" (conflict {hexadecimal[:length]}){extension}"
        yield f"{folder}{slash}{_cut(stem, NAME_BYTES - len(_bytes(tail)))}{tail}"


def conflicting_path(path: str) -> str | None:
    """The path beside which `conflict_name` put this copy; None if the name is no conflict copy's.

    A name that had to be cut for the copy stays cut.
    """
    folder, slash, name = path.rpartition("/")
    stem, extension = _split(name)
    found = _CONFLICT.search(stem)
    return f"{folder}{slash}{stem[: found.start()]}{extension}" if found else None


def is_conflict_copy(path: str) -> bool:
    """Whether the name is one that `conflict_name` gives."""
    return conflicting_path(path) is not None


def fold_case(path: str) -> str:
    """Equal for names that a case-insensitive side takes for one (macOS, Windows, many clouds)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def fold_accents(path: str) -> str:
    """Equal for names that differ only in how their accents are composed."""
    return unicodedata.normalize("NFC", path)


def _escape(piece: str) -> str:
    if piece.startswith("%"):
        return "%25" + piece[1:]
    code = ord(piece)
    return f"%u{code:04X}" if code > 0xFF else f"%{code:02X}"


def _unescape(doubled: str, code: str) -> str:
    return f"%{doubled[2:]}{code}" if doubled else chr(int(code.removeprefix("u"), 16))


def _escape_whole(name: str) -> str:
    if name.startswith("%"):
        return "%25" + name[1:]
    return {"": "%_", ".": "%2E", "..": "%2E."}[name]


def _fit(name: str) -> str:
    """The name itself, or its beginning, a digest of the whole, and its extension."""
    whole = _bytes(name)
    if len(whole) <= NAME_BYTES:
        return name
    tail = f"%~{hashlib.sha256(whole).hexdigest()[:_CUT_DIGEST]}{_split(name)[1]}"
    return _cut(name, NAME_BYTES - len(_bytes(tail))) + tail


def _split(name: str) -> tuple[str, str]:
    """The stem, and the extension with its dot; a long one is none, and a dot file is all stem."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(_bytes(extension)) > _EXTENSION_BYTES:
        return name, ""
    return stem, dot + extension


def _cut(name: str, limit: int) -> str:
    return _bytes(name)[:limit].decode("utf-8", "ignore")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
