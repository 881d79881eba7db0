"""Do the probes run side by side, again and again, and within their limits?"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from healthcheck.probes.probe import Finding, Place, passed
from healthcheck.probes.suite import Prober, Timed, make_suite, run_probe, run_probes
from helix.core.health import Status
from helix.release import ROOT
from tests.running.patience import crowding

NAMES = ("imports", "files", "distributions", "settings", "directories", "programs")


def _place() -> Place:
    return Place(Path(), {}, Path())


async def test_a_probe_that_does_not_end_is_a_failure() -> None:
    async def never(_: Place) -> Finding:
        await asyncio.Event().wait()
        return passed()

    check = await run_probe("slow", Timed(never, 1.0, limit=0.05), _place())

    assert (check.name, check.status) == ("startup:slow", Status.FAIL)
    assert "has not ended within" in check.output


async def test_a_probe_that_breaks_is_a_failure_that_names_what_it_met() -> None:
    async def broken(_: Place) -> Finding:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    check = await run_probe("records", Timed(broken, 1.0), _place())

    assert check.status is Status.FAIL
    assert check.output.startswith("the probe records met what it can't read: UnicodeDecodeError")


async def test_a_change_that_one_probe_finds_runs_those_that_depend_on_it_at_once() -> None:
    outputs = ["whole", "whole", "damaged"]
    runs: list[str] = []
    again = asyncio.Event()

    async def files(_: Place) -> Finding:
        return passed(outputs.pop(0) if len(outputs) > 1 else outputs[0])

    async def imports(_: Place) -> Finding:
        runs.append("imports")
        if len(runs) == 2:
            again.set()
        return passed()

    suite = {"imports": Timed(imports, 3600.0, after=("files",)), "files": Timed(files, 0.01)}
    running = asyncio.create_task(Prober(_place(), suite).run())
    async with asyncio.timeout(30 * crowding()):
        await again.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert runs == ["imports", "imports"]


async def test_the_probes_run_side_by_side() -> None:
    meeting = asyncio.Barrier(3)

    async def meet(_: Place) -> Finding:
        await meeting.wait()
        return passed()

    checks = await run_probes(_place(), {name: Timed(meet, 1.0, limit=5.0) for name in "abc"})

    assert [check.status for check in checks] == [Status.PASS] * 3


async def test_the_prober_is_finished_when_each_has_ended_once_and_goes_on() -> None:
    findings = [passed(), Finding(Status.FAIL, "broken", "mend it"), passed()]
    seen: list[Status] = []
    over = asyncio.Event()

    async def look(_: Place) -> Finding:
        if not findings:
            over.set()
            return passed()
        return findings.pop(0)

    prober = Prober(_place(), {"a": Timed(look, 0.01), "b": Timed(look, 0.01)})
    running = asyncio.create_task(prober.run())
    async with asyncio.timeout(30 * crowding()):
        await prober.finished.wait()
        while not over.is_set():
            seen += [check.status for check in prober.checks]
            await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert prober.seconds is not None
    assert Status.FAIL in seen
    assert {check.status for check in prober.checks} == {Status.PASS}


def test_the_suite_holds_the_agreed_probes() -> None:
    assert tuple(make_suite()) == NAMES


def test_the_doctor_prints_every_check_as_json_from_a_foreign_directory() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as home:
        env = {"PATH": os.environ["PATH"], "HELIX_HOME": home, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "healthcheck.doctor"],
            cwd=home,
            env=env,
            capture_output=True,
            timeout=120,
            check=True,
        )

    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert set(checks) == {f"startup:{name}" for name in (*NAMES, "port", "database")}
    assert {checks[f"startup:{name}"]["status"] for name in ("settings", "directories", "programs")} == {"pass"}
