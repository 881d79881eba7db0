"""Who may give which command?

| command                              | DISCORD_GUILD_ID set | not set             |
|--------------------------------------|----------------------|---------------------|
| any, from another guild or a DM      | no                   | no from a DM        |
| one that reads                       | everyone in the guild, or only DISCORD_READ_ROLES where set |
| any other: it acts                   | ARCHITECT_ID and DISCORD_ACT_ROLES                          |

ARCHITECT_ID may do everything, from anywhere. A command that is not named as reading acts: denied by default.
Asked before a command runs, and again when a button is pressed, for a role may have been taken away in between.
"""

from dataclasses import dataclass
from enum import StrEnum

from helix.settings import Discord

READING = frozenset(
    {
        "help",
        "status",
        "testmega",
        "heartbeat",
        "version",
        "doctor",
        "sync",
        "sync plan",
        "sync history",
        "sync conflicts",
        "storage",
        "storage ls",
        "storage find",
        "storage get",
        "storage usage",
    }
)
"""Commands that change nothing that stays (`testmega` deletes the file it wrote). The two groups alone only list."""


class Need(StrEnum):
    """What a command asks of its giver."""

    READ = "read"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Person:
    """Who gives a command, and from where; `guild_id` is None in a direct message."""

    id: int
    guild_id: int | None
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is allowed what, from the settings."""

    guild_id: int | None = None
    architect_id: int | None = None
    act_roles: frozenset[int] = frozenset()
    read_roles: frozenset[int] = frozenset()


def rules_of(discord: Discord) -> Rules:
    """Take the rules from the settings."""
    return Rules(discord.guild_id, discord.architect_id, discord.act_roles, discord.read_roles)


def need_of(command: str) -> Need:
    """Say what *command* (its full name, such as `sync now`) asks of its giver."""
    return Need.READ if command in READING else Need.ACT


def refusal(person: Person, rules: Rules, need: Need) -> str | None:  # noqa: PLR0911 (one return a row of the table)
    """Say why *person* may not, or None when they may."""
    if rules.architect_id is not None and person.id == rules.architect_id:
        return None
    if person.guild_id is None:
        return "I answer in the server only, not in direct messages."
    if rules.guild_id is not None and person.guild_id != rules.guild_id:
        return "I belong to another server."
    if need is Need.READ:
        readers = rules.read_roles | rules.act_roles
        return "This is for certain roles only." if rules.read_roles and not readers & person.role_ids else None
    if person.role_ids & rules.act_roles:
        return None
    if rules.architect_id is None and not rules.act_roles:
        return "Nobody may do this yet: set ARCHITECT_ID or DISCORD_ACT_ROLES."
    return "This is for the architect and the allowed roles only."
