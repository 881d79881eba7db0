"""Does every remedy of the program read on behind `→`, whichever outlet shows it?"""

import ast
import re
from functools import cache

import pytest

from tests.shape.remedies import Positions, positions, remedies, sentences, well_formed
from tests.shape.tree import PACKAGES, parsed, python_files, text, tracked

CODE = python_files(*PACKAGES)
SENTENCES = {
    # the help of metrics and of the command line, and what the bot says in a conversation, stand alone
    "healthcheck/families.py",
    "helix/cli/__main__.py",
    "helix/image/formats/as_text.py",
    "services/bot/commands/storage.py",
    "services/bot/commands/sync.py",
    "services/bot/confirm.py",
    "services/bot/failures.py",
    "services/bot/metrics.py",
    "services/bot/permissions.py",
    "services/sync/metrics.py",
    "services/sync/remotes/timed.py",
    "services/warden/pulse.py",
}
"""files whose sentences are no remedies"""


@cache
def where() -> Positions:
    """Where the program's own functions and classes take a remedy."""
    return positions(parsed(path) for path in CODE)


def test_a_remedy_begins_small_and_has_no_full_stop() -> None:
    told = [(path, line, remedy) for path in CODE for line, remedy in remedies(parsed(path), where())]

    assert len(told) > 150
    assert [f"{path}:{line}: {remedy}" for path, line, remedy in told if not well_formed(remedy)] == []


def test_nothing_else_is_told_in_whole_sentences() -> None:
    others = [path for path in CODE if path not in SENTENCES]

    assert [f"{path}:{line}: {one}" for path in others for line, one in sentences(parsed(path))] == []


def test_the_dashboards_own_remedies_read_the_same() -> None:
    scripts = [path for path in tracked() if path.startswith("healthcheck/dashboard/") and path.endswith(".js")]

    assert len(scripts) > 1
    assert [path for path in scripts if re.search(r"→ [A-Z][a-z]", text(path))] == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('raise HelixError("x", remedy="Free some space.")', "Free some space."),
        ('raise HelixError("x", remedy=f"free {some} space.")', None),
        ('WHY_REMEDY = "Look at the log"', "Look at the log"),
        ('FREE = "Free some"\ncheck("x", remedy=FREE if full else "")', "Free some"),
        ('class Bad(HelixError):\n    default_remedy = "Check it"', "Check it"),
        ('Trip(KIND, "the text", "Correct the clock")', "Correct the clock"),
    ],
)
def test_a_remedy_that_begins_large_or_ends_is_found(source: str, told: str | None) -> None:
    found = [remedy for _, remedy in remedies(ast.parse(source), where()) if not well_formed(remedy)]

    assert len(found) == 1
    assert told in (None, found[0])


@pytest.mark.parametrize(
    "told",
    [
        "",
        "free some space",
        "`helix sync plan` names them",
        "HELIX_REMOTE names it",
        "Helix tries again",
        "MEGA has it",
    ],
)
def test_a_small_beginning_and_a_name_are_left_alone(told: str) -> None:
    assert well_formed(told)


def test_a_sentence_in_a_table_is_found_and_a_docstring_is_not() -> None:
    source = (
        '"""A file."""\nROWS = {-1: (Throttled, "busy", "Wait for it.")}\nTUPLE = "FAIL", "`helix plan` tells it."\n'
    )

    assert {told for _, told in sentences(ast.parse(source))} == {"Wait for it.", "`helix plan` tells it."}
