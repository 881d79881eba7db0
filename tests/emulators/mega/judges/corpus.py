"""Which files do the judges exchange, and which of them is each known to break on?"""

import random
from collections.abc import Iterable
from pathlib import Path

from tests.emulators.mega.crypto import chunk_bounds

SMALL = (0, 1, 15, 16, 17)
LARGE = (4718592, 4718609)
STEPS = (-1, 0, 1, 8, 16, 17)
SIZES = (*SMALL, *(131072 + step for step in STEPS), *(393216 + step for step in STEPS), 1310719, 1310720, 1310721)
NAMES = ("naïve файл.txt", "狐 🦊.txt", "n" * 200, "a 'quoted' & 100% odd; $name.txt")
EMOJI = NAMES[1]


def lay_out(folder: Path, sizes: Iterable[int], names: Iterable[str] = (), *, seed: int = 0) -> dict[str, bytes]:
    """Files of these sizes and names, the same for the same seed."""
    dice = random.Random(seed)
    files = {f"{size}.bin": dice.randbytes(size) for size in sizes}
    files |= {name: dice.randbytes(40) for name in names}
    folder.mkdir()
    for name, content in files.items():
        folder.joinpath(name).write_bytes(content)
    return files


def size_of(name: str) -> int:
    """The size in a file's name; the oddly named ones are small and harmless."""
    stem = name.removesuffix(".bin")
    return int(stem) if stem.isdigit() else 40


def _last_chunk(size: int) -> int:
    return max((end - start for start, end in list(chunk_bounds(size))[-1:]), default=0)


def stub(size: int) -> bool:
    """A last chunk of 1 to 16 bytes behind others: mega.py's IndexError."""
    return size > 16 and _last_chunk(size) <= 16


def fills(size: int) -> bool:
    """An end in the last 16 bytes of a chunk: megajs adds the MAC of one more, empty chunk."""
    padded = -(-size // 16) * 16
    return size > 0 and padded in {end for _, end in chunk_bounds(padded + 1)}


def can_write(writer: str, name: str) -> bool:
    """Is what this client stores right? (megajs gives sizes that fill a chunk a MAC that only megajs believes.)"""
    size = size_of(name)
    match writer:
        case "mega.py":
            return not stub(size)
        case "megajs":
            return not fills(size)
        case "megatools":
            return size > 0
    return True


def can_read(reader: str, writer: str, name: str) -> bool:
    """Does this reader get what that writer stored?"""
    size = size_of(name)
    if reader == writer == "megajs":
        return True
    match reader:
        case "mega.py":
            fine = size > 0 and not stub(size)
        case "megajs":
            fine = size > 0 and not fills(size)
        case "megatools":
            # it takes an empty file's MAC for zero, and mega.py's escaped surrogates for two characters
            fine = (size > 0 or writer in ("mega.py", "owner")) and (writer, name) != ("mega.py", EMOJI)
        case _:
            fine = True
    return fine and can_write(writer, name)
