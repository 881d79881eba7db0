"""Is what the tree says of a folder, and what is listed of it, what a plain look at all nodes says?"""

import random
import secrets
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from helix.core.trees import Kind, walk_key
from services.sync.remotes.errors import Unreachable
from services.sync.remotes.mega.crypto import seal_attributes, seal_key
from services.sync.remotes.mega.encoding import b64
from services.sync.remotes.mega.listing import BATCH, Listing
from services.sync.remotes.mega.nodes import SLICE, Node, Type, decode, taken
from services.sync.remotes.mega.tree import Tree
from services.sync.walk import Witness

MASTER = bytes(range(16))
NAMES = ["a", "b", ".helix", ".helix-tmp-1", "ä", "c.txt"]


def folder(handle: str, parent: str, name: str | None, created: int = 1) -> Node:
    return Node(handle, parent, Type.FOLDER, name, 0, None, created, handle.encode().ljust(16), "")


def file(handle: str, parent: str, name: str | None, created: int = 1) -> Node:
    return Node(handle, parent, Type.FILE, name, 7, 5, created, handle.encode().ljust(32), "")


@pytest.fixture
def tree() -> Tree:
    tree = Tree("sn")
    tree.put(replace(folder("root", "", ""), type=Type.ROOT))
    tree.put(replace(folder("bin", "", ""), type=Type.RUBBISH))
    return tree


@pytest.fixture
def chance() -> random.Random:
    seed = secrets.randbelow(1 << 32)
    print(f"seed {seed}")
    return random.Random(seed)


class Plain:
    """The same questions, answered by a look at all nodes in the order in which they came."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes

    def below(self, parent: str) -> list[Node]:
        return [node for node in self.nodes if node.parent == parent]

    def same(self, node: Node) -> list[Node]:
        return [one for one in self.below(node.parent) if one.name == node.name]

    def shown(self, parent: str) -> dict[str | None, Node]:
        found: dict[str | None, Node] = {}
        for node in self.below(parent):
            same = list(reversed(self.same(node)))
            newest = max(same, key=lambda one: one.created)
            if newest.type is Type.FOLDER and not self.below(newest.handle):
                same = [one for one in same if one.type is Type.FOLDER and self.below(one.handle)] or [newest]
            found[node.name] = max(same, key=lambda one: one.created)
        return found

    def hides(self, node: Node) -> bool:
        others = [one for one in self.same(node) if one.handle != node.handle]
        return any(one.type is Type.FOLDER and self.below(one.handle) for one in others)

    def put(self, node: Node) -> None:
        if node not in self.nodes:
            self.nodes = [one for one in self.nodes if one.handle != node.handle] + [node]

    def drop(self, handle: str) -> None:
        gone = [handle]
        for one in gone:
            gone += [child.handle for child in self.below(one)]
        self.nodes = [node for node in self.nodes if node.handle not in gone]

    def walk(self, parent: str, prefix: str = "") -> Iterator[str]:
        for name, node in self.shown(parent).items():
            if not (name == ".helix" and not prefix) and not str(name).startswith(".helix-tmp-"):
                yield f"{prefix}{name}"
                if node.type is Type.FOLDER:
                    yield from self.walk(node.handle, f"{prefix}{name}/")


async def test_after_any_changes_the_tree_says_what_a_look_at_all_nodes_says(tree: Tree, chance: random.Random) -> None:
    plain = Plain(list(tree.nodes.values()))

    for number in range(300):
        folders = [node.handle for node in plain.nodes if node.type is not Type.FILE]
        if chance.random() < 0.2 and len(plain.nodes) > 2:
            handle = chance.choice(plain.nodes[2:]).handle
            tree.drop(handle)
            plain.drop(handle)
        else:
            make = chance.choice([file, folder])
            known = [node for node in plain.nodes if node.type is Type.FILE]
            node = make(f"h{number}", chance.choice(folders), chance.choice(NAMES), chance.randrange(3))
            if known and chance.random() < 0.3:
                node = replace(chance.choice(known), parent=node.parent, name=node.name)
            tree.put(node)
            plain.put(node)

        for parent in (*folders, "nowhere"):
            shown = plain.shown(parent)
            assert tree.children(parent) == [shown[name] for name in sorted(shown, key=str)]
            assert [tree.child(parent, name) for name in NAMES] == [shown.get(name) for name in NAMES]
            assert tree.has_children(parent) == bool(plain.below(parent))
            assert tree.has_twins(parent) == (len(shown) < len(plain.below(parent)))
            inside = [node.handle for node in plain.below(parent) if node.type is Type.FOLDER]
            assert sorted(tree.folders(parent)) == sorted(inside)
        for node in plain.nodes:
            assert (tree.has_twin(node), tree.hides(node)) == (len(plain.same(node)) > 1, plain.hides(node))
            assert tree.with_key(node.parent, node.key) == node

    listed = [entry.path for batch in await Listing().of(tree, "root", "", Witness()) for entry in batch]
    assert listed == sorted(plain.walk("root"), key=walk_key)


async def test_many_files_in_one_folder_and_a_deep_way_are_listed_in_batches(tree: Tree) -> None:
    tree.add([file(f"f{number}", "root", f"{number:06}") for number in range(3 * BATCH)])
    tree.add([folder(f"d{depth}", f"d{depth - 1}" if depth else "root", "x") for depth in range(2000)])

    batches = await Listing().of(tree, "root", "")

    assert [len(batch) for batch in batches] == [BATCH] * 7
    assert batches[-1][-1].path == "/".join("x" * 2000)
    assert [entry.kind for batch in batches for entry in batch].count(Kind.FILE) == 3 * BATCH


async def test_what_was_listed_ahead_holds_until_something_changes(tree: Tree) -> None:
    tree.put(file("one", "root", "one"))
    lister = Listing()

    await lister.ahead(tree, "root")

    found = await lister.of(tree, "root", "")
    assert await lister.of(tree, "root", "") is found
    tree.put(file("two", "root", "two"))
    assert [entry.path for batch in await lister.of(tree, "root", "") for entry in batch] == ["one", "two"]


async def test_a_listing_ahead_fails_nobody_and_the_listing_itself_does(tree: Tree) -> None:
    tree.put(file("sealed", "root", None))
    lister = Listing()

    await lister.ahead(tree, "root")

    with pytest.raises(Unreachable, match="can't be decrypted"):
        await lister.of(tree, "root", "")


def found(handle: str, name: str, key: bytes = bytes(16)) -> dict[str, object]:
    sealed = b64(seal_attributes(key, {"n": name}))
    return {"h": handle, "p": "root", "u": "me", "t": 1, "a": sealed, "k": f"me:{b64(seal_key(MASTER, key))}"}


def test_a_node_that_is_sealed_as_before_is_not_opened_again() -> None:
    (before,) = decode([found("d", "old")], MASTER)
    known = {"d": replace(before, name="as it was known", parent="elsewhere")}

    (same,), (renamed,), (resealed,), (other,) = (
        decode([one], MASTER, known)
        for one in (found("d", "old"), found("d", "new"), found("d", "old", bytes(15) + b"x"), found("e", "old"))
    )

    assert (same.name, same.parent) == ("as it was known", "root")
    assert [renamed.name, resealed.name, other.name] == ["new", "old", "old"]


def test_nodes_leave_the_answer_as_they_are_taken() -> None:
    answer = [found(str(number), "x") for number in range(SLICE + 1)]
    whole = list(answer)

    portions = list(taken(answer))

    assert [len(portion) for portion in portions] == [SLICE, 1]
    assert [one for portion in portions for one in portion] == whole
    assert not any(answer)
