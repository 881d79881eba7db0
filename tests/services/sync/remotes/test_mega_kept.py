"""Does a restart find the tree that was kept, catch up, and never trust it wrongly?"""

import asyncio
import random
import secrets
import shutil
import stat
from pathlib import Path

import pytest

from services.sync.remotes.mega.kept import TreeFile
from services.sync.remotes.mega.remote import MegaRemote
from services.sync.remotes.source import Source
from tests.emulators.mega import Account, MegaServer, Raw
from tests.services.sync.remotes.mega_account import EMAIL, account_of, make
from tests.services.sync.running import eventually

TOP = "Helix/files"


def kept_file(home: Path) -> Path:
    (file,) = (home / "mega").glob("tree-*.bin")
    return file


async def shown(remote: MegaRemote) -> dict[str, str]:
    return {entry.path: entry.etag async for batch in remote.listing() for entry in batch}


def held(me: Account) -> dict[str, str]:
    """What the account really holds, in the words of `shown`."""
    below = [entry for entry in me.entries() if entry.path.startswith(f"{TOP}/")]
    return {entry.path.removeprefix(f"{TOP}/"): "" if entry.folder else entry.handle for entry in below}


async def put(remote: MegaRemote, work: Path, path: str) -> None:
    source = work / "source"
    await asyncio.to_thread(source.write_bytes, secrets.token_bytes(20))
    known = await remote.stat(path)
    await remote.upload(Source.of(str(source)), path, expect=None if known is None else known.etag)


async def laid_out(server: MegaServer, me: Account, home: Path) -> None:
    """An account that a first run has seen and kept."""
    me.put(f"{TOP}/a/one.txt", b"1")
    me.put(f"{TOP}/a/two.txt", b"22")
    me.put(f"{TOP}/b/three.txt", b"333")
    async with account_of(server, home):
        pass
    server.record.clear()


async def test_a_restart_lists_nothing_and_knows_all(server: MegaServer, me: Account, tmp_path: Path) -> None:
    await laid_out(server, me, tmp_path)

    async with account_of(server, tmp_path) as remote:
        assert await shown(remote) == held(me)

    assert server.record.calls("f") == 0
    assert stat.S_IMODE(kept_file(tmp_path).stat().st_mode) == 0o600


async def test_what_others_did_meanwhile_is_seen_without_a_listing(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    await laid_out(server, me, tmp_path)
    me.put(f"{TOP}/c/new.txt", b"new")
    me.put(f"{TOP}/passing.txt", b"made and gone")
    me.remove(f"{TOP}/passing.txt")
    me.rename(f"{TOP}/a/one.txt", "uno.txt")
    me.move(f"{TOP}/b/three.txt", f"{TOP}/a")
    me.trash(f"{TOP}/a/two.txt")

    async with account_of(server, tmp_path) as remote:
        assert await shown(remote) == held(me)

    assert server.record.calls("f") == 0


async def test_a_connection_made_again_lists_nothing(server: MegaServer, me: Account, tmp_path: Path) -> None:
    async with account_of(server, tmp_path) as remote:
        me.put(f"{TOP}/new.txt", b"new")

        await remote.connect()

        assert await shown(remote) == held(me)
    assert server.record.calls("f") == 1


async def test_a_program_that_was_killed_finds_what_the_watcher_kept(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    running = make(server, tmp_path)
    await running.connect()
    await eventually(lambda: list((tmp_path / "mega").glob("tree-*.bin")))
    await put(running, tmp_path, "late.txt")
    server.record.clear()

    async with account_of(server, tmp_path) as remote:
        assert await shown(remote) == held(me)

    assert server.record.calls("f") == 0
    await running.close()


async def test_a_file_damaged_at_any_byte_or_cut_at_any_length_is_as_good_as_none(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    await laid_out(server, me, tmp_path)
    async with account_of(server, tmp_path) as remote:
        key = remote._linked.api.session.master_key
    file, tree = kept_file(tmp_path), TreeFile(tmp_path / "mega", EMAIL)
    whole = file.read_bytes()
    assert tree.read(key) is not None

    trusted = []
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        trusted += [("changed", at)] if tree.read(key) else []
        file.write_bytes(whole[:at])
        trusted += [("cut", at)] if tree.read(key) else []

    assert trusted == []


async def test_a_damaged_file_and_one_of_another_account_cost_a_listing_and_nothing_else(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    await laid_out(server, me, tmp_path)
    foreign = TreeFile(tmp_path / "mega", EMAIL)
    contents = [b"", b"\0" * 100, kept_file(tmp_path).read_bytes()[:-1]]

    for number, content in enumerate([*contents, None]):
        if content is None:
            foreign.write("AAAAAAAAAAE", [], bytes(16))
        else:
            kept_file(tmp_path).write_bytes(content)
        async with account_of(server, tmp_path) as remote:
            assert await shown(remote) == held(me)
        assert server.record.calls("f") == number + 1


@pytest.mark.parametrize("answer", [b"-2", b"-6", b"-9"])
async def test_a_number_that_mega_does_not_know_any_more_costs_a_listing(
    server: MegaServer, me: Account, tmp_path: Path, answer: bytes
) -> None:
    await laid_out(server, me, tmp_path)
    me.put(f"{TOP}/new.txt", b"new")
    server.fail("sc", Raw(body=answer))

    async with account_of(server, tmp_path) as remote:
        assert await shown(remote) == held(me)

    assert server.record.calls("f") == 1


async def test_too_many_events_while_the_program_runs_cost_a_listing(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    async with account_of(server, tmp_path) as remote:
        server.fail("sc", Raw(body=b"-6"))
        me.put(f"{TOP}/new.txt", b"new")

        assert await shown(remote) == held(me)
        assert server.record.calls("f") == 2


async def test_a_kept_tree_that_lacks_a_file_which_mega_counts_is_not_used(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    await laid_out(server, me, tmp_path)
    async with account_of(server, tmp_path) as remote:
        tree, key = remote._linked.account.tree, remote._linked.api.session.master_key
        lacking = [node for node in tree.nodes.values() if node.name != "two.txt"]
    TreeFile(tmp_path / "mega", EMAIL).write(tree.sn, lacking, key)

    async with account_of(server, tmp_path) as remote:
        assert await shown(remote) == held(me)

    assert server.record.calls("f") == 1


async def test_the_file_shows_neither_names_nor_keys(server: MegaServer, me: Account, tmp_path: Path) -> None:
    await laid_out(server, me, tmp_path)
    async with account_of(server, tmp_path) as remote:
        session, nodes = remote._linked.api.session, list(remote._linked.account.tree.nodes.values())

    content = kept_file(tmp_path).read_bytes()

    secret = [session.master_key, session.sid.encode(), *(node.key for node in nodes if node.key)]
    names = [(node.name or "").encode() for node in nodes if node.name and len(node.name) > 1]
    assert len(names) == 5
    assert [one for one in secret + names if one in content] == []


async def test_a_disk_that_keeps_nothing_costs_only_a_listing(server: MegaServer, me: Account, tmp_path: Path) -> None:
    await laid_out(server, me, tmp_path)
    file = kept_file(tmp_path)
    file.unlink()
    file.with_suffix(".new").mkdir()

    for number in (1, 2):
        async with account_of(server, tmp_path) as remote:
            assert await shown(remote) == held(me)
        assert server.record.calls("f") == number


async def test_a_change_of_ours_whose_answer_got_lost_in_here_is_known_by_its_event(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    await laid_out(server, me, tmp_path)
    async with account_of(server, tmp_path) as remote:
        handle = held(me)["a/one.txt"]
        await remote._linked.account.change({"a": "d", "n": handle}, "removing it behind the tree's back")
        assert await shown(remote) == held(me)

    async with account_of(server, tmp_path) as remote:
        assert await shown(remote) == held(me)
    assert server.record.calls("f") == 0


async def test_from_any_older_state_a_restart_arrives_at_what_mega_holds(
    server: MegaServer, me: Account, tmp_path: Path
) -> None:
    seed = secrets.randbelow(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    await laid_out(server, me, tmp_path)
    olds: list[Path] = []

    for life in range(12):
        async with account_of(server, tmp_path) as remote:
            assert await shown(remote) == held(me), f"life {life}"
            for number in range(chance.randrange(6)):
                await _do_something(chance, remote, me, tmp_path, f"{life}.{number}")
        olds.append(shutil.copy(kept_file(tmp_path), tmp_path / f"old-{life}"))
        for number in range(chance.randrange(6)):
            await _do_something(chance, None, me, tmp_path, f"{life}-{number}")
        shutil.copy(chance.choice(olds), kept_file(tmp_path))

    assert server.record.calls("f") == 0


async def _do_something(chance: random.Random, remote: MegaRemote | None, me: Account, work: Path, name: str) -> None:
    """One change, by us or by another client."""
    files = [entry for entry in me.entries() if not entry.folder and entry.path.startswith(f"{TOP}/")]
    folder = chance.choice("abc")
    one = chance.choice(files) if files else None
    if one is None or chance.random() < 0.4:
        if remote is None:
            me.put(f"{TOP}/{folder}/{name}", name.encode())
        else:
            await put(remote, work, f"{folder}/{name}")
        return
    path = one.path.removeprefix(f"{TOP}/")
    match chance.randrange(3), remote:
        case 0, None:
            me.remove(one.handle)
        case 1, None:
            me.move(one.handle, f"{TOP}/{folder}")
        case _, None:
            me.rename(one.handle, name)
        case 0, MegaRemote() as ours:
            await ours.remove(path, expect=one.handle)
        case 1, MegaRemote() as ours:
            await ours.move(path, f"{folder}/{name}", expect=one.handle)
        case _, MegaRemote() as ours:
            await put(ours, work, path)
