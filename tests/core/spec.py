"""What is a random world made of? One tree, perturbed into three, and the misfortunes of its run; all of it data.

Independent random trees miss nearly everything: what matters is one tree that people changed on both sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from helix.core.cases import Mode
from helix.core.trees import Side

Op = tuple[str, str, str]
"""verb, path, content or target"""

POOL = ("a", "b", "d", "d/s", "d/s/z", "d/x", "d/y", "e", "e/x", "f")
FOLDED_POOL = ("A", "D", "D/x", "a", "b", "d", "d/x", "d/y", "e")
FILES = ("a", "b", "d/s/z", "d/x", "d/y", "e/x", "f")
MODES = (Mode.TWO_WAY, Mode.TWO_WAY, Mode.TWO_WAY, Mode.TWO_WAY, Mode.MIRROR, Mode.RESTORE)
EVENTS = ("fail", "fail", "kill", "local", "remote")
BUSY = ("", "d", "e")
PARTS = (*(0,) * 13, 1, 2, 3)
LAST_TICK = 24


@dataclass(frozen=True, slots=True)
class Spec:
    """A world before anything has happened; `seed` also drives the shuffling of each wave."""

    seed: int
    mode: Mode = Mode.TWO_WAY
    local_digests: bool = True
    remote_digests: bool = True
    identity: bool = False
    folds: bool = False
    reuses: bool = False
    keep_deleted: bool = False
    base: tuple[tuple[str, str | None], ...] = ()
    forgotten: tuple[str, ...] = ()
    ops: tuple[tuple[Side, Op], ...] = ()
    events: tuple[tuple[int, str, Op | None], ...] = ()
    """(tick, what happens there, what a person does)"""
    partial: tuple[tuple[int, Side, str], ...] = ()
    """(round, side, directory that could not be listed)"""
    flaky: tuple[int, ...] = ()
    """rounds before which an etag changes for no reason"""
    busy: tuple[tuple[int, str], ...] = ()
    """(round, directory in which people are still at work here)"""
    part: int = 0
    """a plan of more changed paths is not held but carried out in parts of so many; 0: always held"""
    lone: Side | None = None
    """all there is at first stands on this side, and nothing was ever in sync"""


@dataclass(slots=True)
class _Maker:
    """Draws the parts of one spec."""

    random: Random
    pool: tuple[str, ...]
    serial: int = field(default=0)

    def fresh(self) -> str:
        """A content that nobody else has; two lengths, so that sizes often agree."""
        self.serial += 1
        return f"{self.serial}." if self.random.random() < 0.7 else f"{self.serial}.."

    def op(self) -> Op:
        """What one person does."""
        pick, path = self.random.random(), self.pool[int(self.random.random() * len(self.pool))]
        other = self.pool[int(self.random.random() * len(self.pool))]
        if pick < 0.34:
            return ("write", path, self.fresh())
        if pick < 0.58:
            return ("delete", path, "")
        if pick < 0.80:
            return ("move", path, other)
        if pick < 0.86:
            return ("mkdir", path, "")
        if pick < 0.91:
            return ("touch", path, "")
        if pick < 0.95:
            return ("copy", path, other)
        return ("swap", path, other)


def spec_of(seed: int) -> Spec:
    """The world of a seed."""
    random = Random(seed)
    chance = random.random
    folds = chance() < 0.08
    maker = _Maker(random, FOLDED_POOL if folds else POOL)
    base = _base(maker, folds)
    spec = Spec(
        seed=seed,
        mode=MODES[int(chance() * len(MODES))],
        local_digests=chance() < 0.6,
        remote_digests=chance() < 0.4,
        identity=chance() < 0.5,
        folds=folds,
        reuses=chance() < 0.3,
        keep_deleted=chance() < 0.03,
        base=base,
        forgotten=_forgotten(chance, base, random),
        ops=tuple(_ops(maker)),
        events=tuple(_events(maker)),
        partial=((0, _side(random), "d"),) if chance() < 0.05 else (),
        flaky=(int(chance() * 2),) if chance() < 0.08 else (),
        busy=((int(chance() * 2), BUSY[int(chance() * len(BUSY))]),) if chance() < 0.1 else (),
        part=PARTS[int(chance() * len(PARTS))],
    )
    return replace(spec, part=1 + int(chance() * 3), lone=_side(random)) if chance() < 0.04 else spec


def _side(random: Random) -> Side:
    return Side.LOCAL if random.random() < 0.5 else Side.REMOTE


def _base(maker: _Maker, folds: bool) -> tuple[tuple[str, str | None], ...]:
    chosen = [path for path in (("a", "d/x", "d/y") if folds else FILES) if maker.random.random() < 0.45]
    nodes: dict[str, str | None] = {}
    for path in chosen:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            nodes["/".join(parts[:depth])] = None
        nodes[path] = maker.fresh()
    return tuple(nodes.items())


def _forgotten(chance: object, base: tuple[tuple[str, str | None], ...], random: Random) -> tuple[str, ...]:
    pick = random.random()
    if pick < 0.10:
        return tuple(path for path, _ in base)
    if pick < 0.18:
        return tuple(path for path, _ in base if random.random() < 0.4)
    return ()


def _ops(maker: _Maker) -> Iterator[tuple[Side, Op]]:
    for _ in range(1 + int(maker.random.random() * 4)):
        op = maker.op()
        side = _side(maker.random)
        yield side, op
        if op[0] in {"write", "move", "delete"} and maker.random.random() < 0.12:
            yield side.other, op  # both people do the very same


def _events(maker: _Maker) -> Iterator[tuple[int, str, Op | None]]:
    while maker.random.random() < 0.4:
        what = EVENTS[int(maker.random.random() * len(EVENTS))]
        tick = 1 + int(maker.random.random() * LAST_TICK)
        yield tick, what, maker.op() if what in {"local", "remote"} else None


def smaller(spec: Spec) -> Iterator[Spec]:
    """The same world with one part less, for shrinking a failure."""
    for name in ("ops", "events", "partial", "flaky", "busy", "forgotten", "base"):
        parts = getattr(spec, name)
        for index in range(len(parts)):
            yield replace(spec, **{name: parts[:index] + parts[index + 1 :]})
    plain = {"folds": False, "reuses": False, "keep_deleted": False, "identity": False, "lone": None}
    for name, value in plain.items():
        if getattr(spec, name) != value:
            yield replace(spec, **{name: value})
    for name in ("local_digests", "remote_digests"):
        if not getattr(spec, name):
            yield replace(spec, **{name: True})
    if spec.mode is not Mode.TWO_WAY:
        yield replace(spec, mode=Mode.TWO_WAY)
