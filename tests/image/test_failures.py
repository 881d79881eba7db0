"""Does each of the 28 recorded failures have a check that fires on it and stays silent on its healthy twin?"""

import re
from pathlib import Path

import pytest

from scripts import failures
from tests.image import cases
from tests.image.cases import Case

CASES = cases.load()
OWN = [case for case in CASES if case.check]
ELSEWHERE = [case for case in CASES if not case.check]
ROOT = Path(__file__).parents[2]


def test_all_28_failures_have_a_row() -> None:
    assert {case.number for case in CASES} == set(range(1, 29))


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.folder)
def test_the_check_fires_on_the_fault(case: Case, tmp_path: Path) -> None:
    found = cases.errors(case, case.fault, tmp_path / "fault")

    assert (case.expect["kind"], case.expect["name"]) in [(kind, name) for kind, name, _ in found]
    assert any(case.expect["message"] in message for _, _, message in found)


@pytest.mark.parametrize("case", OWN, ids=lambda case: case.folder)
def test_the_check_is_silent_on_the_healthy_twin(case: Case, tmp_path: Path) -> None:
    assert cases.errors(case, case.healthy, tmp_path / "healthy") == []


@pytest.mark.parametrize("case", ELSEWHERE, ids=lambda case: case.folder)
def test_the_tests_that_a_row_names_are_there(case: Case) -> None:
    for reference in (case.fires, case.silent):
        path, _, name = reference.partition("::")

        assert re.search(rf"def {name}\(", (ROOT / path).read_text()), reference


def test_the_committed_table_is_current() -> None:
    assert (ROOT / "docs" / "failures.md").read_text() == failures.table(CASES)
