"""Do MEGA's events name every directory in which another client changed something, and no more than they have to?"""

import random
import secrets

import pytest
from msgspec.structs import replace

from helix.core.trees import Kind, is_inside, parent_of
from services.sync.hints import EVERYWHERE, NOWHERE, Hint, directories
from services.sync.remotes.mega import where
from services.sync.remotes.mega.crypto import attribute_key, seal_attributes
from services.sync.remotes.mega.encoding import b64
from services.sync.remotes.mega.events import Event, Relabelled, Removed, Stored
from services.sync.remotes.mega.listing import _walk
from services.sync.remotes.mega.nodes import Node, Type
from services.sync.remotes.mega.tree import Tree

TOP = "top"
KEYS = {Type.FILE: bytes(32), Type.FOLDER: bytes(16)}
WORLDS, STEPS = 300, 5
NAMES = "abc"


def node(handle: str, parent: str, name: str, kind: Type = Type.FOLDER, created: int = 1) -> Node:
    return Node(handle, parent, kind, name, 0, None, created, KEYS.get(kind, b""), "")


def file(handle: str, parent: str, name: str) -> Node:
    return node(handle, parent, name, Type.FILE)


@pytest.fixture
def tree() -> Tree:
    """`top` holds `a/b/x`, `a/y` and `c/b/z`; beside it stands `else`."""
    tree = Tree("sn")
    tree.add([node("root", "", "", Type.ROOT), node("bin", "", "", Type.RUBBISH)])
    tree.add([node(TOP, "root", "Top"), node("else", "root", "Else"), file("e", "else", "e")])
    tree.add([node("A", TOP, "a"), node("B", "A", "b"), file("X", "B", "x"), file("Y", "A", "y"), node("C", TOP, "c")])
    tree.add([node("D", "C", "b"), file("Z", "D", "z")])
    return tree


def renamed(one: Node, name: str) -> Event:
    return Relabelled(one.handle, b64(seal_attributes(attribute_key(one.key), {"n": name})), ours=False)


def moved(tree: Tree, one: Node, parent: str) -> list[Event]:
    """As MEGA tells it: gone, then stored with all below it."""
    return [Removed(one.handle, ours=False), Stored((replace(one, parent=parent), *below(tree, one)), ours=False)]


def below(tree: Tree, one: Node) -> list[Node]:
    found = [child for child in tree.nodes.values() if child.parent == one.handle]
    return found + [deeper for child in found for deeper in below(tree, child)]


def told(tree: Tree, events: list[Event], top: str = TOP) -> Hint:
    hint = NOWHERE
    for event in events:
        hint = hint.joined(where.apply(tree, event, top))
    return hint


def test_a_new_file_names_its_directory(tree: Tree) -> None:
    assert told(tree, [Stored((file("n", "B", "new"),), ours=False)]) == directories({"a/b"})


def test_a_file_of_the_root_names_the_root(tree: Tree) -> None:
    assert told(tree, [Stored((file("n", TOP, "new"),), ours=False)]) == directories({""})


def test_a_file_that_took_the_place_of_an_older_one_names_its_directory_alone(tree: Tree) -> None:
    older = replace(tree.nodes["Y"], parent="n")

    assert told(tree, [Stored((file("n", "A", "y"), older), ours=False)]) == directories({"a"})


def test_a_file_moved_between_directories_names_both(tree: Tree) -> None:
    assert told(tree, moved(tree, tree.nodes["X"], "C")) == directories({"a/b", "c"})


def test_a_deleted_file_names_its_directory(tree: Tree) -> None:
    assert told(tree, [Removed("X", ours=False)]) == directories({"a/b"})


def test_a_deleted_directory_names_the_one_above(tree: Tree) -> None:
    assert told(tree, [Removed("A", ours=False)]) == directories({""})


def test_a_renamed_file_names_its_directory(tree: Tree) -> None:
    assert told(tree, [renamed(tree.nodes["X"], "z")]) == directories({"a/b"})


def test_a_directory_that_moves_names_both_places_and_all_directories_in_it(tree: Tree) -> None:
    assert told(tree, moved(tree, tree.nodes["A"], "C")) == directories({"", "c", "c/a", "c/a/b"})


def test_a_directory_that_is_renamed_names_all_directories_in_it(tree: Tree) -> None:
    assert told(tree, [renamed(tree.nodes["A"], "z")]) == directories({"", "z", "z/b"})


def test_what_comes_from_and_goes_to_elsewhere_in_the_account_names_our_side(tree: Tree) -> None:
    assert told(tree, moved(tree, tree.nodes["e"], "C")) == directories({"c"})
    assert told(tree, moved(tree, tree.nodes["X"], "bin")) == directories({"a/b"})


def test_what_happens_elsewhere_in_the_account_is_no_news(tree: Tree) -> None:
    assert told(tree, [Stored((file("n", "else", "new"),), ours=False), Removed("e", ours=False)]) == NOWHERE


def test_our_own_changes_are_no_news(tree: Tree) -> None:
    assert told(tree, [Stored((file("n", "B", "new"),), ours=True), Removed("X", ours=True)]) == NOWHERE
    assert "n" in tree.nodes
    assert "X" not in tree.nodes


@pytest.mark.parametrize("handle", [TOP, "root"])
def test_where_the_folder_itself_or_what_holds_it_goes_may_be_anything(tree: Tree, handle: str) -> None:
    assert told(tree, [Removed(handle, ours=False)]) == EVERYWHERE


def test_a_parent_that_is_not_known_may_be_anything(tree: Tree) -> None:
    assert told(tree, [Stored((file("n", "nobody", "new"),), ours=False)]) == EVERYWHERE


def test_a_directory_that_cannot_be_read_may_be_anything(tree: Tree) -> None:
    tree.put(replace(tree.nodes["B"], name=None))

    assert told(tree, [Stored((file("n", "B", "new"),), ours=False)]) == EVERYWHERE


def test_nodes_in_a_ring_may_be_anything(tree: Tree) -> None:
    tree.put(replace(tree.nodes["A"], parent="B"))

    assert told(tree, [Stored((file("n", "B", "new"),), ours=False)]) == EVERYWHERE
    assert tree.count_files() == 2


def test_a_folder_that_is_not_known_yet_may_be_anything(tree: Tree) -> None:
    assert told(tree, [Stored((file("n", "B", "new"),), ours=False)], top="") == EVERYWHERE


def test_of_two_directories_of_one_name_the_other_comes_to_light(tree: Tree) -> None:
    tree.put(node("A2", TOP, "a", created=2))

    assert told(tree, [Removed("A2", ours=False)]) == EVERYWHERE


def test_what_comes_into_one_of_two_directories_of_one_name_may_bring_it_to_light(tree: Tree) -> None:
    tree.put(node("A2", TOP, "a", created=2))

    assert told(tree, [Stored((file("n", "A2", "new"),), ours=False)]) == EVERYWHERE


def test_more_directories_than_are_worth_a_look_each_mean_everywhere(tree: Tree) -> None:
    tree.add([node(f"d{number}", "C", str(number)) for number in range(where.MOST + 1)])
    files = [file(f"n{number}", f"d{number}", "new") for number in range(where.MOST + 1)]

    assert told(tree, [Stored(tuple(files[1:]), ours=False)]).directories is not None
    assert told(tree, [Stored(tuple(replace(one, size=1) for one in files), ours=False)]) == EVERYWHERE
    assert told(tree, moved(tree, tree.nodes["C"], "A")) == EVERYWHERE


Shown = dict[str, tuple[Kind, str]]


def shown(tree: Tree) -> Shown:
    return {entry.path: (entry.kind, entry.etag) for batch in _walk(tree, TOP, "", []) for entry in batch}


def unseen(before: Shown, after: Shown, named: frozenset[str]) -> list[str]:
    """The changed paths that a look at the named directories, as `nearby.py` takes it, does not show."""
    looked = {_standing(before, after, directory) for directory in named}
    changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    right_there = [path for path in changed if parent_of(path) in looked]
    return [path for path in changed if not any(path == one or is_inside(path, one) for one in right_there)]


def _standing(before: Shown, after: Shown, directory: str) -> str:
    if not directory or before.get(directory, (None,))[0] is after.get(directory, (None,))[0] is Kind.DIRECTORY:
        return directory
    return _standing(before, after, parent_of(directory))


def twice(tree: Tree, parent: str) -> list[Node]:
    """A copy of the folder elsewhere: one that may take its place."""
    return [
        replace(one, handle=one.handle.lower(), parent=parents(one, parent)) for one in below(tree, tree.nodes[TOP])
    ]


def parents(one: Node, top: str) -> str:
    return top if one.parent == TOP else one.parent.lower()


def some_events(chance: random.Random, tree: Tree, serial: int) -> list[Event]:
    folders = [one for one in tree.nodes.values() if one.type is Type.FOLDER]
    parent, name = chance.choice(folders), chance.choice(NAMES)
    inner = [one for one in tree.nodes.values() if one.type in KEYS and one.handle not in (TOP, "else")]
    if not inner:
        return []
    one = chance.choice(inner)
    gone = {one.handle, *(deeper.handle for deeper in below(tree, one))}
    others = [other for other in inner if other.name == one.name and other.handle not in gone]
    beside = [other for other in inner if other.parent == one.parent and other is not one]
    match chance.randrange(8):
        case 0:
            return [Stored((file(f"f{serial}", parent.handle, name),), ours=False)]
        case 1:
            return [Stored((node(f"d{serial}", parent.handle, name, created=serial),), ours=False)]
        case 2:
            return [Removed(one.handle, ours=False)]
        case 3:
            return [renamed(one, name)]
        case 4 if one.type is Type.FILE:
            return [
                Stored((file(f"v{serial}", one.parent, one.name or ""), replace(one, parent=f"v{serial}")), ours=False)
            ]
        case 5 if others:
            # something else of that name takes its place
            return [Removed(one.handle, ours=False), *moved(tree, chance.choice(others), one.parent)]
        case 6 if beside:
            return [Removed(one.handle, ours=False), renamed(chance.choice(beside), one.name or "")]
        case _ if parent.handle not in gone:
            return moved(tree, one, parent.handle)
    return []


def test_no_change_of_any_random_history_is_left_out(tree: Tree) -> None:
    seed = secrets.randbelow(1 << 32)
    print(f"seed {seed}")
    start, near = [*tree.nodes.values(), *twice(tree, "else")], 0
    for world in range(WORLDS):
        chance = random.Random(f"{seed} {world}")
        one = Tree("sn")
        one.add(start)
        before, hint = shown(one), NOWHERE
        for serial in range(chance.randrange(1, STEPS)):
            for event in some_events(chance, one, serial):
                hint = hint.joined(where.apply(one, event, TOP))
        if hint.directories is not None:
            near += 1
            assert unseen(before, shown(one), hint.directories) == [], f"seed {seed} world {world}"
    assert near > WORLDS // 10
