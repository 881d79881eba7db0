"""Which store do the settings choose, and is one that can't be used named with its setting?"""

from pathlib import Path

import pytest

from helix.core.cases import Mode
from helix.errors import HelixError
from helix.parsing import Secret
from services.sync.lease import SoleWriter
from services.sync.leases.choose import Leases
from services.sync.leases.doubled import DoubledStore
from services.sync.leases.remote_file import RemoteFileStore
from services.sync.leases.sqlite import SqliteStore
from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.world import folder


async def test_a_sqlite_file_that_can_not_be_used_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, certainly not\n" * 100)

    for path in (tmp_path / "nowhere" / "x.db", tmp_path / "text"):
        with pytest.raises(HelixError, match="DATABASE_URL"):
            await SqliteStore(str(path), "files").trial()


async def test_the_settings_choose_the_store(tmp_path: Path) -> None:
    local = folder(tmp_path)
    none, sqlite = Leases(None), Leases(Secret(f"sqlite:{tmp_path}/lease.db"))
    postgres = Leases(Secret("postgresql://u:p@127.0.0.1:1/x"))

    chosen = [type(leases.store(local, MemoryRemote(), "me")) for leases in (none, sqlite, postgres)]
    reader = sqlite.store(folder(tmp_path, mode=Mode.RESTORE), MemoryRemote(), "me")
    await postgres.close()

    assert chosen == [RemoteFileStore, DoubledStore, DoubledStore]
    assert isinstance(reader, SoleWriter)
