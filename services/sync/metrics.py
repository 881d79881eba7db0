"""Which figures does sync give to Prometheus? The families of docs: prefix `helix_`, one registry of its own."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from services.sync.apply.throttle import Throttle
from services.sync.journal.history import Run
from services.sync.keeper import Keeper
from services.sync.remotes.timed import Requests

_ACTIONS = ("uploaded", "downloaded", "trashed", "moved", "conflicts", "failed")


class Metrics:
    """All families; `collect` brings them up to date and gives the text."""

    def __init__(self, throttle: Throttle, requests: Requests) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(requests)
        self._throttle = throttle
        self._files = self._gauge("sync_files", "Files seen by the last pass.", ["folder", "side"])
        self._bytes = self._gauge("sync_bytes", "Bytes seen by the last pass.", ["folder", "side"])
        self._pending = self._gauge("sync_pending_actions", "Actions still to be done.", ["folder"])
        self._conflicts = self._gauge("sync_conflicts", "Conflict copies that wait for a decision.", ["folder"])
        self._guard = self._gauge("sync_guard_tripped", "1 while a guard rail waits for a person.", ["folder"])
        self._success = self._gauge("sync_last_success_timestamp_seconds", "When a pass last ended well.", ["folder"])
        self._epoch = self._gauge("lease_epoch", "The epoch of our right to write, 0 without it.", ["folder"])
        self._held = self._gauge("lease_held", "1 while we may write to the remote.", ["folder"])
        self._quota = self._gauge("remote_quota_bytes", "Room on the remote.", ["folder", "kind"])
        self._lag = self._gauge("event_loop_lag_seconds", "How late the event loop came round last.")
        self._actions = Counter("helix_sync_actions", "Actions done.", ["action", "outcome"], registry=self.registry)
        self._moved = Counter(
            "helix_sync_transferred_bytes", "Bytes moved to and from remotes.", ["direction"], registry=self.registry
        )
        self._retries = Counter("helix_sync_retries", "Runs tried again.", ["reason"], registry=self.registry)
        self._duration = Histogram(
            "helix_sync_pass_duration_seconds",
            "Duration of passes.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800),
            registry=self.registry,
        )
        self._counted = {"up": 0, "down": 0}
        for action in _ACTIONS[:-1]:
            self._actions.labels(action, "done")
        self._actions.labels("any", "failed")
        self._retries.labels("run")

    def collect(self, keepers: Sequence[Keeper], lag: float) -> str:
        """The text, as of now."""
        self._lag.set(lag)
        for direction, total in self._throttle.moved.items():
            self._moved.labels(direction).inc(total - self._counted[direction])
            self._counted[direction] = total
        for keeper in keepers:
            self._folder(keeper)
        return generate_latest(self.registry).decode()

    def _folder(self, keeper: Keeper) -> None:
        standing, name = keeper.standing, keeper.name
        if (counts := standing.counts) is not None:
            self._files.labels(name, "local").set(counts.local_files)
            self._files.labels(name, "remote").set(counts.remote_files)
            self._bytes.labels(name, "local").set(counts.local_bytes)
            self._bytes.labels(name, "remote").set(counts.remote_bytes)
        tally = standing.tally
        self._pending.labels(name).set(tally.total - tally.done if tally else standing.pending)
        self._conflicts.labels(name).set(standing.conflicts)
        self._guard.labels(name).set(standing.trip is not None)
        self._success.labels(name).set(standing.last_success or 0)
        self._epoch.labels(name).set(keeper.lease.epoch)
        self._held.labels(name).set(keeper.lease.held)
        if standing.quota is not None:
            for kind, amount in (("used", standing.quota.used), ("total", standing.quota.total)):
                if amount is not None:
                    self._quota.labels(name, kind).set(amount)

    def count(self, run: Run) -> None:
        """A pass has ended."""
        self._duration.observe(run.finished - run.started)
        for action in _ACTIONS[:-1]:
            self._actions.labels(action, "done").inc(getattr(run, action))
        self._actions.labels("any", "failed").inc(run.failed)
        if run.outcome == "failed":
            self._retries.labels("run").inc()

    def _gauge(self, name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(f"helix_{name}", text, labels, registry=self.registry)
