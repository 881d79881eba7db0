"""Who may read, who may act?"""

import pytest

from services.bot.permissions import READING, Need, Person, Rules, need_of, refusal

GUILD, ARCHITECT, KEEPER, READER, STRANGER = 1, 10, 11, 12, 13
ACT_ROLE, READ_ROLE = 100, 101
RULES = Rules(guild_id=GUILD, architect_id=ARCHITECT, act_roles=frozenset({ACT_ROLE}))
CLOSED = Rules(GUILD, ARCHITECT, frozenset({ACT_ROLE}), frozenset({READ_ROLE}))


def person(number: int, *roles: int, guild: int | None = GUILD) -> Person:
    return Person(number, guild, frozenset(roles))


@pytest.mark.parametrize(
    ("who", "rules", "reads", "acts"),
    [
        (person(STRANGER), RULES, True, False),
        (person(KEEPER, ACT_ROLE), RULES, True, True),
        (person(ARCHITECT), RULES, True, True),
        (person(STRANGER), CLOSED, False, False),
        (person(READER, READ_ROLE), CLOSED, True, False),
        (person(KEEPER, ACT_ROLE), CLOSED, True, True),
        (person(KEEPER, ACT_ROLE, guild=2), RULES, False, False),
        (person(STRANGER, guild=None), RULES, False, False),
        (person(ARCHITECT, guild=None), RULES, True, True),
        (person(STRANGER, ACT_ROLE), Rules(), True, False),
        (person(STRANGER, guild=2), Rules(), True, False),
    ],
)
def test_reading_is_for_the_guild_and_acting_for_the_few(who: Person, rules: Rules, reads: bool, acts: bool) -> None:
    assert (refusal(who, rules, Need.READ) is None, refusal(who, rules, Need.ACT) is None) == (reads, acts)


def test_where_nobody_may_act_the_refusal_says_which_setting_is_missing() -> None:
    assert "ARCHITECT_ID" in (refusal(person(STRANGER), Rules(), Need.ACT) or "")


def test_a_command_that_nobody_classified_acts() -> None:
    assert need_of("brand new") is Need.ACT
    assert not READING & {
        "sync now",
        "sync pause",
        "sync resume",
        "sync verify",
        "storage put",
        "storage restore",
        "audit",
    }
