"""What does Helix do at each misfortune at which raw mega.py was watched? Also writes the table of docs/mega.md.

`python -m tests.services.sync.remotes.mega_faults` renews the table.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

from services.sync.remotes.errors import RemoteError
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account, MegaServer
from tests.emulators.mega.fault_matrix import HANGS, MATRIX, OK, SOURCE, TARGET, Act, Case

DOCUMENT: Final = Path("docs/mega.md")
BEGIN, END = "<!-- faults: begin -->\n", "<!-- faults: end -->\n"
DEADLINE_SECONDS: Final = 20.0

REFUSALS: Final = {
    "try again (-3) for ever": "Throttled",
    "too many logins (-4)": "Throttled",
    "account blocked (-16)": "Refused",
    "second factor needed (-26)": "Refused",
    "an error object in the list": "Unreachable",
    "the account must pay (-29)": "OverQuota",
    "no room (-17)": "OverQuota",
    "transfer quota spent (HTTP 509)": "OverQuota",
}
"""What Helix says where trying again can't help; everywhere else the deed is done, once."""


def expected(case: Case) -> str:
    """What Helix says: `ok`, or the error's name."""
    return REFUSALS.get(case.name, OK)


async def outcome(case: Case, remote: MegaRemote, server: MegaServer, me: Account, work: Path) -> str:
    """Let Helix do the deed while the misfortune waits; what it said."""
    if case.act is not Act.LOGIN:
        await remote.connect()
    if case.act is Act.LIST:
        # the account is listed only if nothing of it was kept
        await remote.close()
        for kept in work.glob("mega/tree-*"):
            kept.unlink()
    if case.act is Act.DOWNLOAD:
        me.put(SOURCE, bytes(range(250)) * (case.size // 250) + bytes(case.size % 250))
    case.arm(server)
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await _deed(case, remote, work)
    except RemoteError as error:
        assert error.remedy, "an error says what to do"
        return type(error).__name__
    except TimeoutError:
        return HANGS
    return OK


async def _deed(case: Case, remote: MegaRemote, work: Path) -> None:
    match case.act:
        case Act.LOGIN:
            await remote.connect()
        case Act.LIST:
            await remote.connect()
            async for _ in remote.listing():
                pass
        case Act.UPLOAD:
            await asyncio.to_thread((work / TARGET).write_bytes, bytes(case.size))
            await remote.upload(Source.of(str(work / TARGET)), TARGET, expect=None)
        case Act.DOWNLOAD:
            entry = await remote.stat(SOURCE)
            assert entry is not None
            await remote.download(SOURCE, str(work / SOURCE), expect=entry.etag)
            assert os.stat(work / SOURCE).st_size == case.size


def table() -> str:
    """The rows that docs/mega.md shows."""
    rows = ["| while | misfortune | raw mega.py 1.0.8 | Helix |\n", "|---|---|---|---|\n"]
    for case in MATRIX:
        raw = {OK: "goes on", HANGS: "hangs"}.get(case.raw, f"`{case.raw}`")
        if case.copies == 1:
            raw += ", the file is there"
        ours = "does it, once" if expected(case) == OK else f"`{expected(case)}` with a remedy"
        rows.append(f"| {case.act} | {case.name} | {raw} | {ours} |\n")
    return "".join(rows)


def with_table(document: str) -> str:
    """The document with the table of now."""
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_table(DOCUMENT.read_text()))
