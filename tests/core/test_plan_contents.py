"""When are two contents equal, when different, and when must they be read?"""

import pytest

from helix.core.actions import Adopt, Compare, Download, KeepBoth, Upload, cost, settled
from helix.core.cases import Mode, Rules
from helix.core.plan import plan
from helix.core.trees import Row, in_sync, is_inside, parent_of, same_content, walk_key
from tests.core.rows import base, blind, local, names, remote, row


def test_equal_digests_are_adopted_without_a_copy() -> None:
    seen = row("a", "same", "same", None)

    assert plan([seen]).actions == (Adopt("a", seen.local, seen.remote, "created on both sides", digest="t:same"),)


def test_the_same_edit_on_both_sides_is_no_conflict() -> None:
    assert names([row("a", "edit", "edit", "old")]) == ["Adopt a"]


def test_equal_sizes_prove_nothing_and_are_read() -> None:
    seen = blind(row("a", "one", "two", None))

    why = "created on both sides"
    otherwise = KeepBoth("a", seen.local, seen.remote, why)
    assert plan([seen]).actions == (Compare("a", seen.local, seen.remote, why, otherwise=otherwise, was=None),)


def test_different_sizes_of_new_files_are_kept_both_unread() -> None:
    assert names([blind(row("a", "one", "three", None))]) == ["KeepBoth a"]


def test_digests_of_two_kinds_are_not_compared() -> None:
    one = row("a", "one", "two", None)
    assert one.remote

    assert names([one._replace(remote=one.remote._replace(digest="md5:two"))]) == ["Compare a"]


def test_an_etag_that_changed_while_the_size_did_not_may_be_flaky_and_is_read() -> None:
    flaky = blind(row("a", "edited", "old", "old"))
    assert flaky.remote
    flaky = flaky._replace(remote=flaky.remote._replace(etag="new"))

    found = plan([flaky]).actions[0]

    why = "edited on both sides"
    otherwise = KeepBoth("a", flaky.local, flaky.remote, why)
    assert found == Compare("a", flaky.local, flaky.remote, why, otherwise=otherwise, was="t:old")


def test_both_surely_edited_is_a_conflict() -> None:
    assert names([blind(row("a", "longer", "x", "old"))]) == ["KeepBoth a"]


def test_a_digest_betrays_an_edit_that_kept_its_size() -> None:
    assert names([row("a", "new", "longer", "old")]) == ["KeepBoth a"]


def test_a_base_without_a_digest_can_acquit_nobody() -> None:
    both = blind(row("a", "longer", "new", "old"))
    assert both.base

    assert names([both._replace(base=both.base._replace(digest=None))]) == ["KeepBoth a"]


def test_in_a_one_way_mode_the_source_wins_and_equal_contents_are_spared() -> None:
    unread, different = blind(row("a", "one", "two", None)), row("a", "one", "two", None)

    mirrored = plan([unread], Rules(mode=Mode.MIRROR)).actions[0]
    assert isinstance(mirrored, Compare)
    assert isinstance(mirrored.otherwise, Upload)
    seen = ("a", different.local, different.remote, "created on both sides")
    assert plan([different], Rules(mode=Mode.MIRROR)).actions == (Upload(*seen, have="t:two"),)
    assert plan([different], Rules(mode=Mode.RESTORE)).actions == (Download(*seen, have="t:one"),)


def test_a_touched_file_is_adopted_with_its_new_stamp() -> None:
    touched = Row("a", local("old", mtime=9), remote("old"), base("old"))

    why = "unchanged but for its stamp"
    assert plan([touched]).actions == (Adopt("a", touched.local, touched.remote, why, digest="t:old"),)


def test_a_touched_file_nobody_has_read_is_uploaded_only_if_it_differs() -> None:
    touched = blind(Row("a", local("old", mtime=9), remote("old"), base("old")))

    found = plan([touched]).actions[0]

    assert isinstance(found, Upload)
    assert found.have == "t:old"


def test_a_flaky_etag_alone_is_downloaded_only_if_it_differs() -> None:
    found = plan([Row("a", local("old"), remote("old", etag="x")._replace(digest=None), base("old"))]).actions[0]

    assert isinstance(found, Download)
    assert found.have == "t:old"


def test_nothing_is_known_of_a_target_that_is_not_there_or_was_edited() -> None:
    created = plan([row("a", "new", None, None)]).actions[0]
    over = plan([blind(row("a", "new", "edit", "old"))], Rules(mode=Mode.MIRROR)).actions[0]

    assert isinstance(created, Upload)
    assert created.have is None
    assert isinstance(over, Upload)
    assert over.have is None


def test_a_transfer_over_an_unchanged_file_tells_what_is_there_and_its_digest() -> None:
    there, here = blind(row("a", "old", "newer", "old")), blind(row("a", "newer", "old", "old"))

    assert plan([there]).actions == (Download("a", there.local, there.remote, "edited there", have="t:old"),)
    assert plan([here]).actions == (Upload("a", here.local, here.remote, "edited here", have="t:old"),)


def test_the_listed_digest_of_the_target_is_passed_on() -> None:
    found = plan([blind(row("a", "new", "old", "old"))._replace(remote=remote("old"))]).actions[0]

    assert isinstance(found, Upload)
    assert found.have == "t:old"


def test_what_a_size_in_the_listing_betrays_is_an_edit() -> None:
    grown = row("a", "old", "old", "old")
    assert grown.remote
    grown = grown._replace(remote=grown.remote._replace(size=99, digest=None))

    assert names([grown]) == ["Download a"]


READ = Compare(
    "a", local("one"), remote("two"), "", otherwise=KeepBoth("a", local("one"), remote("two"), ""), was="t:was"
)


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("t:x", "t:x", Adopt),
        ("t:x", "t:was", Upload),
        ("t:was", "t:x", Download),
        ("t:x", "t:y", KeepBoth),
        ("t:was", "t:was", Adopt),
    ],
)
def test_once_both_are_read_the_case_is_clear(here: str, there: str, expected: type) -> None:
    found = settled(READ, here, there)

    assert type(found) is expected
    assert (found.path, found.local, found.remote) == ("a", READ.local, READ.remote)


def test_a_one_way_comparison_ends_in_its_copy_even_if_one_side_is_as_before() -> None:
    copy = Upload("a", local("one"), remote("two"), "")
    compare = Compare("a", local("one"), remote("two"), "", otherwise=copy, was="t:was")

    assert settled(compare, "t:was", "t:x") is copy


def test_an_adoption_remembers_the_digest_that_was_read() -> None:
    found = settled(READ, "t:x", "t:x")

    assert isinstance(found, Adopt)
    assert found.digest == "t:x"


@pytest.mark.parametrize(
    ("rows", "bytes_"),
    [
        (row("a", "12345", None, None), 5),
        (row("a", None, "123", None), 3),
        (row("a", "12345", "123", None), 3),
        (blind(row("a", "1234", "123x", None)), 8),
        (row("a", None, "123", "123"), 0),
        (row("a", "dir", None, None), 0),
    ],
)
def test_the_cost_is_what_goes_over_the_line(rows: Row, bytes_: int) -> None:
    assert [cost(action) for action in plan([rows]).actions] == [bytes_]


def test_the_small_words_of_the_trees() -> None:
    here, there = local("x", inode=4), remote("x")
    assert here
    assert there
    assert in_sync(here, there, "t:x") == base("x", inode=4)
    assert [same_content("a:1", other) for other in ("a:1", "a:2", "b:1")] == [True, False, None]
    assert same_content(None, "a:1") is same_content("a:1", None) is None
    assert (parent_of("a/b/c"), parent_of("a")) == ("a/b", "")
    inside = [is_inside("a/b", "a"), is_inside("ab", "a"), is_inside("a", "a"), is_inside("a", ""), is_inside("", "")]
    assert inside == [True, False, False, True, False]
    assert sorted(["a.b", "a/c", "a"], key=walk_key) == ["a", "a/c", "a.b"]


@pytest.mark.parametrize(
    ("one", "more"),
    [
        (row("a", "one", "three", None), True),
        (blind(row("a", "one", "two", None)), True),
        (row("d", "dir", "file", None), True),
        (row("a", "new", None, None), False),
        (row("a", "same", "same", None), False),
    ],
)
def test_what_makes_a_copy_asks_for_another_round(one: Row, more: bool) -> None:
    assert plan([one]).more is more


def test_a_one_way_comparison_makes_no_copy_and_needs_no_other_round() -> None:
    assert not plan([blind(row("a", "one", "two", None))], Rules(mode=Mode.MIRROR)).more


def test_an_etag_that_changed_while_the_digest_did_not_is_adopted() -> None:
    seen = Row("a", local("old"), remote("old", etag="new"), base("old"))
    unread_here = seen._replace(local=blind(seen).local)

    for one in (seen, unread_here):
        why = "unchanged but for its stamp"
        assert plan([one]).actions == (Adopt("a", one.local, one.remote, why, digest="t:old"),)


def test_a_directory_with_another_etag_is_still_the_same_directory() -> None:
    assert names([Row("d", local("dir"), remote("dir", etag="n2"), base("dir", etag="n1"))]) == ["Adopt d"]
    assert names([Row("d", None, remote("dir", etag="n2"), base("dir", etag="n1"))]) == ["RemoveDirRemote d"]
