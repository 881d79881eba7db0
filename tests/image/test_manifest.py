"""Does the manifest notice every kind of damage, and nothing else?"""

import argparse
import json
import os
from pathlib import Path

import pytest

from helix.cli import image as command
from helix.image import manifest
from helix.image.manifest import DifferenceKind, ManifestError, Release

RELEASE = Release("1.2.3", "abc", "2026-01-01T00:00:00+00:00")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "app" / "pkg").mkdir(parents=True)
    (tmp_path / "app" / "main.py").write_text("import pkg\n")
    (tmp_path / "app" / "pkg" / "__init__.py").write_text("")
    (tmp_path / "app" / "pkg" / "page.html").write_text("<p>")
    (tmp_path / "app" / "start.sh").write_text("#!/bin/sh\n")
    (tmp_path / "app" / "start.sh").chmod(0o755)
    (tmp_path / "app" / "main.py").chmod(0o644)
    return tmp_path / "app"


def write(root: Path) -> manifest.Manifest:
    manifest.write(root, manifest.shipped_files(root), release=RELEASE)
    return manifest.read(root / manifest.FILE_NAME)


def kinds(root: Path, shipped: manifest.Manifest) -> list[tuple[str, str]]:
    return [(str(difference.kind), difference.path) for difference in manifest.verify(root, shipped)]


def test_an_untouched_tree_has_no_difference(root: Path) -> None:
    shipped = write(root)

    assert manifest.verify(root, shipped) == []
    assert shipped.release == RELEASE
    assert [record.path for record in shipped.files] == [
        "main.py",
        "pkg/__init__.py",
        "pkg/page.html",
        "start.sh",
    ]


def test_caches_state_and_virtual_environments_are_not_shipped(root: Path) -> None:
    for path in (
        "pkg/__pycache__/a.pyc",
        "var/state.json",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        ".git/HEAD",
        "x.pyc",
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")

    assert "env/lib/x.py" not in list(manifest.shipped_files(root))
    assert len(list(manifest.shipped_files(root))) == 4


def test_a_removed_file_is_missing(root: Path) -> None:
    shipped = write(root)
    (root / "pkg" / "page.html").unlink()

    differences = manifest.verify(root, shipped)

    assert [(d.kind, d.path) for d in differences] == [(DifferenceKind.MISSING, "pkg/page.html")]
    assert "rebuild" in differences[0].remedy


def test_a_file_of_the_same_size_with_another_byte_is_altered(root: Path) -> None:
    shipped = write(root)
    (root / "main.py").write_text("import pkG\n")

    assert kinds(root, shipped) == [("altered", "main.py")]


def test_a_truncated_file_is_altered_and_the_text_says_the_sizes(root: Path) -> None:
    shipped = write(root)
    (root / "pkg" / "page.html").write_text("")

    assert "3 bytes were shipped, 0 are there" in str(manifest.verify(root, shipped)[0])


def test_a_module_that_was_not_shipped_is_named_and_a_log_file_is_not(root: Path) -> None:
    shipped = write(root)
    (root / "pkg.py").write_text("")
    (root / "out.log").write_text("")

    assert kinds(root, shipped) == [("extra", "pkg.py")]


def test_a_lost_execute_bit_is_a_mode_difference(root: Path) -> None:
    shipped = write(root)
    (root / "start.sh").chmod(0o644)
    (root / "pkg" / "page.html").chmod(0o600)

    assert ("mode", "start.sh") in kinds(root, shipped)


def test_a_file_system_without_modes_is_no_difference(root: Path) -> None:
    shipped = write(root)
    for record in shipped.files:
        (root / record.path).chmod(0o777)

    assert manifest.verify(root, shipped) == []


def test_a_link_is_recorded_and_never_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("x")
    (root / "loop").symlink_to(".")
    (root / "away").symlink_to(tmp_path / "outside")
    shipped = write(root)

    assert {record.path: record.link for record in shipped.files if record.link} == {
        "loop": ".",
        "away": str(tmp_path / "outside"),
    }
    assert manifest.verify(root, shipped) == []


def test_a_link_that_leads_elsewhere_is_altered(root: Path) -> None:
    (root / "current").symlink_to("main.py")
    shipped = write(root)
    (root / "current").unlink()
    (root / "current").symlink_to("start.sh")
    (root / "main.py").unlink()
    (root / "main.py").symlink_to("start.sh")

    assert kinds(root, shipped) == [("altered", "current"), ("altered", "main.py")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        json.dumps({"schema": 2, "release": {}, "files": []}),
        json.dumps({"schema": 1, "release": {}, "files": [{"path": "../x", "size": 1, "mode": "0", "sha256": ""}]}),
        json.dumps({"schema": 1, "release": {}, "files": [{"path": "/etc", "size": 1, "mode": "0", "sha256": ""}]}),
        json.dumps({"schema": 1, "release": {"colour": "red"}, "files": []}),
    ],
)
def test_what_is_no_manifest_is_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(ManifestError) as raised:
        manifest.read(tmp_path / "manifest.json")

    assert "manifest write" in raised.value.remedy


def test_an_absent_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        manifest.read(tmp_path / "manifest.json")


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(["image", *argv]))


def test_the_command_writes_verifies_and_exits_with_one_on_damage(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")

    assert run("manifest", "write", "--root", str(root), "--commit", "c0ffee") == 0
    assert run("manifest", "verify", "--root", str(root)) == 0
    os.unlink(root / "main.py")
    assert run("manifest", "verify", "--root", str(root)) == 1

    assert "missing: main.py" in capsys.readouterr().out
    shipped = manifest.read(root / "manifest.json")
    assert (shipped.release.commit, shipped.release.built) == ("c0ffee", "1970-01-01T00:00:00+00:00")


def test_the_command_cant_tell_without_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("manifest", "verify", "--root", str(tmp_path)) == 2
    assert run("manifest", "write", "--root", str(tmp_path / "none")) == 2
    assert "manifest write" in capsys.readouterr().err
