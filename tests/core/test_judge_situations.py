"""Does the verdict name the cause and the remedy in every situation there is?"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from helix.core.health import Situation, Status, Verdict
from helix.core.judge import judge
from helix.core.wording import headline, lines
from tests.core.situations import (
    ESSENTIAL,
    ILLNESSES,
    NOW,
    PROBES,
    PROGRAMS,
    Illness,
    failing,
    healthy,
    with_check,
)

Case = tuple[str, Situation, str, Status]

SYNC_CHECKS = ("sync:folder", "sync:guard", "sync:remote", "sync:lease", "sync:journal", "sync:conflicts", "disk:free")
BOT_CHECKS = ("bot:gateway", "bot:permissions", "bot:commands")


def _ill_programs() -> Iterator[Case]:
    for essential in (ESSENTIAL, ESSENTIAL | {"bot"}, frozenset(PROGRAMS)):
        for name, illness in itertools.product(PROGRAMS, ILLNESSES):
            status = Status.FAIL if name in essential or name == "health" else Status.WARN
            case = f"{name} {illness.name}, essential: {','.join(sorted(essential))}"
            yield case, illness.change(healthy(essential), name), illness.says.format(name=name), status


def _ill_checks() -> Iterator[Case]:
    for probe in PROBES:
        check = f"startup:{probe}"
        yield check, with_check(healthy(), "health", failing(check)), f"cause of {check}", Status.FAIL
    for program, checks in (("sync", SYNC_CHECKS), ("bot", BOT_CHECKS)):
        for check, status in itertools.product(checks, (Status.WARN, Status.FAIL)):
            expected = status if program in ESSENTIAL else Status.WARN
            situation = with_check(healthy(), program, failing(check, status))
            yield f"{check} {status}", situation, f"cause of {check}", expected


def _silent_disk() -> Iterator[Case]:
    """With the health server's own report, which it knows from memory, and without."""
    for name, reports in (("here", {"health": healthy().reports["health"]}), ("from outside", {})):
        situation = replace(healthy(), programs=None, reports=reports, disk_answers=False)
        yield f"the disk hangs, seen {name}", situation, "the disk of HELIX_HOME does not answer", Status.FAIL


def _silent_supervisor() -> Iterator[Case]:
    for name, reports in (("alone", healthy().reports), ("as everybody is", {})):
        situation = replace(healthy(), programs=None, reports=reports)
        yield f"supervisord is silent, {name}", situation, "supervisord does not answer", Status.FAIL


CASES = [*_ill_programs(), *_ill_checks(), *_silent_disk(), *_silent_supervisor()]


def test_there_are_more_than_a_hundred_situations() -> None:
    assert len({case[0] for case in CASES}) == len(CASES) > 100


@pytest.mark.parametrize(("situation", "says", "status"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_the_verdict_names_the_cause_and_a_remedy(situation: Situation, says: str, status: Status) -> None:
    verdict = judge(situation)

    assert verdict.status is status
    named = [cause for cause in verdict.causes if says in cause.output]
    assert named
    assert all(cause.remedy for cause in verdict.causes)
    assert verdict.now == NOW
    assert {cause.time for cause in verdict.causes} == {NOW}
    _assert_told(verdict)


def _assert_told(verdict: Verdict) -> None:
    """Every cause stands in the lines, word for word, and the headline agrees with the status."""
    told = "\n".join(lines(verdict))
    for cause in verdict.causes:
        assert f"{cause.output} → {cause.remedy}" in told
    assert headline(verdict).startswith("Helix is ready") == verdict.ready
    assert verdict.ready == (verdict.status is not Status.FAIL)


@pytest.mark.parametrize("case", list(_silent_disk()), ids=lambda case: case[0])
def test_a_disk_that_hangs_is_the_one_cause(case: Case) -> None:
    assert [cause.name for cause in judge(case[1]).causes] == ["disk:answers"]


PAIRS = list(itertools.combinations(ILLNESSES, 2))


@pytest.mark.parametrize(("of_sync", "of_bot"), PAIRS, ids=[f"{a.name} and {b.name}" for a, b in PAIRS])
def test_two_ill_programs_are_both_named(of_sync: Illness, of_bot: Illness) -> None:
    verdict = judge(of_bot.change(of_sync.change(healthy(), "sync"), "bot"))

    told = "\n".join(lines(verdict))
    assert of_sync.says.format(name="sync") in told
    assert of_bot.says.format(name="bot") in told
    assert verdict.status is Status.FAIL
