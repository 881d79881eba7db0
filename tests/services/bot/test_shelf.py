"""Does no path lead out of its folder, and is a file replaced whole?"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from helix import settings
from helix.errors import Refused
from helix.settings import Folder
from services.bot import shelf


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (only,) = settings.from_env({"HELIX_HOME": str(tmp_path)}, cwd=tmp_path).folders
    only.local.mkdir()
    return only


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        "/etc/passwd",
        "../secret",
        "a/../../b",
        "a//b",
        "./a",
        ".",
        "..",
        "a\x00b",
        "a\nb",
        ".helix/marker",
        "a/.helix-tmp-1",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(folder: Folder, path: str) -> None:
    with pytest.raises(Refused):
        shelf.place([folder], path)


def test_a_link_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (folder.local / "file").symlink_to(tmp_path / "secret")
    (folder.local / "directory").symlink_to(tmp_path)

    for path in ("file", "directory/secret"):
        with pytest.raises(Refused, match="link"):
            shelf.place([folder], path)


def test_what_was_written_is_read_back(folder: Folder) -> None:
    place = shelf.place([folder], "new/dir/ñ.txt")

    shelf.write(place, b"one")
    shelf.write(place, b"two")

    assert shelf.read(place, 100) == b"two"
    assert os.listdir(place.file.parent) == ["ñ.txt"]


def test_helixignore_is_a_file_as_any_other(folder: Folder) -> None:
    assert shelf.place([folder], ".helixignore").path == ".helixignore"


def test_a_file_that_discord_does_not_take_is_refused_with_its_size(folder: Folder) -> None:
    place = shelf.place([folder], "big")
    shelf.write(place, b"x" * 11)

    with pytest.raises(Refused, match="11 bytes"):
        shelf.read(place, 10)


def test_a_missing_file_is_told_without_the_hosts_path(folder: Folder) -> None:
    with pytest.raises(Refused) as refused:
        shelf.read(shelf.place([folder], "nothing"), 10)

    assert str(folder.local) not in str(refused.value)


def test_a_directory_or_pipe_is_no_file_and_does_not_hang(folder: Folder) -> None:
    (folder.local / "dir").mkdir()
    os.mkfifo(folder.local / "pipe")

    for path in ("dir", "pipe"):
        with pytest.raises(Refused):
            shelf.read(shelf.place([folder], path), 10)


def test_a_folder_that_follows_its_remote_takes_no_file(folder: Folder) -> None:
    with pytest.raises(Refused, match="follows its remote"):
        shelf.write(shelf.place([replace(folder, mode="restore")], "a"), b"")


def test_a_folder_is_named_before_a_colon(folder: Folder, tmp_path: Path) -> None:
    other = replace(folder, name="art", local=tmp_path / "art")

    assert shelf.place([folder, other], "art:a/b").file == tmp_path / "art" / "a" / "b"
    assert shelf.place([folder, other], "a:b").file == folder.local / "a:b"
