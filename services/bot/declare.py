"""How is a command declared?

A command's description, which Discord shows, is the first line of its docstring. The library's own decorators do the
work; these only give them a type that a strict checker can follow.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from discord.ext import commands

Handler = Callable[..., Coroutine[Any, Any, None]]
Command = commands.HybridCommand[Any, ..., None]
Group = commands.HybridGroup[Any, ..., None]

_command: Callable[[Handler], Command] = commands.hybrid_command()
_group: Callable[[Handler], Group] = commands.hybrid_group(invoke_without_command=True)


def command(handler: Handler) -> Command:
    """Make *handler* a prefix and a slash command."""
    return _command(handler)


def group(handler: Handler) -> Group:
    """Make *handler* the group of that name, run when it is given without a subcommand."""
    return _group(handler)


def part_of(parent: Group) -> Callable[[Handler], Command]:
    """Make a handler a subcommand of *parent*."""
    made: Callable[[Handler], Command] = parent.command()
    return made


def limited(
    times: int, seconds: float, per: commands.BucketType = commands.BucketType.user
) -> Callable[[Handler], Handler]:
    """Allow so many uses in so many seconds."""
    decorate: Callable[[Handler], Handler] = commands.cooldown(times, seconds, per)
    return decorate
