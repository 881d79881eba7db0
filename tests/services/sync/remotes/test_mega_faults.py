"""Does Helix survive every misfortune at which mega.py fails, and is the table in docs/mega.md true?"""

from pathlib import Path

import pytest

from tests.emulators.mega.fault_matrix import MATRIX, TARGET, Act, Case
from tests.services.sync.remotes.mega_account import make, open_server
from tests.services.sync.remotes.mega_faults import DOCUMENT, OK, expected, outcome, with_table


@pytest.mark.parametrize("case", MATRIX, ids=lambda case: f"{case.act}: {case.name}")
async def test_helix_meets_it_so(case: Case, tmp_path: Path) -> None:
    async with open_server() as server:
        (me,) = server.world.accounts.values()
        remote = make(server, tmp_path, folder="")

        said = await outcome(case, remote, server, me, tmp_path)
        await remote.close()
        server.heal()
        left = [entry.path for entry in me.entries()].count(TARGET)

        assert said == expected(case)
        assert not case.recoverable or said == OK
        if case.act is Act.UPLOAD:
            assert left == (said == OK)
        server.assert_clean()


def test_the_committed_table_is_the_one_that_the_tests_prove() -> None:
    document = DOCUMENT.read_text()

    assert with_table(document) == document
