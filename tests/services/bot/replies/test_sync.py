"""What people read of passes, plans, history and the round trip."""

from typing import Any

from services.bot.replies import storage, sync
from tests.services.bot.stage import FOLDER, RUN, selftest


def run(**changed: Any) -> dict[str, Any]:
    return {**RUN, **changed}


def test_a_passed_round_trip_lists_its_steps() -> None:
    assert sync.selftest(selftest()).text == (
        "🟢 **Round trip passed** on `local` in 0.05 s: connect, quota, upload, read back, compare, delete"
    )


def test_a_failed_round_trip_names_the_first_failing_step_with_its_remedy() -> None:
    told = sync.selftest(selftest("compare", "3 bytes differ", "check the disk"))

    assert told.text == ("🔴 **Round trip failed** on `local` at **compare**: 3 bytes differ → check the disk")
    assert told.panel is not None
    assert told.panel.fields[0].value.count("✅") == 4


def test_without_a_remote_the_round_trip_has_not_passed() -> None:
    assert "no remote" in sync.selftest({"ok": False, "remotes": []}).text


def test_a_pass_is_told_with_what_it_did() -> None:
    assert sync.ended([run()]).text == "🟢 **Pass ended: done** · 2 uploaded, 1 trashed, 2.0 KiB, 2.5 s"


def test_each_folders_pass_is_told_and_a_guard_rail_with_its_reason() -> None:
    told = sync.ended(
        [run(outcome="nothing", uploaded=0, trashed=0, bytes=0), run(outcome="guarded", error="too many")]
    )

    assert told.text.splitlines() == [
        "🟢 **Pass ended: nothing** in `files` · nothing to do, 0 B, 2.5 s",
        "🟡 **Pass ended: guarded** in `files` · 2 uploaded, 1 trashed, 2.0 KiB, 2.5 s",
        "too many",
    ]


def test_a_pass_that_had_to_leave_something_says_so() -> None:
    told = sync.ended([run(outcome="nothing", uploaded=0, trashed=0, bytes=0, waiting=3)])

    assert "nothing to do" not in told.text
    assert "3 still being written or deleted" in told.text


def test_a_pass_without_a_result_still_runs() -> None:
    assert "still runs" in sync.ended([]).text


def test_a_plan_is_paged_and_says_why() -> None:
    actions = [{"action": "upload", "path": f"f{n}", "to": None, "bytes": 1, "why": "new here"} for n in range(40)]
    answer = {
        "folders": [{"name": "files", "total": 40, "bytes": 40, "guard": None, "actions": actions, "error": None}]
    }

    last = sync.plan(answer, 99)

    assert last.text.endswith("**The next pass would do 40 things** · page 3 of 3")
    assert last.panel is not None
    assert last.panel.text.splitlines()[0] == "upload `f30` · new here"
    assert len(last.panel.text.splitlines()) == 10


def test_an_empty_plan_with_a_guard_rail_tells_the_guard_rail() -> None:
    guard = {"folder": "files", "kind": "empty-root", "text": "the folder is empty", "remedy": "mount it", "time": 1.0}
    told = sync.plan(
        {"folders": [{"name": "files", "total": 0, "bytes": 0, "guard": guard, "actions": [], "error": None}]}, 1
    )

    assert told.panel is not None
    assert "the folder is empty → mount it" in told.panel.text


def test_a_folder_whose_plan_can_not_be_made_is_named_beside_the_others() -> None:
    error = {"message": "the remote does not answer", "remedy": "wait"}
    folder = {"name": "art", "total": 0, "bytes": 0, "guard": None, "actions": [], "error": error}
    told = sync.plan({"folders": [folder]}, 1)

    assert told.panel is not None
    assert told.panel.text.endswith("`art`: the remote does not answer → wait")
    assert "Nothing to do" not in told.text


def test_history_of_a_path_lists_the_versions_that_are_kept() -> None:
    event = {"time": 1.0, "action": "trash", "outcome": "done", "size": 3, "why": "deleted here"}
    version = {"version": "v1", "time": 1.0, "size": 3, "side": "remote", "reason": "deleted"}
    told = sync.history({"path": "a", "events": [event], "versions": [version]})

    assert told.panel is not None
    assert told.panel.text.splitlines() == [
        "<t:1:R> trash done · deleted here",
        "kept: `v1` of <t:1:R>, 3 B, remote side, deleted",
    ]


def test_a_paused_sync_says_so() -> None:
    assert sync.folders({"paused": True, "folders": [FOLDER]}).text.startswith("⏸️ **Paused**")


def test_a_listing_says_how_many_there_are_beyond_what_is_shown() -> None:
    files = [
        {"folder": "files", "path": f"f{n}", "kind": "file", "size": 1, "mtime": None, "state": "synced"}
        for n in range(20)
    ]

    told = storage.listing({"total": 900, "files": files}, "Files", 2)

    assert told.text == "🔹 **Files**: 900, the first 20 shown · page 2 of 2"
    assert told.panel is not None
    assert told.panel.text.splitlines()[0] == "`f15` · 1 B"
