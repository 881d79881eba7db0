"""Does a pass look where something changed, and at everything in time?"""

from services.sync.attention import Attention
from services.sync.hints import EVERYWHERE, NOWHERE, Hint


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def attention(clock: Clock) -> Attention:
    return Attention(100.0, clock=clock, draw=lambda: 0.5)


def test_the_first_pass_looks_everywhere() -> None:
    assert attention(Clock()).take() == EVERYWHERE


def test_then_a_pass_looks_where_the_hints_say_once() -> None:
    watching = attention(Clock())
    watching.looked(watching.take())
    watching.add(Hint(frozenset({"a"})))
    watching.add(Hint(frozenset({"b"})))

    first, second = watching.take(), watching.take()

    assert first == Hint(frozenset({"a", "b"}))
    assert second == NOWHERE


def test_one_hint_that_may_mean_anything_means_everything() -> None:
    watching = attention(Clock())
    watching.looked(watching.take())
    watching.add(Hint(frozenset({"a"})))
    watching.add(EVERYWHERE)

    assert watching.take() == EVERYWHERE


def test_looks_at_a_few_directories_never_put_off_the_look_at_everything() -> None:
    clock = Clock()
    watching = attention(clock)
    watching.looked(watching.take())

    for clock.now in range(0, 100, 9):
        watching.add(Hint(frozenset({"a"})))
        where = watching.take()
        watching.looked(where)
        assert where == Hint(frozenset({"a"}))
        assert watching.patience == 100 - clock.now
    clock.now = 100.0

    assert watching.patience == 0
    assert watching.take() == EVERYWHERE
