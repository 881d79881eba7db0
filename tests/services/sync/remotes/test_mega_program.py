"""Does the real program keep a folder at MEGA, both ways, without waiting for the next scan?"""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.mega import Account, MegaServer
from tests.services.sync.running import Sync, eventually

TOP, PASSWORD = "Top", "correct horse battery"


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def there(me: Account, path: str) -> bytes | None:
    return me.files().get(f"{TOP}/{path}")


async def test_a_folder_and_a_mega_account_follow_each_other(home: Path) -> None:
    with MegaServer() as server:
        me = server.add_account("me@example.org", PASSWORD)
        me.put(f"{TOP}/theirs", b"theirs")
        account = {"MEGA_EMAIL": me.email, "MEGA_PASS": PASSWORD, "MEGA_API_URL": server.url}
        sync = Sync(home, HELIX_REMOTE=f"mega:/{TOP}", HELIX_SCAN_SECONDS="3600", **account)
        try:
            await eventually(lambda: (sync.folder / "theirs").read_bytes() == b"theirs", "restored")
            (sync.folder / "ours").write_bytes(b"ours")
            await eventually(lambda: there(me, "ours") == b"ours", "uploaded")
            me.put(f"{TOP}/d/later", b"later")
            await eventually(lambda: (sync.folder / "d/later").read_bytes() == b"later", "a hint brought it")
            os.rename(sync.folder / "ours", sync.folder / "moved")
            await eventually(lambda: (there(me, "moved"), there(me, "ours")) == (b"ours", None), "moved")
        finally:
            sync.process.send_signal(signal.SIGTERM)
            status = sync.process.wait(30)

        assert status == 0
        assert server.record.calls("f") < 4
        server.assert_clean()
        assert PASSWORD not in (home / "log").read_text()
