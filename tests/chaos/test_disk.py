"""Does Helix tell the truth when the disk is full or the journal can't be written, lose nothing, and heal?"""

import tempfile
from pathlib import Path

import pytest

from tests.chaos import places
from tests.chaos.same_words import everywhere
from tests.running import eventually, start_helix

pytestmark = pytest.mark.xdist_group("chaos-disk")


def test_a_full_disk_is_called_a_full_disk_and_nothing_is_lost() -> None:
    with places.tmpfs(megabytes=24) as disk, start_helix(home=disk / "home") as helix:
        helix.wait_ready()
        (helix.folder / "before.txt").write_text("kept")
        assert eventually(lambda: (helix.remote / "before.txt").read_text() == "kept")

        filler = places.fill(disk)
        assert everywhere(helix, "disk")
        assert not any("is hung" in cause for cause in helix.causes())
        filler.unlink()

        helix.wait_ready()
        (helix.folder / "after.txt").write_text("kept too")
        assert eventually(lambda: (helix.remote / "after.txt").read_text() == "kept too")
        assert (helix.remote / "before.txt").read_text() == "kept"


def test_a_journal_that_can_t_be_written_is_named_and_nothing_is_lost() -> None:
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-") as home,
        places.tmpfs(Path(home) / "journal", megabytes=8) as journal,
        start_helix(home=Path(home)) as helix,
    ):
        helix.wait_ready()

        filler = places.fill(journal)
        (helix.folder / "meanwhile.txt").write_text("not to be lost")
        assert everywhere(helix, "journal")
        assert (helix.folder / "meanwhile.txt").read_text() == "not to be lost"
        filler.unlink()

        helix.wait_ready()
        assert eventually(lambda: (helix.remote / "meanwhile.txt").read_text() == "not to be lost")
