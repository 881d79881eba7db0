"""Are filtered paths told from the others as git would?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helix.core.ignore import BadPattern, Ignore
from helix.core.trees import Kind

LINES = ["*.o", "build/", "!keep.o", "# a comment", "", "/top.txt", "doc/**/draft"]


@pytest.mark.parametrize("path", ["a.o", "x/b.o", "build/deep/x", "top.txt", "doc/a/b/draft", ".helix/journal"])
def test_a_path_that_a_pattern_names_is_ignored(path: str) -> None:
    assert Ignore(LINES)(path, Kind.FILE)


@pytest.mark.parametrize("path", ["a.c", "keep.o", "build", "x/top.txt", "draft", ".helixignore", "x/.helix"])
def test_a_path_that_no_pattern_names_is_kept(path: str) -> None:
    assert not Ignore(LINES)(path, Kind.FILE)


def test_a_pattern_with_a_slash_at_its_end_names_directories_only() -> None:
    ignore = Ignore(LINES)

    assert ignore("build", Kind.DIRECTORY)
    assert not ignore("build", Kind.FILE)


def test_without_patterns_only_helix_itself_is_ignored() -> None:
    ignore = Ignore()

    assert ignore(".helix", Kind.DIRECTORY)
    assert ignore(".helix/journal", Kind.FILE)
    assert not ignore(".helixir", Kind.FILE)
    assert not ignore("a", Kind.FILE)


@pytest.mark.parametrize(
    ("line", "path"),
    [("ends in a space\\ \n", "ends in a space "), ("*.XX\r\n", "a.XX"), ("no line end", "no line end")],
)
def test_of_a_line_only_its_end_is_no_part_of_the_pattern(line: str, path: str) -> None:
    assert Ignore([line])(path, Kind.FILE)


def test_a_bad_pattern_is_reported_with_its_line_and_the_others_hold() -> None:
    ignore = Ignore(["*.o\n", "!\n", "*.tmp\n"])

    assert ignore.bad == (BadPattern(2, "!", "Invalid git pattern: '!'"),)
    assert ignore("a.tmp", Kind.FILE)


def test_a_pattern_cannot_bring_back_helix_itself() -> None:
    assert Ignore(["!.helix", "!.helix/**"])(".helix/trash/x", Kind.FILE)


def test_nothing_in_an_ignored_directory_is_brought_back_as_git_has_it() -> None:
    ignore = Ignore(["out/", "!out/keep", "!out/deep/", "some/*", "!some/keep"])

    assert ignore("out/keep", Kind.FILE)
    assert ignore("out/deep", Kind.DIRECTORY)
    assert ignore("some/other", Kind.FILE)
    assert not ignore("some/keep", Kind.FILE)


NAMES = st.sampled_from(["a", "b", "a.o", "build", "x y", "[a]"])
PIECES = st.sampled_from(["a", "b", "*", "**", "*.o", "build", "?", "[ab]", "[!a]", "a*", "x\\ y", ".*"])
PATTERNS = st.builds(
    lambda start, pieces, end: start + "/".join(pieces) + end,
    st.sampled_from(["", "/"]),
    st.lists(PIECES, min_size=1, max_size=3),
    st.sampled_from(["", "/", " "]),
)


@given(
    st.lists(PATTERNS, max_size=4),
    st.lists(NAMES, min_size=1, max_size=3),
    st.lists(NAMES, min_size=1, max_size=3),
)
def test_whatever_lies_in_a_directory_that_is_shut_is_ignored(
    patterns: list[str], directory: list[str], inside: list[str]
) -> None:
    ignore, path = Ignore(patterns), "/".join(directory)
    shut = any(re.search(one, path + "/") for one in ignore.shut)

    assert shut == ignore(path, Kind.DIRECTORY)
    for kind in Kind:
        assert not shut or ignore(f"{path}/{'/'.join(inside)}", kind)


@pytest.mark.parametrize("lines", [[], ["# words"], ["build/", "!build/keep"]])
def test_nothing_is_shut_without_patterns_or_where_one_brings_back(lines: list[str]) -> None:
    assert Ignore(lines).shut == ()


def test_filters_are_named_by_their_patterns() -> None:
    assert Ignore(["*.o", "# words", ""]).digest == Ignore(["*.o\n"]).digest != Ignore(["*.a"]).digest
