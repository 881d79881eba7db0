"""Is a real folder kept, end to end, through the shipped supervisord.conf, from a foreign working directory?"""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.running import Helix, eventually, start_helix

pytestmark = pytest.mark.xdist_group("chaos-programs")

MIB = 1024 * 1024


def test_a_dropped_file_reaches_the_remote_byte_for_byte(helix: Helix) -> None:
    content = os.urandom(300_000)

    (helix.folder / "rituals").mkdir()
    (helix.folder / "rituals" / "first.bin").write_bytes(content)

    assert eventually(lambda: (helix.remote / "rituals" / "first.bin").read_bytes() == content)


def test_an_edit_of_the_same_size_reaches_the_remote(helix: Helix) -> None:
    file = helix.folder / "same-size.txt"
    file.write_text("one")
    assert eventually(lambda: (helix.remote / file.name).read_text() == "one")
    times = file.stat()

    # same size and same modification time: only the change time and the inode tell
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert eventually(lambda: (helix.remote / file.name).read_text() == "two")


def test_a_rename_and_a_deletion_reach_the_remote_and_the_deleted_file_stays_in_the_trash(helix: Helix) -> None:
    (helix.folder / "old-name.txt").write_text("renamed")
    (helix.folder / "doomed.txt").write_text("not lost")
    assert eventually(lambda: (helix.remote / "old-name.txt").exists() and (helix.remote / "doomed.txt").exists())

    (helix.folder / "old-name.txt").rename(helix.folder / "new-name.txt")
    (helix.folder / "doomed.txt").unlink()

    assert eventually(lambda: (helix.remote / "new-name.txt").read_text() == "renamed")
    assert eventually(
        lambda: not (helix.remote / "old-name.txt").exists() and not (helix.remote / "doomed.txt").exists()
    )
    kept = [path.read_text() for path in (helix.remote / ".helix").rglob("*doomed*")]
    assert kept == ["not lost"]


def test_a_change_on_the_remote_comes_back(helix: Helix) -> None:
    (helix.remote / "from-afar.txt").write_text("hello")

    assert helix.command("sync", "now").returncode == 0

    assert eventually(lambda: (helix.folder / "from-afar.txt").read_text() == "hello")


def test_a_deleted_file_is_brought_back_by_the_command_line(helix: Helix) -> None:
    (helix.folder / "precious.txt").write_text("v1")
    assert eventually((helix.remote / "precious.txt").exists)
    (helix.folder / "precious.txt").unlink()
    assert eventually(lambda: not (helix.remote / "precious.txt").exists())

    done = helix.command("restore", "precious.txt")

    assert done.returncode == 0, done.stderr
    assert (helix.folder / "precious.txt").read_text() == "v1"


def test_links_sockets_and_odd_names_are_reported_and_never_followed(helix: Helix) -> None:
    outside = helix.home.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.txt").write_text("not ours")
    (helix.folder / "link").symlink_to(outside)
    os.mkfifo(helix.folder / "pipe")
    odd = os.fsencode(helix.folder) + b"/caf\xe9"
    Path(os.fsdecode(odd)).write_text("latin-1")
    (helix.folder / "beside.txt").write_text("fine")

    assert eventually(lambda: (helix.remote / "beside.txt").read_text() == "fine")
    # a file is on the remote before its pass has ended, and told what was left out
    status = eventually(lambda: "pipe" in (said := helix.command("status", "--json").stdout) and said)

    assert not (helix.remote / "link").exists()
    assert "link" in status
    for path in (helix.folder / "link", helix.folder / "pipe", Path(os.fsdecode(odd))):
        path.unlink()


def test_ten_thousand_small_files_and_a_large_one_arrive() -> None:
    with start_helix() as helix:
        helix.wait_ready()
        for number in range(10_000):
            directory = helix.folder / f"{number % 50:02}"
            directory.mkdir(exist_ok=True)
            (directory / f"{number}.txt").write_text(str(number))
        with (helix.folder / "large.bin").open("wb") as large:
            for number in range(1024):
                large.write(number.to_bytes(4, "big") * (MIB // 4))

        assert eventually((helix.remote / "large.bin").exists, within=120, what="the large file on the remote")
        assert eventually(lambda: count(helix.remote) == 10_001, within=120, what="10,001 files on the remote")

        assert digest(helix.remote / "large.bin") == digest(helix.folder / "large.bin")
        sample = helix.remote / "07" / "9957.txt"
        assert sample.read_text() == "9957"


def count(place: Path) -> int:
    return sum(len(files) for top, _, files in os.walk(place) if ".helix" not in top)


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()


def test_an_emptied_folder_deletes_nothing_and_says_why() -> None:
    with start_helix(HELIX_MAX_DELETE="50%", HELIX_SETTLE_SECONDS="3") as helix:
        helix.wait_ready()
        for number in range(500):
            (helix.folder / f"{number}.txt").write_text(str(number))
        assert eventually(lambda: count(helix.remote) == 500)

        shutil.rmtree(helix.folder)
        helix.folder.mkdir()
        helix.command("sync", "now", "--wait", "20")

        assert eventually(lambda: helix.command("conflicts").returncode == 1, what="the rail waits for a person")
        assert eventually(lambda: helix.get("/health").body["status"] == "warn")
        assert count(helix.remote) == 500


def test_a_stop_in_the_middle_of_uploads_loses_nothing() -> None:
    with start_helix() as helix:
        helix.wait_ready()
        for number in range(200):
            (helix.folder / f"{number}.bin").write_bytes(os.urandom(200_000))
        assert eventually(lambda: count(helix.remote) > 0, what="the first upload")

        assert helix.stop() == 0
        flushed = count(helix.remote)
        print(f"{flushed} of 200 on the remote at the stop")
        for file in helix.folder.glob("*.bin"):
            there = helix.remote / file.name
            assert not there.exists() or there.read_bytes() == file.read_bytes()
        home = helix.home

        with start_helix(home=home) as again:
            again.wait_ready()
            assert eventually(lambda: count(again.remote) == 200, what="all 200 after the next start")
            for file in again.folder.glob("*.bin"):
                assert (again.remote / file.name).read_bytes() == file.read_bytes()
