"""Small worlds that together need every kind of action: what was in sync, and what people did since."""

import shutil
from collections.abc import Callable
from pathlib import Path

from services.sync.remotes.memory import MemoryRemote
from tests.services.sync.world import World

Change = Callable[[World], None]
BASE = {
    "a": "base a",
    "b": "base b",
    "d/one": "base one",
    "d/two": "base two",
    "gone/x": "base x",
    "big/tree/leaf": "leaf",
}


def root_of(world: World) -> Path:
    return Path(world.remote.name.removeprefix("local:"))


def write_there(world: World, path: str, content: str) -> None:
    if isinstance(world.remote, MemoryRemote):
        world.remote.write(path, content.encode())
        return
    target = root_of(world) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content)


def delete_there(world: World, path: str) -> None:
    if isinstance(world.remote, MemoryRemote):
        world.remote.delete(path)
        return
    target = root_of(world) / path
    shutil.rmtree(target) if target.is_dir() else target.unlink()


def move_there(world: World, path: str, to: str) -> None:
    if isinstance(world.remote, MemoryRemote):
        nodes = world.remote.store.nodes
        for old in [old for old in nodes if old == path or old.startswith(path + "/")]:
            nodes[to + old[len(path) :]] = nodes.pop(old)
        return
    (root_of(world) / path).rename(root_of(world) / to)


def uploads(world: World) -> None:
    world.write("new/file", "new")
    world.write("a", "edited")


def downloads(world: World) -> None:
    write_there(world, "new/file", "new")
    write_there(world, "a", "edited there")


def deletes_here(world: World) -> None:
    (world.here / "a").unlink()
    shutil.rmtree(world.here / "gone")


def deletes_there(world: World) -> None:
    delete_there(world, "a")
    delete_there(world, "gone")


def conflicts(world: World) -> None:
    world.write("a", "mine")
    write_there(world, "a", "theirs")


def same_edit(world: World) -> None:
    world.write("a", "equal!")
    write_there(world, "a", "equal!")


def both_delete(world: World) -> None:
    (world.here / "a").unlink()
    delete_there(world, "a")


def file_becomes_directory_here(world: World) -> None:
    (world.here / "a").unlink()
    world.write("a/inside", "deep")


def directory_becomes_file_there(world: World) -> None:
    delete_there(world, "gone")
    write_there(world, "gone", "a file now")


def file_meets_directory(world: World) -> None:
    world.write("fresh", "a file here")
    write_there(world, "fresh/inside", "a directory there")


def directory_meets_file(world: World) -> None:
    world.write("fresh/inside", "a directory here")
    write_there(world, "fresh", "a file there")


def moves_here(world: World) -> None:
    (world.here / "a").rename(world.here / "renamed")
    (world.here / "big").rename(world.here / "moved")


def moves_there(world: World) -> None:
    move_there(world, "a", "renamed")
    move_there(world, "big", "moved")


def journal_lost(world: World) -> None:
    world.journal.close()
    Path(world.journal.path).unlink()
    world.journal.open()
    world.write("b", "edited")


SCENARIOS: dict[str, Change] = {
    change.__name__: change
    for change in (
        uploads,
        downloads,
        deletes_here,
        deletes_there,
        conflicts,
        same_edit,
        both_delete,
        file_becomes_directory_here,
        directory_becomes_file_there,
        file_meets_directory,
        directory_meets_file,
        moves_here,
        moves_there,
        journal_lost,
    )
}
