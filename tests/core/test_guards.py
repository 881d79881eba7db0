"""Does each rail stop what it must, and stay silent otherwise?"""

from dataclasses import replace

import pytest

from helix.core.guards import (
    Approval,
    DeletionLimit,
    Figures,
    TripKind,
    first_trip,
    parse_limit,
    trips,
)

FINE = Figures(
    known=500,
    local_paths=500,
    remote_paths=500,
    remote_identity="root-1",
    remote_identity_before="root-1",
    now=1_000_000.0,
    last_run=999_700.0,
    disk_free=10_000,
    disk_floor=1_000,
    download_bytes=9_000,
)
LIMIT = DeletionLimit()
SILENT = {
    "all is well": FINE,
    "first run of an empty folder": Figures(root_marked=False, marked_before=False),
    "exactly half may go": replace(FINE, delete_local=100, delete_remote=150),
    "earlier deletions are done, and nothing goes now": replace(FINE, deleted_before=1_000),
    "what went before was a part of what was known": replace(FINE, known=400, delete_local=150, deleted_before=100),
    "the clock was set back by a minute": replace(FINE, now=FINE.now - 360),
    "the clock was a year off": replace(FINE, now=999_700.0 + 366 * 86_400),
    "the remote was not asked who it is": replace(FINE, remote_identity=None),
    "the remote was never asked before": replace(FINE, remote_identity_before=None),
    "a mark that was never set is not missed": replace(FINE, root_marked=False, marked_before=False),
    "a full disk hurts nobody who downloads nothing": replace(FINE, disk_free=0, download_bytes=0),
    "free space that can't be told": replace(FINE, disk_free=None),
    "an empty remote that never held anything": Figures(local_paths=500),
    "a lost journal beside a folder and a remote of one mark": replace(FINE, known=0, remote_identity_before=None),
}
FIRING = {
    TripKind.UNREADABLE_ROOT: replace(FINE, root_readable=False),
    TripKind.UNMARKED_ROOT: replace(FINE, root_marked=False),
    TripKind.MISMATCHED_PAIR: replace(FINE, known=0, remote_identity_before=None, marks_differ=True),
    TripKind.EMPTY_ROOT: replace(FINE, local_paths=0),
    TripKind.REMOTE_RESET: replace(FINE, remote_paths=0),
    TripKind.CLOCK_JUMP: replace(FINE, now=FINE.last_run - 61),
    TripKind.MASS_DELETION: replace(FINE, delete_local=101, delete_remote=150),
    TripKind.DISK_FLOOR: replace(FINE, download_bytes=9_001),
}

WORDS = {
    TripKind.UNREADABLE_ROOT: (
        "the local folder can't be read",
        "check that the volume is mounted and that its owner may read it",
        {},
    ),
    TripKind.UNMARKED_ROOT: (
        "the local folder has lost its mark: it is not the folder that held 500 known paths",
        "mount the right volume; if the folder is the right one, proceed, and it is marked again",
        {"amount": 500, "known": 500},
    ),
    TripKind.MISMATCHED_PAIR: (
        "the local folder belongs to another remote than this one, and no journal says how the two fit",
        "mount the right volume or name the right remote; proceed to merge both (nothing is deleted)",
        {},
    ),
    TripKind.EMPTY_ROOT: (
        "the local folder is empty, but 500 paths were in sync",
        "mount the volume or restore the folder; proceed only if everything was deleted on purpose",
        {"amount": 500, "known": 500},
    ),
    TripKind.REMOTE_RESET: (
        "the remote is empty, but 500 paths were in sync",
        "check account and folder of the remote; rescan to fill it from here, proceed if it was emptied on purpose",
        {"amount": 500, "known": 500},
    ),
    TripKind.CLOCK_JUMP: (
        "the clock went back by 2 minutes since the last run",
        "correct the host's clock; proceed if it is right now",
        {"seconds": 61},
    ),
    TripKind.MASS_DELETION: (
        "this round would delete 251 of 500 paths (101 here, 150 there); 250 need no question",
        "proceed to delete them (they go to the trash), rescan to bring them back, or raise HELIX_MAX_DELETE",
        {"amount": 251, "allowed": 250, "known": 500, "local": 101, "remote": 150},
    ),
    TripKind.DISK_FLOOR: (
        "9,001 bytes are to be downloaded, but only 10,000 are free and 1,000 must stay so",
        "free at least 1 bytes on the volume of the local folder",
        {"amount": 9_001, "free": 10_000, "floor": 1_000, "missing": 1},
    ),
}


@pytest.mark.parametrize("figures", SILENT.values(), ids=SILENT)
def test_no_rail_trips_when(figures: Figures) -> None:
    assert list(trips(figures, LIMIT)) == []


@pytest.mark.parametrize("kind", FIRING)
def test_the_rail_trips_alone_and_names_the_remedy(kind: TripKind) -> None:
    found = list(trips(FIRING[kind], LIMIT))

    assert [trip.kind for trip in found] == [kind]
    assert found[0].text
    assert found[0].remedy


@pytest.mark.parametrize("kind", FIRING)
def test_a_trip_says_what_was_seen_what_to_do_and_how_much(kind: TripKind) -> None:
    trip = first_trip(FIRING[kind], LIMIT)

    assert trip
    assert (trip.text, trip.remedy, trip.figures) == WORDS[kind]


def test_another_remote_behind_the_same_name_trips() -> None:
    trip = first_trip(replace(FINE, remote_identity="root-2"), LIMIT)

    assert trip
    assert trip.kind is TripKind.REMOTE_RESET
    assert trip.text == "the remote is another one than before, but 500 paths were in sync"


def test_a_deletion_that_goes_on_from_pass_to_pass_trips_as_one_would_that_is_seen_whole() -> None:
    figures = replace(FINE, known=300, delete_remote=51, deleted_before=200)

    trip = first_trip(figures, LIMIT)

    assert trip
    assert trip.kind is TripKind.MASS_DELETION
    assert trip.text == (
        "this round would delete 51 of 300 paths (0 here, 51 there), after 200 in the last ten minutes; "
        "250 need no question"
    )
    assert first_trip(replace(figures, delete_remote=50), LIMIT) is None


def test_a_clock_that_leaps_ahead_trips() -> None:
    trip = first_trip(replace(FINE, now=FINE.last_run + 366 * 86_400 + 1), LIMIT)

    assert trip
    assert trip.text == "the clock went ahead by 366 days since the last run"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(119, "2 minutes"), (7_199, "120 minutes"), (7_200, "2 hours"), (86_397, "24 hours"), (172_800, "2 days")],
)
def test_a_jump_is_told_in_words_that_stay_while_the_clock_ticks(seconds: int, told: str) -> None:
    trip = first_trip(replace(FINE, now=FINE.last_run - seconds), LIMIT)

    assert trip
    assert trip.text == f"the clock went back by {told} since the last run"


def test_the_gravest_rail_is_named_first() -> None:
    trip = first_trip(replace(FIRING[TripKind.MASS_DELETION], root_readable=False, local_paths=0), LIMIT)

    assert trip
    assert trip.kind is TripKind.UNREADABLE_ROOT


@pytest.mark.parametrize(("amount", "passes"), [(250, False), (251, True), (300, True)])
def test_an_approval_covers_what_the_person_saw_and_no_more(amount: int, passes: bool) -> None:
    approvals = (Approval(TripKind.MASS_DELETION, amount),)

    assert (first_trip(FIRING[TripKind.MASS_DELETION], LIMIT, approvals) is None) is passes


def test_a_trip_that_has_no_figure_can_be_approved_too() -> None:
    approvals = (Approval(TripKind.UNREADABLE_ROOT, 0),)

    assert first_trip(FIRING[TripKind.UNREADABLE_ROOT], LIMIT, approvals) is None


def test_an_approved_clock_stays_approved_while_it_ticks() -> None:
    shown = first_trip(replace(FINE, now=FINE.last_run + 400 * 86_400), LIMIT)
    assert shown
    approvals = (Approval(shown.kind, shown.figures.get("amount", 0)),)

    assert first_trip(replace(FINE, now=FINE.last_run + 400 * 86_400 + 15), LIMIT, approvals) is None


def test_an_approved_download_stays_approved_while_others_fill_the_disk() -> None:
    shown = first_trip(FIRING[TripKind.DISK_FLOOR], LIMIT)
    assert shown
    approvals = (Approval(shown.kind, shown.figures["amount"]),)

    assert first_trip(replace(FIRING[TripKind.DISK_FLOOR], disk_free=9_990), LIMIT, approvals) is None
    assert first_trip(replace(FIRING[TripKind.DISK_FLOOR], download_bytes=9_002), LIMIT, approvals) is not None


def test_an_approval_of_one_rail_opens_no_other() -> None:
    trip = first_trip(FIRING[TripKind.EMPTY_ROOT], LIMIT, (Approval(TripKind.MASS_DELETION, 9_999),))

    assert trip
    assert trip.kind is TripKind.EMPTY_ROOT


@pytest.mark.parametrize(
    ("known", "allowed"),
    [(0, 10), (4, 10), (20, 10), (21, 10), (22, 11), (500, 250), (2_000, 1_000), (1_000_000, 1_000)],
)
def test_the_default_limit_is_half_or_a_thousand_and_never_below_ten(known: int, allowed: int) -> None:
    assert LIMIT.allowed(known) == allowed


def test_a_limit_of_nothing_allows_the_ten_that_are_always_allowed() -> None:
    assert DeletionLimit(None, None).allowed(10_000) == 10


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("50%", DeletionLimit(0.5, 1_000)),
        (" 80 %, 5000 ", DeletionLimit(0.8, 5_000)),
        ("100%", DeletionLimit(1.0, 1_000)),
        ("1000", DeletionLimit(None, 1_000)),
        ("0", DeletionLimit(None, 0)),
    ],
)
def test_a_limit_is_read(text: str, limit: DeletionLimit) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "%", "101%", "50%,", ",5", "50%50", "-1", "many", "1.5"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    assert parse_limit(text) is None


def test_a_remote_that_lost_its_last_few_paths_needs_no_question() -> None:
    few = Figures(known=10, local_paths=10, remote_paths=0, delete_local=10)

    assert first_trip(few, LIMIT) is None
    trip = first_trip(replace(few, known=11), LIMIT)
    assert trip
    assert trip.kind is TripKind.REMOTE_RESET


def test_the_last_few_files_of_a_marked_folder_may_go_without_a_question() -> None:
    few = Figures(known=10, local_paths=0, remote_paths=10, delete_remote=10)

    assert first_trip(few, LIMIT) is None
    assert first_trip(replace(few, known=11), LIMIT) is not None
    assert first_trip(replace(few, root_marked=False), LIMIT) is not None
