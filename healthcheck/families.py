"""Which metrics does the health server add to those that the programs post?

What only it can see: the verdict, supervisord's states, each process's memory, CPU and open files, the disk, and its
own event loop. A program that does not answer is `helix_program_up 0` and its own families are left out, so that old
figures are not taken for new ones.
"""

import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

from healthcheck.disk import Space
from healthcheck.merge import merge, parse
from healthcheck.processes import Usage, usage
from helix.core.health import STARTUP_COMPONENT, ProgramState, Report, Situation, State, Status, Verdict
from helix.release import Release

_STATES = ("STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the watch saw last, from which the page is made."""

    situation: Situation
    verdict: Verdict
    startup_seconds: float | None
    lag_seconds: float
    space: Space | None


def collect(seen: Seen | None, posted: Mapping[str, str], release: Release) -> Iterator[Metric]:
    """Give every family of the page, one of each name; *seen* is None before the first look.

    *posted* is what each program posted, in the text format.
    """
    own = [*_of_release(release), _gauge("helix_up", "1 while the health server answers.", 1)]
    return merge(own if seen is None else [*own, *_of_seen(seen, posted)])


def _of_seen(seen: Seen, posted: Mapping[str, str]) -> Iterator[Metric]:
    up = {check.name.partition(":")[2] for check in seen.verdict.checks if _is_up(check.name, check.status)}
    parsed = [parse(name, text) for name, text in posted.items() if name in up]
    yield from _of_verdict(seen)
    yield from _of_programs(seen.verdict, up)
    yield from _of_reports(seen.situation)
    yield from _of_processes(seen.verdict.programs)
    yield from _of_machine(seen)
    yield _readable({item.program: item.whole for item in parsed})
    for item in parsed:
        yield from item.families


def _is_up(name: str, status: Status) -> bool:
    return name.startswith("program:") and status is Status.PASS


def _of_release(release: Release) -> Iterator[Metric]:
    info = InfoMetricFamily("helix_build", "Which release runs.")
    info.add_metric([], {"version": release.version, "commit": release.commit, "python": platform.python_version()})
    yield info


def _of_verdict(seen: Seen) -> Iterator[Metric]:
    verdict = seen.verdict
    yield _gauge("helix_ready", "1 when /health answers 200.", verdict.ready)
    state = GaugeMetricFamily("helix_state", "1 for the state the container is in.", labels=["state"])
    for each in State:
        state.add_metric([each.value], each is verdict.state)
    yield state
    checks = GaugeMetricFamily("helix_check_status", "1 for the status of each check.", labels=["check", "status"])
    worst: dict[str, Status] = {}
    for check in verdict.checks:
        worst[check.name] = max(worst.get(check.name, Status.PASS), check.status, key=list(Status).index)
    for name, found in worst.items():
        for status in Status:
            checks.add_metric([name, status.value], status is found)
    yield checks
    startup = GaugeMetricFamily("helix_startup_check_success", "1 when the start-up probe passes.", labels=["check"])
    for name, found in worst.items():
        component, _, probe = name.partition(":")
        if component == STARTUP_COMPONENT:
            startup.add_metric([probe], found is not Status.FAIL)
    yield startup
    if seen.startup_seconds is not None:
        help_text = "Seconds from the health server's start to the end of the start-up probes."
        yield _gauge("helix_startup_duration_seconds", help_text, seen.startup_seconds)


def _of_programs(verdict: Verdict, up: set[str]) -> Iterator[Metric]:
    names = sorted({check.name[8:] for check in verdict.checks if check.name.startswith("program:")})
    alive = GaugeMetricFamily("helix_program_up", "1 when the program runs and answers.", labels=["program"])
    for name in names:
        alive.add_metric([name], name in up)
    yield alive
    state = GaugeMetricFamily(
        "helix_program_state", "1 for supervisord's state of the program.", labels=["program", "state"]
    )
    started = GaugeMetricFamily(
        "helix_program_start_time_seconds", "When the program was started last.", labels=["program"]
    )
    for program in verdict.programs:
        for each in _STATES:
            state.add_metric([program.name, each], program.state == each)
        if program.pid:
            started.add_metric([program.name], program.started_at)
    yield state
    yield started


def _of_reports(situation: Situation) -> Iterator[Metric]:
    heartbeat = GaugeMetricFamily(
        "helix_program_heartbeat_timestamp_seconds", "When the program last reported.", labels=["program"]
    )
    for name, report in situation.reports.items():
        if isinstance(report, Report):
            heartbeat.add_metric([name], report.posted_at)
    yield heartbeat


def _of_processes(programs: Iterable[ProgramState]) -> Iterator[Metric]:
    memory = GaugeMetricFamily(
        "helix_program_resident_memory_bytes", "Resident memory of the process.", labels=["program"]
    )
    cpu = CounterMetricFamily(
        "helix_program_cpu_seconds", "Processor time of the process, user and system.", labels=["program"]
    )
    files = GaugeMetricFamily("helix_program_open_fds", "Open file descriptors of the process.", labels=["program"])
    for program in programs:
        match usage(program.pid):
            case Usage(resident_bytes=resident, cpu_seconds=seconds, open_files=opened):
                memory.add_metric([program.name], resident)
                cpu.add_metric([program.name], seconds)
                files.add_metric([program.name], opened)
            case None:
                continue
    yield from (memory, cpu, files)


def _of_machine(seen: Seen) -> Iterator[Metric]:
    if seen.space is not None:
        yield _gauge("helix_disk_free_bytes", "Free bytes where Helix keeps its state.", seen.space.free)
        yield _gauge("helix_disk_total_bytes", "Size of the disk where Helix keeps its state.", seen.space.total)
    lag = GaugeMetricFamily(
        "helix_event_loop_lag_seconds", "How late the event loop came round last.", labels=["program"]
    )
    lag.add_metric(["health"], seen.lag_seconds)
    yield lag


def _readable(whole: dict[str, bool]) -> Metric:
    family = GaugeMetricFamily(
        "helix_metrics_readable", "1 when the program's posted metrics could be read whole.", labels=["program"]
    )
    for program, is_whole in whole.items():
        family.add_metric([program], is_whole)
    return family


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)
