"""Is a local file that can't be read told apart from one that changes?"""

import errno
import os
from pathlib import Path

import pytest

from services.sync.remotes.errors import OverQuota, SourceChanged, SourceUnreadable, Unreachable
from services.sync.remotes.local import LocalRemote
from services.sync.remotes.source import Source


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    return file


def bad_sector(*_args: int) -> bytes:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def full_disk(*_args: int) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_that_became_a_link_has_changed(file: Path, tmp_path: Path) -> None:
    source = Source.of(str(file))
    file.rename(tmp_path / "moved")
    file.symlink_to(tmp_path / "moved")

    with pytest.raises(SourceChanged):
        source.digest()


def test_a_bad_sector_is_named_as_the_disk_of_the_local_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source.of(str(file))
    monkeypatch.setattr(os, "pread", bad_sector)

    with pytest.raises(SourceUnreadable, match=r"Input/output error .look at the disk of the local folder"):
        source.digest()


@pytest.mark.parametrize("size", [7, 9_000_000])
async def test_a_disk_remote_blames_the_side_that_failed(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    file.write_bytes(b"1" * size)
    remote = LocalRemote(str(tmp_path / "remote"))
    await remote.connect()
    stored = await remote.upload(Source.of(str(file)), "file", expect=None)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full_disk)
        with pytest.raises(Unreachable, match="can't be written here: No space left"):
            await remote.download("file", str(tmp_path / "fetched"), expect=stored.etag)
        with pytest.raises(OverQuota, match="on the remote"):
            await remote.upload(Source.of(str(file)), "other", expect=None)
    monkeypatch.setattr(os, "pread", bad_sector)
    with pytest.raises(SourceUnreadable):
        await remote.upload(Source.of(str(file)), "other", expect=None)
    with pytest.raises(Unreachable, match="Input/output error on the remote"):
        await remote.download("file", str(tmp_path / "again"), expect=stored.etag)
