"""What can people ask of sync, and who answers? The desk between the control socket and the keepers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from helix import parsing
from helix.core.guards import LOOK_AGAIN_ONLY
from helix.core.health import Check, Status
from helix.core.names import is_conflict_copy
from helix.core.trees import Kind
from helix.errors import HelixError, Refused
from services.sync import selftest, views
from services.sync.apply.errors import translate
from services.sync.apply.throttle import Throttle
from services.sync.asked import refusal
from services.sync.cycle import Wishes
from services.sync.journal import history
from services.sync.keeper import Keeper
from services.sync.resolve import resolve
from services.sync.trash import check_path, version_id
from services.sync.views import Json

PLAN_SECONDS = 10.0
"""How long a plan waits for a running pass."""
ACT_SECONDS = 45.0
"""How long an act waits for one: less than who asked for it does, so that he is told why nothing is done."""
QUEUE = 100
"""Events a slow listener may lag behind; then the oldest are dropped."""


class Desk:
    """Answers questions and passes on what people ask for."""

    def __init__(
        self,
        keepers: Sequence[Keeper],
        throttle: Throttle,
        *,
        state: Callable[[], str],
        checks: Callable[[], tuple[Check, ...]],
        metrics: Callable[[], str],
    ) -> None:
        self._keepers = keepers
        self._throttle = throttle
        self._state = state
        self._checks = checks
        self.metrics = metrics
        self._listeners: set[asyncio.Queue[str]] = set()

    def announce(self, kind: str) -> None:
        """Tell all listeners that something happened."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(kind)

    async def events(self) -> AsyncIterator[tuple[str, Json]]:
        """The status now, then whatever happens."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self._listeners.add(queue)
        try:
            yield "status", self.status()
            while True:
                kind = await queue.get()
                yield kind, self.status()
        finally:
            self._listeners.discard(queue)

    def health(self) -> Json:
        """The checks as health+json."""
        checks = self._checks()
        order = (Status.PASS, Status.WARN, Status.FAIL)
        worst = max((check.status for check in checks), key=order.index, default=Status.PASS)
        body: dict[str, list[Json]] = {}
        for check in checks:
            told = {"status": check.status.value, "output": check.output, "remedy": check.remedy, "time": check.time}
            body.setdefault(check.name, []).append(told)
        return {"status": worst.value, "state": self._state(), "checks": body}

    def status(self) -> Json:
        """How each folder is."""
        return {
            "state": self._state(),
            "paused": all(keeper.paused for keeper in self._keepers),
            "limit": self._throttle.limits,
            "folders": [views.folder(keeper) for keeper in self._keepers],
        }

    async def plan(self) -> Json:
        """What the next pass would do."""
        return {"folders": list(await asyncio.gather(*(_plan(keeper) for keeper in self._keepers)))}

    async def files(self, prefix: str, query: str, limit: int) -> Json:
        """Files in the journal."""
        found = [file for keeper in self._keepers for file in await asyncio.to_thread(_files, keeper, prefix, query)]
        return {"total": len(found), "files": found[:limit]}

    async def runs(self, limit: int) -> Json:
        """The last runs of all folders."""
        found = []
        for keeper in self._keepers:
            runs = await asyncio.to_thread(history.runs, keeper.cycle.journal, limit)
            found += [views.run(keeper.name, run) for run in runs]
        found.sort(key=lambda run: run["started"], reverse=True)
        return {"runs": found[:limit]}

    async def path_history(self, path: str, limit: int) -> Json:
        """What happened to a path."""
        events, versions = [], []
        for keeper in self._keepers:
            journal = keeper.cycle.journal
            happened = await asyncio.to_thread(history.events, journal, path, limit)
            kept = await asyncio.to_thread(history.versions, journal, path)
            events += [views.event(keeper.name, event) for event in happened]
            versions += [views.version(keeper.name, version) for version in kept]
        return {"path": path, "events": events, "versions": versions}

    async def conflicts(self) -> Json:
        """What waits for a person."""
        found = []
        for keeper in self._keepers:
            events = await asyncio.to_thread(history.open_conflicts, keeper.cycle.journal)
            found += [views.conflict(keeper.name, event) for event in events]
        return {"conflicts": found, "guards": [g for keeper in self._keepers if (g := views.guard(keeper))]}

    async def sync(self, wait: float) -> Json:
        """A pass of every folder; waits for them at most so long."""
        if any(keeper.paused for keeper in self._keepers):
            raise refusal()
        answers = {keeper.name: keeper.ask() for keeper in self._keepers}
        done, late = await asyncio.wait(answers.values(), timeout=wait)
        for future in late:
            future.cancel()
        return {
            "accepted": True,
            "runs": [views.run(name, future.result()) for name, future in answers.items() if future in done],
        }

    async def pause(self, paused: bool) -> Json:
        """Pause or resume every folder; a folder whose journal fails does not keep the others from it."""
        outcomes = await asyncio.gather(*(keeper.pause(paused) for keeper in self._keepers), return_exceptions=True)
        self.announce("status")
        for failure in outcomes:
            if failure is not None:
                raise failure
        return {"paused": paused}

    def limit(self, text: str) -> Json:
        """Change the bandwidth limit of all transfers, also of those under way, until the next start."""
        try:
            rates = parsing.bandwidth(text)
        except parsing.BadValue as bad:
            raise Refused(f"the limit {bad.message}", remedy=bad.remedy, code="bad-request") from None
        self._throttle.limit(rates.up, rates.down)
        self.announce("status")
        return dict(self._throttle.limits)

    def verify(self) -> Json:
        """Compare contents in the background."""
        for keeper in self._keepers:
            keeper.verifier.start()
        return {"accepted": True}

    async def restore(self, path: str, version: str | None, to: str | None, folder: str | None = None) -> Json:
        """Bring a version back in the one folder that keeps it. Raises `Refused` where several do and none is named."""
        check_path(path)
        keepers = self._named(folder)
        holding = [one for one in keepers if await one.trash.find(path, version)]
        keeper = _only(path, holding or keepers[:1])
        async with _between_passes(keeper, ACT_SECONDS):
            kept = await keeper.trash.restore(path, version, to)
        keeper.hint()
        return {"path": to or path, "folder": keeper.name, "size": kept.size, "version": version_id(kept)}

    async def resolve(self, path: str, keep: str, folder: str | None) -> Json:
        """Settle a conflict in the one folder that has it. Raises `Refused` where several have and none is named."""
        keepers = self._named(folder)
        keeper = _only(
            path, [one for one in keepers if await asyncio.to_thread(_has_conflict, one, path)] or keepers[:1]
        )
        async with _between_passes(keeper, ACT_SECONDS):
            await resolve(keeper.cycle.root, keeper.cycle.journal, path, keep)
        keeper.hint()
        return {"path": path, "folder": keeper.name, "kept": keep}

    def _named(self, folder: str | None) -> list[Keeper]:
        """The folder of that name, or all."""
        found = [keeper for keeper in self._keepers if folder in (None, keeper.name)]
        if not found:
            raise Refused(f"there is no folder {folder}", remedy="see `helix status`", code="not-found")
        return found

    async def decide(self, folder: str, decision: str) -> Json:
        """Answer a guard rail."""
        keeper = self._named(folder)[0]
        trip = keeper.standing.trip
        if trip is None:
            raise Refused("no guard rail waits for a decision", code="not-found")
        if decision not in ("proceed", "rescan"):
            raise Refused("this can't be decided so", remedy="choose proceed or rescan", code="bad-request")
        if decision == "proceed" and trip.kind in LOOK_AGAIN_ONLY:
            raise Refused(f"nobody can allow this: {trip.text}", remedy=trip.remedy, code="bad-request")
        await keeper.decide(trip, proceed=decision == "proceed")
        return {"folder": folder, "decision": decision}

    async def selftest(self) -> Json:
        """A round trip on every remote, side by side."""
        trips = [
            selftest.round_trip(keeper.cycle.remote, views.public_remote(keeper.cycle.folder.remote))
            for keeper in self._keepers
        ]
        return views.selftest(list(await asyncio.gather(*trips)))


def _only(path: str, keepers: Sequence[Keeper]) -> Keeper:
    """The one folder that is meant."""
    if len(keepers) > 1:
        names = ", ".join(keeper.name for keeper in keepers)
        remedy = f"name one with --folder, or to the bot as `{keepers[0].name}:{path}`"
        raise Refused(f"several folders have {path}: {names}", remedy=remedy, code="ambiguous")
    return keepers[0]


def _has_conflict(keeper: Keeper, path: str) -> bool:
    return any(path in (event.path, event.outcome) for event in history.open_conflicts(keeper.cycle.journal))


async def _plan(keeper: Keeper) -> Json:
    """The plan of one folder, or why it can't be told: one folder in trouble does not hide the others' plans."""
    try:
        async with _between_passes(keeper, PLAN_SECONDS):
            return views.plan(keeper.name, await keeper.cycle.look(Wishes()))
    except HelixError as error:
        return views.no_plan(keeper.name, error)
    except OSError as error:
        return views.no_plan(keeper.name, translate(error, "the local folder"))


@asynccontextmanager
async def _between_passes(keeper: Keeper, seconds: float) -> AsyncIterator[None]:
    """The folder while nobody else changes it. Raises `Refused` where a pass is under way for so long."""
    try:
        async with asyncio.timeout(seconds):
            await keeper.busy.acquire()
    except TimeoutError:
        remedy = "`helix status` shows how far it is; ask again after it"
        raise Refused("a pass is under way", remedy=remedy, code="busy") from None
    try:
        yield
    finally:
        keeper.busy.release()


def _files(keeper: Keeper, prefix: str, query: str) -> list[Json]:
    standing = keeper.standing
    pending = {action.path for action in standing.look.plan.actions} if standing.look and standing.tally else set()
    return [
        {
            "folder": keeper.name,
            "path": path,
            "kind": base.kind.value,
            "size": base.size,
            "mtime": base.mtime_ns / 1e9 if base.kind is Kind.FILE else None,
            "state": "conflict" if is_conflict_copy(path) else "pending" if path in pending else "synced",
        }
        for path, base, _ in keeper.cycle.journal.rows()
        if path.startswith(prefix) and query.lower() in path.lower()
    ]
