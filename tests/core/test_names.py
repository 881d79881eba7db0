"""Do names come back as they were, and can none of them leave its folder?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.core.names import (
    NAME_BYTES,
    conflict_name,
    conflict_names,
    conflicting_path,
    fold_accents,
    fold_case,
    is_conflict_copy,
    local_name,
    remote_name,
)

TABLE = {
    "plain.txt": "plain.txt",
    "50%": "50%",
    "100%25.txt": "100%25.txt",
    "a/b": "a%2Fb",
    "a%2Fb": "a%252Fb",
    "a%252Fb": "a%25252Fb",
    "tab\there": "tab%09here",
    "\x00": "%00",
    "\x7f": "%7F",
    "\x1f": "%1F",
    "\x20": "\x20",
    ".": "%2E",
    "..": "%2E.",
    "...": "...",
    "": "%_",
    "%_": "%25_",
    "%2E": "%252E",
    "%2E.": "%252E.",
    "%252E": "%25252E",
    "%25_": "%2525_",
    "a%2E": "a%2E",
    "%%2F": "%%252F",
    "%25/": "%25%2F",
    "\ud800": "%uD800",
    "%uD800": "%25uD800",
    "../../etc/passwd": "..%2F..%2Fetc%2Fpasswd",
    "\u00c9": "\u00c9",
    "E\u0301": "E\u0301",
}
TRICKY = st.text(alphabet=st.sampled_from("%25F2E0_u.D8/\x00\x1fa\ud800"), max_size=14)
FILE_NAMES = st.text(alphabet=st.sampled_from("%25F2E0_u.D8a"), min_size=1, max_size=14).filter(
    lambda name: name not in {".", ".."}
)


@pytest.mark.parametrize(("remote", "local"), TABLE.items())
def test_a_name_of_the_remote_is_written_by_the_table(remote: str, local: str) -> None:
    assert (local_name(remote), remote_name(local)) == (local, remote)


@given(st.one_of(TRICKY, st.text(max_size=20)))
def test_any_name_of_a_remote_comes_back_exactly(name: str) -> None:
    assert remote_name(local_name(name)) == name


@given(st.one_of(FILE_NAMES, st.text(min_size=1, max_size=20)))
def test_any_file_name_comes_back_exactly(name: str) -> None:
    legal = local_name(name)

    assert local_name(remote_name(legal)) == legal


@given(FILE_NAMES)
def test_two_file_names_never_share_a_name_on_the_remote(name: str) -> None:
    assert local_name(remote_name(name)) == name


@given(st.one_of(TRICKY, st.text(max_size=400)))
def test_no_name_leaves_its_folder_or_breaks_a_file_system(name: str) -> None:
    written = local_name(name)

    assert written not in {"", ".", ".."}
    assert not set(written) & ({"/", "\x7f"} | {chr(code) for code in range(32)})
    assert len(written.encode()) <= NAME_BYTES


def test_a_name_of_300_characters_is_cut_keeps_its_extension_and_stays_unique() -> None:
    one, two = local_name("x" * 296 + ".txt"), local_name("x" * 295 + "y.txt")

    assert one != two
    assert one.endswith(".txt")
    assert len(one) == NAME_BYTES
    assert local_name(remote_name(one)) == one


def test_a_name_that_just_fits_is_not_cut() -> None:
    assert local_name("é" * 127 + "x") == "é" * 127 + "x"


def test_a_cut_in_the_middle_of_a_letter_leaves_it_out_and_a_long_extension_is_no_extension() -> None:
    written = local_name("é" * 100 + "." + "z" * 100)

    assert written.startswith("é" * 100)
    assert "%~" in written
    assert not written.endswith("z")
    assert local_name("é" * 200).startswith("é" * 118 + "%~")


@pytest.mark.parametrize(
    ("extension", "kept"),
    [(".tar.gz", ".gz"), ("." + "z" * 16, "." + "z" * 16), ("." + "z" * 17, "")],
)
def test_a_cut_name_keeps_its_last_extension_if_that_is_short(extension: str, kept: str) -> None:
    written = local_name("x" * 290 + extension)

    assert len(written) == NAME_BYTES
    assert re.fullmatch(r"x+%~[0-9a-f]{16}" + re.escape(kept), written)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("notes.txt", "notes (conflict 0123abcd).txt"),
        ("a.b/notes", "a.b/notes (conflict 0123abcd)"),
        (".env", ".env (conflict 0123abcd)"),
        ("x.tar.gz", "x.tar (conflict 0123abcd).gz"),
        ("notes (conflict ffffffff).txt", "notes (conflict 0123abcd).txt"),
    ],
)
def test_a_conflict_copy_is_named_by_its_content(path: str, expected: str) -> None:
    name = conflict_name(path, "blake3:0123abcd" + "4" * 56)

    assert name == expected
    assert is_conflict_copy(name)
    assert conflicting_path(name) == path.replace(" (conflict ffffffff)", "")


def test_an_ordinary_name_is_no_conflict_copy() -> None:
    assert not is_conflict_copy("notes (conflict).txt")
    assert not is_conflict_copy("notes (conflict 0123abcd).d/b")


def test_a_conflict_name_that_is_taken_grows_and_always_fits() -> None:
    names = list(conflict_names("d/" + "n" * 260 + ".txt", "blake3:" + "0123456789abcdef" * 4))

    assert len(set(names)) == 4
    assert all(len(name) == len("d/") + NAME_BYTES for name in names)
    assert names[0].endswith(" (conflict 01234567).txt")
    digests = [name.rpartition("(conflict ")[2].removesuffix(").txt") for name in names]
    assert digests == [("0123456789abcdef" * 4)[:length] for length in (8, 16, 32, 64)]


def test_a_conflict_copy_of_a_name_with_an_endless_extension_still_fits() -> None:
    name = conflict_name("a." + "z" * 250, "blake3:" + "0" * 64)

    assert len(name) == NAME_BYTES
    assert name.endswith("zzz (conflict 00000000)")


def test_folding_joins_what_a_side_takes_for_one_name() -> None:
    assert fold_accents("\u00c9") == fold_accents("E\u0301")
    assert fold_accents("\u00c9") != fold_accents("\u00e9")
    assert fold_case("\u00c9/A") == fold_case("e\u0301/a")
    assert fold_case("a") != fold_case("b")


def test_a_name_that_is_not_utf8_still_gets_a_conflict_name() -> None:
    assert conflict_name("caf\udce9.txt", "t:" + "0" * 64) == "caf (conflict 00000000).txt"
