"""Small worlds that together need every kind of action: what was in sync, and what people did since."""

import shutil
from collections.abc import Callable
from pathlib import Path

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


def uploads(world: World) -> None:
    world.write("new/file", "new")
    world.write("a", "edited")


def downloads(world: World) -> None:
    world.far.write("new/file", b"new")
    world.far.write("a", b"edited there")


def many_uploads(world: World) -> None:
    for number in range(5):
        world.write(f"many/file {number}", f"new {number}")


def many_downloads(world: World) -> None:
    for number in range(5):
        world.far.write(f"many/file {number}", f"new {number}".encode())


def deletes_here(world: World) -> None:
    (world.here / "a").unlink()
    shutil.rmtree(world.here / "gone")


def deletes_there(world: World) -> None:
    world.far.delete("a")
    world.far.delete("gone")


def conflicts(world: World) -> None:
    world.write("a", "mine")
    world.far.write("a", b"theirs")


def same_edit(world: World) -> None:
    world.write("a", "equal!")
    world.far.write("a", b"equal!")


def both_delete(world: World) -> None:
    (world.here / "a").unlink()
    world.far.delete("a")


def file_becomes_directory_here(world: World) -> None:
    (world.here / "a").unlink()
    world.write("a/inside", "deep")


def directory_becomes_file_there(world: World) -> None:
    world.far.delete("gone")
    world.far.write("gone", b"a file now")


def file_meets_directory(world: World) -> None:
    world.write("fresh", "a file here")
    world.far.write("fresh/inside", b"a directory there")


def directory_meets_file(world: World) -> None:
    world.write("fresh/inside", "a directory here")
    world.far.write("fresh", b"a file there")


def moves_here(world: World) -> None:
    (world.here / "a").rename(world.here / "renamed")
    (world.here / "big").rename(world.here / "moved")


def moves_there(world: World) -> None:
    world.far.move("a", "renamed")
    world.far.move("big", "moved")


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
        many_uploads,
        many_downloads,
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
