"""Does `helix status` tell how far a pass is, and what a comparison found?"""

from helix.cli.status import MOST, details
from tests.samples import folder

QUIET = folder(name="art")


def test_a_quiet_folder_needs_no_more_words() -> None:
    assert details([QUIET]) == []


def test_a_running_pass_tells_files_bytes_rate_and_time_left() -> None:
    progress = {
        "done": 3,
        "total": 10,
        "bytes_done": 1 << 20,
        "bytes_total": 5 << 20,
        "bytes_per_second": 1 << 19,
        "eta_seconds": 8.0,
    }

    told = details([{**QUIET, "progress": progress}])

    assert told == ["art: 3 of 10 done, 1.0 MiB of 5.0 MiB, 512.0 KiB/s, 8 s left"]
    assert details([{**QUIET, "progress": {**progress, "eta_seconds": None}}])[0].endswith("/s")


def test_what_a_comparison_found_is_listed_and_a_long_list_is_cut() -> None:
    found = [{"path": f"{number}", "why": "damaged here"} for number in range(MOST + 2)]

    told = details([{**QUIET, "verify": {"differing": found, "differing_count": MOST + 2}}])

    assert told[0] == "art: 0: damaged here"
    assert told[-1] == "art: … and 2 more"
    assert len(told) == MOST + 1


def test_what_is_left_out_is_named_and_a_long_list_is_cut() -> None:
    skipped = [{"path": f"link{number}", "why": "a symlink"} for number in range(MOST + 3)]

    told = details([{**QUIET, "skipped": skipped, "skipped_count": 100_000}])

    assert told[0] == "art: link0 is left out: a symlink"
    assert told[MOST:] == [f"art: … and {100_000 - MOST} more"]


def test_what_failed_is_named_with_cause_and_remedy_and_a_folder_by_a_word() -> None:
    failed = [{"path": "a", "why": "Permission denied on the remote", "remedy": "correct the permissions"}]
    skipped = [{"path": "", "why": "the directory can't be read"}]

    told = details([{**QUIET, "failed": failed, "failed_count": 1, "skipped": skipped, "skipped_count": 1}])

    assert told == [
        "art: a failed: Permission denied on the remote → correct the permissions",
        "art: the folder itself is left out: the directory can't be read",
    ]
