"""Is a program believed that says why it left, and is what it said in an earlier life not taken for it?"""

import pytest

from helix.core.health import FAILED, Check, Status, last_words
from tests.core.situations import NOW, STARTED, report

WELL = Check("bot:session", Status.PASS, "", "", NOW)
REFUSED = Check("bot:start", Status.FAIL, "Discord refuses the token", "give DISCORD_TOKEN", NOW)


@pytest.mark.parametrize("began", [STARTED - 1.0, STARTED, STARTED + 5.0])
def test_who_left_is_believed_if_it_began_in_the_life_that_ended_which_is_told_in_whole_seconds(began: float) -> None:
    left = report("bot", WELL, REFUSED, state=FAILED, started_at=began)

    assert last_words(left, STARTED) is REFUSED


def test_what_was_said_in_an_earlier_life_explains_nothing() -> None:
    earlier = report("bot", REFUSED, state=FAILED, started_at=STARTED - 1.5)

    assert last_words(earlier, STARTED) is None


def test_who_left_without_naming_a_failure_has_said_nothing() -> None:
    left = report("bot", WELL, state=FAILED, started_at=STARTED)

    assert last_words(left, STARTED) is None
