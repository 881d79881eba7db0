"""What holds for every plan of every three trees?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from helix.core.cases import Mode, Rules
from helix.core.order import removes, waves
from helix.core.plan import plan
from helix.core.trees import Row, Side, walk_key
from tests.core.rows import blind, row, word

SWAPPED = (
    ("Upload", "Download"),
    ("TrashLocal", "TrashRemote"),
    ("MakeDirLocal", "MakeDirRemote"),
    ("RemoveDirLocal", "RemoveDirRemote"),
    ("MoveLocal", "MoveRemote"),
)
MIRRORED = {one: two for pair in SWAPPED for one, two in (pair, pair[::-1])}
FILES = ("one", "two", "three", None)
LOCAL_WRITES = {"Download", "TrashLocal", "MakeDirLocal", "RemoveDirLocal", "MoveLocal", "KeepBoth"}
REMOTE_WRITES = {"Upload", "TrashRemote", "MakeDirRemote", "RemoveDirRemote", "MoveRemote"}


@st.composite
def tree(draw: st.DrawFn) -> dict[str, str]:
    """One side: a few files and directories that fit together."""
    nodes: dict[str, str] = {}
    for path in ("a", "b"):
        content = draw(st.sampled_from(FILES))
        nodes |= {path: content} if content else {}
    for path in ("d", "d/s"):
        parent = path.rpartition("/")[0]
        content = draw(st.sampled_from(("dir", "dir", "one", None)))
        if content and (not parent or nodes.get(parent) == "dir"):
            nodes[path] = content
    for path in ("d/s/x", "d/x", "d/y"):
        content = draw(st.sampled_from(FILES))
        if content and nodes.get(path.rpartition("/")[0]) == "dir":
            nodes[path] = content
    return nodes


@st.composite
def three_trees(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Two sides and a base; the sides are often the base with a change."""
    before = draw(tree())
    here = draw(st.one_of(st.just(before), tree()))
    there = draw(st.one_of(st.just(before), tree()))
    return here, there, draw(st.sampled_from((before, before, {})))


def rows_of(here: dict[str, str], there: dict[str, str], before: dict[str, str]) -> list[Row]:
    """The merged rows."""
    paths = sorted({*here, *there, *before}, key=walk_key)
    return [row(path, here.get(path), there.get(path), before.get(path)) for path in paths]


@given(three_trees())
def test_the_two_sides_are_treated_alike(trees: tuple[dict[str, str], ...]) -> None:
    here, there, before = trees

    straight = [word(action) for action in plan(rows_of(here, there, before)).actions]
    swapped = [word(action) for action in plan(rows_of(there, here, before)).actions]

    def mirrored(text: str) -> str:
        verb, _, rest = text.partition(" ")
        return f"{MIRRORED.get(verb, verb)} {rest}"

    assert sorted(map(mirrored, swapped)) == sorted(straight)


@given(tree())
def test_equal_trees_need_nothing(nodes: dict[str, str]) -> None:
    made = plan(rows_of(nodes, nodes, nodes))

    assert (made.actions, made.more, made.known) == ((), False, len(nodes))


@given(three_trees())
def test_a_lost_journal_deletes_nothing(trees: tuple[dict[str, str], ...]) -> None:
    here, there, _ = trees

    actions = plan(rows_of(here, there, {})).actions

    assert not [action for action in actions if any(removes(action, side) for side in Side)]


@given(three_trees(), st.sampled_from([Mode.MIRROR, Mode.RESTORE]))
def test_a_one_way_plan_never_writes_to_its_source(trees: tuple[dict[str, str], ...], mode: Mode) -> None:
    actions = plan(rows_of(*trees), Rules(mode=mode)).actions

    forbidden = LOCAL_WRITES if mode is Mode.MIRROR else REMOTE_WRITES
    assert not {type(action).__name__ for action in actions} & forbidden


@given(three_trees())
def test_every_action_says_why_and_what_it_expects(trees: tuple[dict[str, str], ...]) -> None:
    rows = {one.path: blind(one) for one in rows_of(*trees)}

    for action in plan(list(rows.values())).actions:
        assert action.why
        assert action.local in {rows[action.path].local, None}
        assert action.remote in {rows[action.path].remote, None}


@given(three_trees())
def test_the_waves_hold_each_action_once(trees: tuple[dict[str, str], ...]) -> None:
    actions = plan(rows_of(*trees)).actions

    assert sorted(map(repr, actions)) == sorted(repr(action) for wave in waves(actions) for action in wave)


@settings(max_examples=50)
@given(three_trees())
def test_a_plan_depends_on_nothing_but_its_rows(trees: tuple[dict[str, str], ...]) -> None:
    assert plan(rows_of(*trees)) == plan(iter(rows_of(*trees)))
