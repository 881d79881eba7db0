"""Is every number and every status of MEGA a typed error with a remedy, when it comes over the real transport?"""

import pytest

from services.sync.remotes.errors import (
    Changed,
    Corrupt,
    Gone,
    OverQuota,
    Refused,
    RemoteError,
    Throttled,
    Unreachable,
)
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account, Answer, MegaServer, Raw

CODES: dict[type[RemoteError], set[int]] = {
    Unreachable: {-1, -2, -5, -7, -8, -13, -15, -20, -21, -25, -99},
    Throttled: {-3, -4, -6, -18, -19},
    Gone: {-9},
    Changed: {-10, -12},
    Refused: {-11, -16, -22, -23, -26, -27, -28, -30},
    Corrupt: {-14},
    OverQuota: {-17, -24, -29},
}
STATUSES: dict[type[RemoteError], set[int]] = {
    Throttled: {402, 429},
    Unreachable: {403, 404, 500, 502, 503, 504},
    OverQuota: {509},
}
VOID = {-5, -8, -9}
"""Numbers at a piece that ask for a new address; when that does not help, the remote is not reachable."""
WAIT = 1234.0


async def refusal(remote: MegaRemote, source: Source) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        await remote.upload(source, "file", expect=None)
    assert caught.value.remedy
    return caught.value


def by_number(table: dict[type[RemoteError], set[int]]) -> dict[int, type[RemoteError]]:
    return {number: kind for kind, numbers in table.items() for number in numbers}


async def test_every_number_of_a_command(server: MegaServer, remote: MegaRemote, source: Source) -> None:
    told = {}
    for code in by_number(CODES):
        server.fail("u", Answer(code), times=None)
        error = await refusal(remote, source)
        told[code] = type(error)
        assert str(code) in error.message
        server.heal()

    assert told == by_number(CODES)
    assert set(range(-30, 0)) <= told.keys()


async def test_every_number_at_a_piece_of_content(server: MegaServer, remote: MegaRemote, source: Source) -> None:
    told = {}
    for code in by_number(CODES):
        server.fail("upload", Raw(body=str(code).encode()), times=None)
        told[code] = type(await refusal(remote, source))
        server.heal()

    assert told == by_number(CODES) | dict.fromkeys(VOID, Unreachable)


async def test_every_status_of_a_request_and_of_a_piece(server: MegaServer, remote: MegaRemote, source: Source) -> None:
    told: dict[str, dict[int, type[RemoteError]]] = {"u": {}, "upload": {}}
    for on, found in told.items():
        for status in by_number(STATUSES):
            server.fail(on, Raw(status, headers=(("X-MEGA-Time-Left", f"{WAIT:.0f}"),)), times=None)
            error = await refusal(remote, source)
            found[status] = type(error)
            assert status != 509 or error.retry_after == WAIT
            server.heal()

    assert told == {"u": by_number(STATUSES), "upload": by_number(STATUSES)}


async def test_after_all_of_them_the_file_is_stored_once(
    server: MegaServer, me: Account, remote: MegaRemote, source: Source
) -> None:
    for code in (-1, -9, -17):
        server.fail("p", Answer(code))
        await refusal(remote, source)

    await remote.upload(source, "file", expect=None)

    assert [content for content in me.files().values()] == [b"content"]
