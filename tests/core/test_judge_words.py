"""Which words and figures does the verdict use, to the letter, and where exactly do its limits lie?"""

from dataclasses import replace

import pytest

from helix.core.health import Check, Limits, Status
from helix.core.judge import judge
from helix.core.wording import headline, line
from tests.core.situations import (
    ILLNESSES,
    NOW,
    STARTED,
    Illness,
    healthy,
    program,
    report,
    with_program,
    with_report,
)

BY_NAME = {illness.name: illness for illness in ILLNESSES}
RESTARTED = "the warden restarts it; the lines of sync in the log say why it stopped"
COMES_BACK = "the warden restarts it by itself; if it comes back, read the last lines of sync in the log"
SOON = "wait a few seconds"


@pytest.mark.parametrize(
    ("illness", "seen", "remedy"),
    [
        ("backoff", "backoff", RESTARTED),
        ("fatal", "fatal", RESTARTED),
        ("stopped", "stopped", RESTARTED),
        ("stopping", "stopping", SOON),
        ("unlisted", "unknown", "restore supervisord.conf of this release"),
        ("mute", "hung", RESTARTED),
        ("young", "starting", SOON),
        ("torn", "unreadable", RESTARTED),
        ("hung", "hung", COMES_BACK),
        ("another process's report", "hung", RESTARTED),
    ],
)
def test_each_illness_has_its_word_and_its_remedy(illness: str, seen: str, remedy: str) -> None:
    ill: Illness = BY_NAME[illness]
    (cause,) = [check for check in judge(ill.change(healthy(), "sync")).causes if check.name == "program:sync"]

    assert (cause.observed_value, cause.remedy) == (seen, remedy)


@pytest.mark.parametrize(
    ("illness", "remedy"),
    [
        ("hung", "restart the container: nobody else restarts a warden that hangs"),
        ("mute", "restart the container: nobody else restarts a warden that hangs"),
        ("fatal", "supervisord restarts it; the lines of warden in the log say why it stopped"),
    ],
)
def test_nobody_is_told_that_the_warden_restarts_itself(illness: str, remedy: str) -> None:
    ill: Illness = BY_NAME[illness]
    (cause,) = [check for check in judge(ill.change(healthy(), "warden")).causes if check.name == "program:warden"]

    assert cause.remedy == remedy


def test_a_program_that_is_well_is_running() -> None:
    (found,) = [check for check in judge(healthy()).checks if check.name == "program:sync"]

    assert found == Check("program:sync", Status.PASS, "", "", NOW, "running")


def test_a_silent_supervisord_is_started_or_its_container_is_restarted() -> None:
    (cause,) = judge(replace(healthy(), programs=None)).causes

    remedy = "start Helix with `helix up`; if it runs, restart the container"
    assert cause == Check("supervisor:responds", Status.FAIL, "supervisord does not answer", remedy, NOW)


def test_probes_that_have_not_ended_are_waited_for() -> None:
    (cause,) = judge(with_report(healthy(), "health", report("health", facts={"probes_done": False}))).causes

    assert cause == Check("startup:probes", Status.FAIL, "the start-up probes have not ended", SOON, NOW)


def test_while_supervisord_is_silent_each_program_is_judged_by_its_report() -> None:
    situation = replace(with_report(healthy(), "sync", None), programs=None)
    hung = with_report(situation, "health", report("health", posted_at=NOW - 60))

    told = {cause.name: (cause.output, cause.observed_value, cause.remedy) for cause in judge(hung).causes}

    assert told["program:sync"] == ("sync has not reported", "silent", RESTARTED)
    assert told["program:health"][0] == "health is hung: it has not answered for 60 s"
    assert told["supervisor:responds"][0] == "supervisord does not answer"


@pytest.mark.parametrize(
    ("state", "output", "remedy"),
    [
        ("starting", "the files are not restored yet", "wait for sync to finish"),
        ("stopping", "Helix is stopping", "wait for the new container"),
    ],
)
def test_a_state_that_is_not_ready_has_its_words(state: str, output: str, remedy: str) -> None:
    verdict = judge(with_report(healthy(), "sync", report("sync", state=state)))

    (cause,) = verdict.causes
    assert cause == Check("sync:state", Status.FAIL, output, remedy, NOW, state)


def test_the_limits_are_inclusive() -> None:
    limits = Limits(stale_seconds=8, grace_seconds=30)
    quiet = with_report(healthy(), "sync", report("sync", posted_at=NOW - 8))
    young = with_program(with_report(healthy(), "sync", None), "sync", program("sync", started_at=NOW - 30))

    assert judge(quiet, limits).status is Status.PASS
    assert judge(young, limits).causes[0].observed_value == "starting"


@pytest.mark.parametrize(("before", "status"), [(2.0, Status.PASS), (2.1, Status.FAIL)])
def test_a_report_may_be_two_seconds_older_than_the_start_that_supervisord_tells(before: float, status: Status) -> None:
    situation = with_report(healthy(), "sync", report("sync", started_at=STARTED - before))

    assert judge(situation).status is status


def test_a_check_that_passes_is_told_as_ok() -> None:
    assert line(Check("startup:files", Status.PASS, "300 files are as built")) == "OK 300 files are as built"


def test_the_headline_of_an_orderly_end_says_so() -> None:
    verdict = judge(with_report(healthy(), "sync", report("sync", state="stopping")))

    assert headline(verdict) == "Helix is stopping"
