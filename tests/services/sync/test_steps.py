"""Do acts that are done together share their flushes, and fail alone?"""

import errno
from collections.abc import Callable

import pytest

from helix.errors import HelixError
from services.sync.open_tree import OpenTree
from services.sync.steps import Steps, run_together


class Lost(HelixError):
    """The claim is gone."""


class Tree(OpenTree):
    """Flushes nothing and tells of it."""

    def __init__(self, told: list[str], name: str = "flush", failure: OSError | None = None) -> None:
        self.told, self.name, self.failure = told, name, failure

    def flush(self) -> None:
        self.told.append(self.name)
        if self.failure is not None:
            raise self.failure


def act(name: str, told: list[str], *trees: OpenTree, failure: HelixError | None = None) -> Steps[str]:
    """Tells of each step; fails after the last flush, if told to."""
    try:
        for number, tree in enumerate(trees):
            told.append(f"{name}{number}")
            try:
                yield tree
            except OSError as error:
                raise HelixError(f"{name}: {error.strerror}") from error
        if failure is not None:
            raise failure
        return name
    finally:
        told.append(f"{name} ends")


def always() -> None:
    """Nothing is in the way."""


def after(steps: int) -> Callable[[], None]:
    """The claim falls after so many steps."""
    left = steps

    def proceed() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Lost("the claim fell")

    return proceed


def test_all_take_a_step_then_one_flush_serves_them_all() -> None:
    told: list[str] = []
    tree = Tree(told)

    results = run_together([act("a", told, tree, tree), act("b", told, tree, tree)], always)

    assert results == ["a", "b"]
    assert told == ["a0", "b0", "flush", "a1", "b1", "flush", "a ends", "b ends"]


def test_each_tree_is_flushed_for_those_who_wait_for_it() -> None:
    told: list[str] = []
    one, two = Tree(told, "one"), Tree(told, "two")

    results = run_together([act("a", told, one), act("b", told, two), act("c", told)], always)

    assert results == ["a", "b", "c"]
    assert told == ["a0", "b0", "c ends", "one", "two", "a ends", "b ends"]


def test_one_that_fails_leaves_the_others_alone() -> None:
    told: list[str] = []
    tree, failure = Tree(told), HelixError("no")

    results = run_together([act("a", told, tree), act("b", told, failure=failure), act("c", told, tree)], always)

    assert results == ["a", failure, "c"]


def test_a_failed_flush_fails_those_who_waited_for_it_and_nobody_else() -> None:
    told: list[str] = []
    bad, good = Tree(told, "bad", OSError(errno.EIO, "I/O error")), Tree(told, "good")

    results = run_together([act("a", told, bad, bad), act("b", told, good), act("c", told, bad)], always)

    assert [str(result) for result in results] == ["a: I/O error", "b", "c: I/O error"]
    assert "a1" not in told, "it went on without its content being durable"


@pytest.mark.parametrize("steps", range(4))
def test_all_are_broken_off_when_the_claim_falls_before_any_step(steps: int) -> None:
    told: list[str] = []
    tree = Tree(told)
    acts = [act("a", told, tree), act("b", told, tree)]

    with pytest.raises(Lost):
        run_together(acts, after(steps))

    begun = [word[0] for word in told if word.endswith("0")]
    assert len(begun) == min(steps, 2)
    assert [word for word in told if word.endswith("ends")] == [f"{name} ends" for name in begun]


def test_a_fault_of_the_program_is_not_taken_for_a_result() -> None:
    told: list[str] = []

    def wrong() -> Steps[str]:
        yield tree
        raise ValueError("a bug")

    tree = Tree(told)
    with pytest.raises(ValueError, match="a bug"):
        run_together([wrong(), act("b", told, tree, tree)], always)

    assert told[-1] == "b ends"
