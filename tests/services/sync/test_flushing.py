"""Is the flush of a whole file system used only where it is as good as an fsync of each file?"""

import errno
import os
from pathlib import Path

import pytest

from services.sync import flushing


def test_the_kernels_own_file_systems_are_not_trusted() -> None:
    descriptor = os.open("/proc", os.O_RDONLY)

    trusted = flushing.is_trusted(descriptor)

    os.close(descriptor)
    assert not trusted


def test_a_closed_descriptor_is_not_trusted_and_can_not_be_flushed(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)

    assert not flushing.is_trusted(descriptor)
    with pytest.raises(OSError) as caught:
        flushing.flush(descriptor)
    assert caught.value.errno in (errno.EBADF, errno.ENOSYS)


def test_without_the_call_nothing_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flushing, "_syncfs", None)
    descriptor = os.open(tmp_path, os.O_RDONLY)

    trusted = flushing.is_trusted(descriptor)

    assert not trusted
    with pytest.raises(OSError, match="not implemented"):
        flushing.flush(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize(("kind", "trusted"), [(0xEF53, True), (0x58465342, True), (0x65735546, False)])
def test_the_type_of_the_file_system_decides(monkeypatch: pytest.MonkeyPatch, kind: int, trusted: bool) -> None:
    def answers(_descriptor: int, buffer: "flushing.ctypes.Array[flushing.ctypes.c_char]") -> int:
        flushing.ctypes.c_ulong.from_buffer(buffer).value = kind
        return 0

    monkeypatch.setattr(flushing, "_syncfs", lambda _descriptor: 0)
    monkeypatch.setattr(flushing, "_fstatfs", answers)

    assert flushing.is_trusted(0) is trusted
