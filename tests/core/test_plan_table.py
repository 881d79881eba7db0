"""Is the table in plan.py's docstring what the plan does, line by line?"""

import re

import pytest

from helix.core import plan as plan_module
from helix.core.cases import Change, Mode, Rules
from helix.core.plan import TABLE, plan
from tests.core.rows import row

CONTENT = {
    ("here", Change.NEW): "mine",
    ("here", Change.EDITED): "mine",
    ("there", Change.NEW): "theirs",
    ("there", Change.EDITED): "theirs",
}
ACTIONS = {
    "push": {"Upload"},
    "pull": {"Download"},
    "meet": {"KeepBoth"},
    "adopt": set(),
    "drop remote": {"TrashRemote"},
    "drop local": {"TrashLocal"},
    "forget": {"Forget"},
    "leave": {"Skip"},
    "-": set(),
}
MEET_ONE_WAY = {Mode.MIRROR: {"Upload"}, Mode.RESTORE: {"Download"}}


def _documented() -> list[tuple[Change, Change, Mode, str]]:
    lines = re.findall(r"^    (\w+) +(\w+) +(.+)$", plan_module.__doc__ or "", re.MULTILINE)
    cases = []
    for here, there, rest in lines:
        if here in set(Change) and there in set(Change):
            answers = re.split(r" {2,}", rest)
            cases += [
                (Change(here), Change(there), mode, answer)
                for mode, answer in zip((Mode.TWO_WAY, Mode.MIRROR, Mode.RESTORE), answers, strict=False)
            ]
    return cases


def _side(name: str, change: Change) -> str | None:
    if change in {Change.NONE, Change.GONE}:
        return None
    return CONTENT.get((name, change), "old")


def _row(here: Change, there: Change):
    before = None if {here, there} & {Change.NONE, Change.NEW} else "old"
    return row("a", _side("here", here), _side("there", there), before)


def test_the_docstring_holds_every_line_of_the_table() -> None:
    documented = {(here, there) for here, there, _, _ in _documented()}

    assert documented == set(TABLE) | {(Change.NONE, Change.NONE)}


@pytest.mark.parametrize(("here", "there", "mode", "answer"), _documented())
def test_the_plan_does_what_the_docstring_says(here: Change, there: Change, mode: Mode, answer: str) -> None:
    actions = plan([_row(here, there)], Rules(mode=mode)).actions

    expected = MEET_ONE_WAY.get(mode, ACTIONS["meet"]) if answer == "meet" else ACTIONS[answer]
    assert {type(action).__name__ for action in actions} == expected
