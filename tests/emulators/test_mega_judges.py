"""Do four clients that nobody here wrote agree with the test server, and with each other through it?

Each writes a folder of awkward sizes and names, all others read it; the owner (the server's own code) writes one,
too. What a client is known to break on stands in corpus.py; anything else, worse or better, fails.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.emulators.mega import Account, MegaServer
from tests.emulators.mega.judges.corpus import LARGE, NAMES, SIZES, can_read, can_write, lay_out, stub
from tests.emulators.mega.judges.judge import Judge, Login
from tests.emulators.mega.judges.megajs import MegaJs
from tests.emulators.mega.judges.megapy import MegaPy, repaired
from tests.emulators.mega.judges.megatools import MegaTools
from tests.emulators.mega.judges.rclone import Rclone

Table = dict[tuple[str, str, str], bool]


@dataclass(frozen=True)
class Court:
    """A server, an account, and its judges."""

    server: MegaServer
    me: Account
    judges: Sequence[Judge]
    work: Path

    def write_all(self, files: dict[str, bytes], source: Path, judges: Sequence[Judge]) -> Table:
        """(writer, "", file) → did the server get exactly that?"""
        for name, content in files.items():
            self.me.put(f"owner-{source.name}/{name}", content)
        _side_by_side(lambda judge: judge.write(source, f"{judge.name}-{source.name}"), judges)
        stored = self.me.files()
        writers = ("owner", *(judge.name for judge in judges))
        return {(w, "", n): stored.get(f"{w}-{source.name}/{n}") == files[n] for w in writers for n in files}

    def read_all(self, files: dict[str, bytes], source: Path, judges: Sequence[Judge], *, ring: bool = False) -> Table:
        """(writer, reader, file) → did the reader get exactly that? In a ring each reads only the one before it."""
        table: Table = {}

        def read(reader: Judge) -> None:
            before = judges[judges.index(reader) - 1].name
            for writer in (before,) if ring else ("owner", *(judge.name for judge in judges)):
                into = self.work / f"{source.name}-{writer}-{reader.name}"
                into.mkdir()
                reader.read(f"{writer}-{source.name}", into)
                for name, content in files.items():
                    got = into / name
                    table[writer, reader.name, name] = got.exists() and got.read_bytes() == content

        _side_by_side(read, judges)
        return table


def _side_by_side(act: Callable[[Judge], object], judges: Sequence[Judge]) -> None:
    """All judges at once: half of their time they wait for themselves."""
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(act, judge) for judge in judges]:
            done.result()


@pytest.fixture(params=[2, 1], ids=["v2", "v1"])
def court(request: pytest.FixtureRequest) -> Iterator[Court]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield from hold_court(request.param, Path(folder))


def hold_court(version: int, work: Path) -> Iterator[Court]:
    tls = str(work / "tls.sock")
    with MegaServer(tls_socket=tls) as server:
        me = server.add_account("me@example.org", "secret", version=version)
        login = Login(server.url, me.email, "secret")
        assert server.ca_file is not None
        tools = MegaTools(login, work, tls_socket=tls, ca_file=server.ca_file)
        yield Court(server, me, (Rclone(login, work), MegaPy(login, work), MegaJs(login, work), tools), work)


def differences(table: Table) -> list[str]:
    """Where the table is not as known: better or worse."""
    known = {
        (writer, reader, name): can_read(reader, writer, name)
        if reader
        else can_write(writer, name) or writer == "megajs"
        for writer, reader, name in table
    }
    return [f"{key}: {'works' if table[key] else 'fails'}" for key in table if table[key] != known[key]]


@pytest.mark.parametrize("court", [2], ids=["v2"], indirect=True)
def test_each_writes_and_all_others_read_every_awkward_size_and_name(court: Court) -> None:
    files = lay_out(court.work / "all", SIZES, NAMES)

    table = court.write_all(files, court.work / "all", court.judges)
    table |= court.read_all(files, court.work / "all", court.judges)

    assert differences(table) == []
    wrong = [finding.split()[1].rstrip(":") for finding in court.server.unreadable()]
    assert {Path(e.path).parts[0] for e in court.me.entries() if e.handle in wrong} == {"megajs-all"}
    court.server.assert_no_unknown()
    assert court.server.record.crashes == []


@pytest.mark.parametrize("court", [2], ids=["v2"], indirect=True)
def test_the_quick_clients_also_agree_on_sizes_around_the_last_growing_chunk(court: Court) -> None:
    files = lay_out(court.work / "large", LARGE)
    quick = [judge for judge in court.judges if judge.name != "mega.py"]

    table = court.write_all(files, court.work / "large", quick)
    table |= court.read_all(files, court.work / "large", quick, ring=True)

    assert differences(table) == []


@pytest.mark.parametrize("court", [1], ids=["v1"], indirect=True)
def test_each_logs_in_to_an_account_of_the_first_kind_and_reads_the_others(court: Court) -> None:
    files = lay_out(court.work / "old", (17, 131089))

    table = court.write_all(files, court.work / "old", court.judges)
    table |= court.read_all(files, court.work / "old", court.judges, ring=True)

    assert differences(table) == []
    court.server.assert_clean()


@pytest.mark.parametrize("court", [2], ids=["v2"], indirect=True)
def test_mega_py_says_index_error_where_the_last_chunk_is_short_and_mojibake_for_names(court: Court) -> None:
    sizes = (131073, 131088, 131089)
    lay_out(court.work / "stub", sizes)
    court.me.put("файл", b"x")
    raw = next(judge for judge in court.judges if isinstance(judge, MegaPy))

    failures = raw.write(court.work / "stub", "stub")

    assert failures == {f"{size}.bin": "IndexError" for size in sizes if stub(size)}
    names = [str(node["a"]["n"]) for node in raw.client.get_files().values() if node["a"]]
    assert "файл" not in names
    assert "файл" in map(repaired, names)


@pytest.mark.parametrize("court", [2], ids=["v2"], indirect=True)
def test_two_files_of_one_name_are_two_for_every_client(court: Court) -> None:
    court.me.put("twice/same.txt", b"one")
    court.me.put("twice/same.txt", b"two")
    rclone, raw, _, tools = court.judges
    assert isinstance(rclone, Rclone) and isinstance(raw, MegaPy) and isinstance(tools, MegaTools)
    raw.client.login(court.me.email, "secret")

    seen = {
        "rclone": rclone.listing("twice"),
        "mega.py": [n["a"]["n"] for n in raw.client.get_files().values() if n["t"] == 0],
        "megatools": tools.command("ls", "-n", "/Root/twice").stdout.split(),
    }

    assert seen == {client: ["same.txt", "same.txt"] for client in seen}
