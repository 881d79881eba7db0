"""Is the verdict right where several things meet: start, stop, order of causes, clocks?"""

from dataclasses import replace

import pytest

from helix.core.health import FAILED, MISCONFIGURED, Check, Limits, State, Status, Told
from helix.core.judge import judge
from tests.core.situations import (
    NOW,
    STARTED,
    failing,
    healthy,
    program,
    report,
    with_check,
    with_program,
    with_report,
)


def test_a_healthy_situation_passes_and_has_no_cause() -> None:
    verdict = judge(healthy())

    assert (verdict.status, verdict.state, verdict.ready, verdict.started) == (Status.PASS, State.WRITER, True, True)
    assert verdict.causes == ()
    assert [program.name for program in verdict.programs] == ["bot", "health", "sync", "warden"]


def test_standby_is_ready() -> None:
    verdict = judge(with_report(healthy(), "sync", report("sync", state="standby")))

    assert verdict.ready
    assert verdict.state is State.STANDBY


@pytest.mark.parametrize(
    ("state", "says"), [("starting", "not restored"), ("stopping", "Helix is stopping"), ("dreaming", "not restored")]
)
def test_any_other_state_of_sync_is_not_ready(state: str, says: str) -> None:
    verdict = judge(with_report(healthy(), "sync", report("sync", state=state)))

    assert not verdict.ready
    assert [says in cause.output for cause in verdict.causes] == [True]


def test_a_program_that_answers_while_supervisord_still_says_starting_is_up() -> None:
    situation = with_program(healthy(), "sync", program("sync", "STARTING"))

    assert judge(situation).status is Status.PASS


def test_a_program_that_is_stopped_in_order_says_so() -> None:
    stopping = with_program(healthy(), "sync", program("sync", "STOPPING"))
    verdict = judge(with_report(stopping, "sync", report("sync", state="stopping")))

    assert verdict.state is State.STOPPING
    assert {cause.output for cause in verdict.causes} == {"sync is stopping", "Helix is stopping"}


def test_a_silent_supervisord_fails_even_when_every_report_is_fresh() -> None:
    verdict = judge(replace(healthy(), programs=None))

    assert verdict.status is Status.FAIL
    assert [cause.name for cause in verdict.causes] == ["supervisor:responds"]


def test_where_nobody_answers_there_is_one_cause() -> None:
    verdict = judge(replace(healthy(), programs=None, reports={}))

    assert [cause.output for cause in verdict.causes] == [
        "supervisord does not answer, nor does any program: Helix does not run here"
    ]
    assert not verdict.ready
    assert not verdict.started


@pytest.mark.parametrize(
    ("remedy", "told"),
    [("look at the log", "look at the log, then start Helix with `helix up`"), ("", "start Helix with `helix up`")],
)
def test_where_nobody_answers_it_is_told_how_the_last_run_ended(remedy: str, told: str) -> None:
    ended = Told("it ended with exit status 70: sync can't be kept up", remedy)

    (cause,) = judge(replace(healthy(), programs=None, ended=ended)).causes

    assert cause.output.endswith("Helix does not run here; it ended with exit status 70: sync can't be kept up")
    assert cause.remedy == told
    assert judge(replace(healthy(), ended=ended)).causes == ()


def test_a_dead_health_server_is_the_cause_and_not_the_probes_it_does_not_run() -> None:
    verdict = judge(with_program(healthy(), "health", program("health", "EXITED", pid=0)))

    assert [cause.name for cause in verdict.causes] == ["program:health"]
    assert not verdict.started


def test_a_dead_health_server_that_is_not_essential_still_leaves_the_start_unproved() -> None:
    situation = with_program(healthy(frozenset({"sync"})), "health", program("health", "EXITED", pid=0))

    assert [cause.name for cause in judge(situation).causes] == ["startup:probes", "program:health"]


def test_without_the_end_of_the_probes_helix_is_neither_started_nor_ready() -> None:
    verdict = judge(with_report(healthy(), "health", report("health", facts={"probes_done": False})))

    assert not verdict.started
    assert not verdict.ready
    assert [cause.output for cause in verdict.causes] == ["the start-up probes have not ended"]


def test_probes_under_way_are_named_beside_a_dead_program() -> None:
    probing = with_report(healthy(), "health", report("health", facts={"probes_done": False}))
    verdict = judge(with_program(probing, "sync", program("sync", "FATAL", pid=0)))

    assert [cause.name for cause in verdict.causes] == ["startup:probes", "program:sync"]


def test_a_check_that_passes_stays_so_whoever_tells_it() -> None:
    verdict = judge(with_check(healthy(), "bot", Check("bot:gateway", Status.PASS, "connected", "", NOW)))

    assert verdict.status is Status.PASS


def test_the_root_of_a_trouble_stands_before_its_effects_whatever_the_order() -> None:
    names = ["sync:remote", "bot:disk:full", "program:sync", "supervisor:responds", "startup:files", "disk:free:inodes"]
    verdict = judge(healthy())

    turned = replace(verdict, checks=(failing("disk:x", Status.WARN), *(failing(name) for name in names)))

    assert [cause.name for cause in turned.causes] == [*reversed(names[2:]), *names[:2], "disk:x"]


def test_a_failing_probe_counts_although_its_program_is_not_essential() -> None:
    situation = with_check(healthy(frozenset({"sync"})), "health", failing("startup:files"))

    verdict = judge(situation)

    assert not verdict.started
    assert [cause.name for cause in verdict.causes] == ["startup:files"]
    assert verdict.status is Status.FAIL


def test_a_probe_that_warns_does_not_stop_the_start() -> None:
    verdict = judge(with_check(healthy(), "health", failing("startup:imports", Status.WARN)))

    assert verdict.started
    assert verdict.status is Status.WARN


@pytest.mark.parametrize(("state", "status"), [("RUNNING", Status.PASS), ("FATAL", Status.WARN)])
def test_a_program_that_posts_nothing_is_judged_by_supervisords_word(state: str, status: Status) -> None:
    verdict = judge(with_program(healthy(), "rclone", replace(program("bot", state), name="rclone")))

    (found,) = [check for check in verdict.checks if check.name == "program:rclone"]
    assert (found.status, found.observed_value) == (status, state.lower())


def test_the_last_words_of_a_dead_program_are_not_taken_for_the_living() -> None:
    ill = with_check(healthy(), "bot", failing("bot:gateway"))
    verdict = judge(with_program(ill, "bot", program("bot", "EXITED", pid=0)))

    assert [cause.name for cause in verdict.causes] == ["program:bot"]


@pytest.mark.parametrize("state", [FAILED, MISCONFIGURED])
@pytest.mark.parametrize(("name", "status"), [("sync", Status.FAIL), ("bot", Status.WARN)])
def test_a_program_that_said_why_it_left_is_told_in_its_own_words(state: str, name: str, status: Status) -> None:
    gone = with_program(healthy(), name, program(name, "FATAL", pid=0))
    verdict = judge(with_report(gone, name, report(name, failing(f"{name}:start"), state=state)))

    words = f"cause of {name}:start", f"remedy of {name}:start"
    assert verdict.causes[0] == Check(f"program:{name}", status, *words, NOW, "fatal")


def test_what_a_program_said_at_the_end_of_an_earlier_life_is_not_the_cause_of_this_end() -> None:
    gone = with_program(healthy(), "bot", program("bot", "FATAL", pid=0, started_at=NOW - 3))
    verdict = judge(with_report(gone, "bot", report("bot", failing("bot:start"), state=FAILED)))

    assert [cause.output for cause in verdict.causes] == ["bot is not running (supervisord says FATAL)"]


def test_the_report_of_a_run_before_this_one_does_not_count_although_the_pid_came_back() -> None:
    again = with_program(healthy(), "sync", program("sync", started_at=NOW - 3))

    verdict = judge(again)

    assert [cause.output for cause in verdict.causes] == ["sync is starting"]
    assert verdict.state is State.STARTING


def test_a_full_disk_is_named_before_what_it_broke() -> None:
    ill = with_report(healthy(), "sync", report("sync", posted_at=NOW - 60))
    verdict = judge(with_check(ill, "health", failing("disk:free")))

    assert [cause.name for cause in verdict.causes] == ["disk:free", "program:sync"]


def test_failures_stand_before_warnings() -> None:
    ill = with_check(healthy(), "bot", failing("bot:gateway"))
    verdict = judge(with_check(ill, "sync", failing("sync:journal")))

    assert [cause.name for cause in verdict.causes] == ["sync:journal", "bot:gateway"]


def test_the_limits_say_when_silence_is_a_hang() -> None:
    quiet = with_report(healthy(), "sync", report("sync", posted_at=NOW - 8))

    assert judge(quiet).status is Status.FAIL
    assert judge(quiet, Limits(stale_seconds=10)).status is Status.PASS


def test_the_grace_says_when_a_start_is_a_hang() -> None:
    mute = with_program(with_report(healthy(), "sync", None), "sync", program("sync", started_at=NOW - 30))

    assert judge(mute).causes[0].output == "sync is hung: it runs for 30 s and has not reported"
    assert judge(mute, Limits(grace_seconds=60)).causes[0].output == "sync is starting"


def test_a_program_started_in_the_same_second_as_its_report_is_current() -> None:
    situation = with_report(healthy(), "sync", report("sync", started_at=STARTED - 0.9))

    assert judge(situation).status is Status.PASS


def test_the_order_of_the_inputs_does_not_matter() -> None:
    ill = with_check(with_check(healthy(), "bot", failing("bot:gateway")), "sync", failing("sync:guard"))
    turned = replace(
        ill,
        programs=dict(reversed(list((ill.programs or {}).items()))),
        reports=dict(reversed(list(ill.reports.items()))),
    )

    assert judge(turned) == judge(ill)


def test_only_what_needs_nothing_but_waiting_passes_by_itself() -> None:
    starting = with_report(healthy(), "sync", report("sync", state="starting"))

    assert judge(starting).passes_by_itself
    assert judge(with_check(starting, "bot", failing("bot:gateway", Status.WARN))).passes_by_itself
    assert not judge(with_check(starting, "sync", failing("sync:remote"))).passes_by_itself
    assert not judge(healthy()).passes_by_itself
