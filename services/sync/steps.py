"""How are many small things done together, so that one flush makes them all durable?

An act in *steps* is a generator that does its work up to where something must be durable, and there hands over the tree
that has to be flushed. `run_together` takes many acts to that point, flushes each tree once, and goes on. Every act
fails or succeeds by itself, exactly as if it were alone.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from helix.errors import HelixError
from services.sync.open_tree import OpenTree

T = TypeVar("T")
Steps = Generator[OpenTree, None, T]
"""Yields the tree that must be flushed before the next step; ends with the act's result."""


def run_together(acts: Sequence[Steps[T]], proceed: Callable[[], None]) -> list[T | HelixError]:
    """Do all acts; gives each one's result or the error it failed with. Blocking.

    `proceed` is asked before each step of each act; when it raises, all that have not ended are broken off, and it
    is raised on. What an act has put in place by then may not be durable, so that nothing of it may be remembered.
    """
    results: dict[int, T | HelixError] = {}
    running = dict(enumerate(acts))
    try:
        while running:
            waiting: dict[OpenTree, list[int]] = {}
            for number in list(running):
                proceed()
                tree = _step(number, running, results, None)
                if tree is not None:
                    waiting.setdefault(tree, []).append(number)
            for tree, numbers in waiting.items():
                _flush(tree, numbers, running, results)
    finally:
        for act in running.values():
            act.close()
    return [results[number] for number in range(len(acts))]


def _flush(
    tree: OpenTree, numbers: list[int], running: dict[int, Steps[T]], results: dict[int, T | HelixError]
) -> None:
    """Flush for all who wait for it; a failure is each one's own, for nobody knows whose content was lost."""
    try:
        tree.flush()
    except OSError as error:
        for number in numbers:
            _step(number, running, results, error)


def _step(
    number: int, running: dict[int, Steps[T]], results: dict[int, T | HelixError], failure: OSError | None
) -> OpenTree | None:
    """Take one act to its next flush; None if it has ended."""
    act = running[number]
    try:
        return next(act) if failure is None else act.throw(failure)
    except StopIteration as end:
        results[number] = end.value
    except HelixError as error:
        results[number] = error
    del running[number]
    return None
