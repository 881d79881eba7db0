"""What does the warden do when a program ends, hangs or can't be kept up?

It counts every end, restarts after the delay that `helix.core.restarts` decides, kills what has not beaten for
`hung_seconds` (supervisord does not notice a hang), and gives up for the whole container when it must.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from helix import endnote
from helix.board import Board
from helix.core import restarts
from helix.core.health import MISCONFIGURED, REPORTLESS, ProgramState, Report, last_words
from helix.core.restarts import Exit, GiveUp, LeaveDown, Restart
from helix.errors import HelixError, Refused
from helix.settings import Settings
from helix.supervisor import SHUTTING_DOWN, Supervisor
from services.warden.events import ProcessEvent

log = logging.getLogger(__name__)

NAME = "warden"
ENDED = ("EXITED", "FATAL")
HUNG_SECONDS = 30.0
LOOK_SECONDS = 1.0
BLIND_SECONDS = 5.0
"""After so long without a look, what was seen before says nothing about a hang."""


class Ward:
    """The programs under the warden's care; all methods run in one event loop."""

    def __init__(self, settings: Settings, supervisor: Supervisor, *, hung_seconds: float = HUNG_SECONDS) -> None:
        self.exits: dict[str, list[Exit]] = {}
        self.totals: dict[tuple[str, str], int] = {}
        self.restarted: dict[str, int] = {}
        self.down: dict[str, LeaveDown | GiveUp] = {}
        self._settings = settings
        self._supervisor = supervisor
        self._board = Board(settings.run_dir)
        self._hung_seconds = hung_seconds
        self._killed: set[str] = set()
        self._beats: dict[str, tuple[float, float]] = {}
        self._looked_at = time.monotonic()
        self._pending: dict[str, asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """Look at the programs once a second, until cancelled: missed ends are found, and hangs."""
        while True:
            try:
                programs = await self._supervisor.programs()
            except HelixError as error:
                if not (isinstance(error, Refused) and error.code == SHUTTING_DOWN):
                    log.warning("programs_not_seen", extra={"cause": str(error)})
            else:
                await self._look(programs)
            await asyncio.sleep(LOOK_SECONDS)

    def deliver(self, event: ProcessEvent) -> None:
        """Take an event from supervisord."""
        if event.program == NAME:
            return
        level = logging.ERROR if event.kind in ENDED else logging.INFO
        facts = {"subject": event.program, "state": event.kind, "from_state": event.from_state}
        log.log(level, "program_state_changed", extra=facts)
        if event.kind in ENDED:
            self._schedule(event.program)

    def _schedule(self, program: str) -> None:
        if program in self._pending or program in self.down:
            return
        task = asyncio.create_task(self._handle_end(program), name=f"restart-{program}")
        self._pending[program] = task
        task.add_done_callback(lambda _: self._pending.pop(program, None))

    async def _look(self, programs: Mapping[str, ProgramState]) -> None:
        now = time.monotonic()
        if now - self._looked_at > BLIND_SECONDS:
            # we were held up ourselves (a frozen container, a hanging disk): the programs may have been as well
            self._beats.clear()
        self._looked_at = now
        for program in programs.values():
            if program.name == NAME:
                continue
            if program.state in ENDED:
                self._schedule(program.name)
            elif program.state == "RUNNING" and program.name not in REPORTLESS:
                await self._kill_if_hung(program)

    async def _kill_if_hung(self, program: ProgramState) -> None:
        """Kill *program* when its heartbeat has stood still; measured with our own clock, which no jump moves."""
        report = self._board.read(program.name)
        beat = report.posted_at if isinstance(report, Report) and report.pid == program.pid else program.started_at
        now = time.monotonic()
        last, since = self._beats.get(program.name, (0.0, now))
        if beat != last:
            self._beats[program.name] = (beat, now)
            return
        if now - since < self._hung_seconds:
            return
        log.error("program_hung", extra={"subject": program.name, "seconds": round(now - since)})
        self._beats.pop(program.name)
        self._killed.add(program.name)
        try:
            await self._supervisor.kill(program.name)
        except HelixError as error:
            log.warning("program_not_killed", extra={"subject": program.name, "cause": str(error)})

    async def _handle_end(self, program: str) -> None:
        """Note how *program* ended, then restart it, leave it down, or give up."""
        try:
            state = (await self._supervisor.programs())[program]
        except (HelixError, KeyError) as error:
            log.warning("program_state_unknown", extra={"subject": program, "cause": str(error)})
            return
        if state.state not in ENDED:
            return
        ends = self._note_end(program, state)
        decision = restarts.decide(program, ends, essential=program in self._settings.essential)
        match decision:
            case Restart(after_seconds):
                await asyncio.sleep(after_seconds)
                await self._restart(program)
            case LeaveDown(cause, remedy):
                self.down[program] = decision
                log.error("program_left_down", extra={"subject": program, "cause": cause, "remedy": remedy})
            case GiveUp():
                self.down[program] = decision
                await self._give_up(decision)

    def _note_end(self, program: str, state: ProgramState) -> list[Exit]:
        now = time.time()
        report = self._board.read(program)
        # supervisord's word for the start, not ours: of a start during our own we hear late
        words = last_words(report, state.started_at)
        is_config = words is not None and isinstance(report, Report) and report.state == MISCONFIGURED
        # supervisord keeps no status of an end within startsecs
        status = restarts.EX_CONFIG if is_config else state.exit_status
        reason = self._reason(program, state, status)
        lived = max(0.0, now - state.started_at)
        ends = self.exits.setdefault(program, [])
        ends.append(Exit(now, lived, status, reason, words.output if words else "", words.remedy if words else ""))
        del ends[:-100]
        self.totals[program, reason] = self.totals.get((program, reason), 0) + 1
        facts = {"subject": program, "status": status, "reason": reason, "lived_seconds": round(lived, 1)}
        log.error("program_ended", extra=facts)
        return ends

    def _reason(self, program: str, state: ProgramState, status: int) -> str:
        """Name the kind of end, one of `restarts.REASONS`."""
        if program in self._killed:
            self._killed.discard(program)
            return "hang"
        match status:
            case -1:
                return "signal"
            case restarts.EX_CONFIG:
                return "config"
            case 0 if state.state == "FATAL":
                # within startsecs supervisord keeps no status
                return "early"
            case 0:
                return "expected"
            case _:
                return "error"

    async def _restart(self, program: str) -> None:
        self._beats.pop(program, None)
        try:
            await self._supervisor.start(program)
        except HelixError as error:
            # somebody else may have started it; the next look finds it if not
            log.warning("program_not_restarted", extra={"subject": program, "cause": str(error)})
            return
        self.restarted[program] = self.restarted.get(program, 0) + 1
        log.info("program_restarted", extra={"subject": program, "restarts": self.restarted[program]})

    async def _give_up(self, decision: GiveUp) -> None:
        """Leave the launcher a note, then stop everything; sync flushes on its SIGTERM."""
        log.critical("helix_gives_up", extra={"cause": decision.cause, "remedy": decision.remedy})
        endnote.write(self._settings.run_dir, endnote.ExitNote(decision.status, decision.cause, decision.remedy))
        await self._supervisor.shutdown()
