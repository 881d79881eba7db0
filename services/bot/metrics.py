"""Which figures does the bot post for Prometheus?

The health server merges them with the other programs' and adds the label `program`.
"""

import math
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.bot.link import Link

_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


COMMANDS = ("status", "testmega", "heartbeat", "sync now", "doctor", "version")


class Metrics:
    """The bot's figures, in a registry of their own."""

    def __init__(self, link: Link, lag_seconds: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        self._commands = Counter(
            "helix_bot_commands", "Commands given, by how they ended.", ("command", "outcome"), registry=self._registry
        )
        self._duration = Histogram(
            "helix_bot_command_duration_seconds",
            "Time from a command's arrival to its end.",
            ("command",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._alerts = Counter("helix_bot_alerts", "Alerts raised, by kind.", ("kind",), registry=self._registry)
        self._registry.register(_LinkFigures(link, lag_seconds))
        # a rate sees the first increase only of what stood at 0
        for name in COMMANDS:
            self._commands.labels(name, "ok")
            self._duration.labels(name)

    def command(self, name: str, outcome: str, seconds: float) -> None:
        """Count a command that ended."""
        self._commands.labels(name, outcome).inc()
        self._duration.labels(name).observe(seconds)

    def alert(self, kind: str) -> None:
        """Count an alert that was raised."""
        self._alerts.labels(kind).inc()

    def text(self) -> str:
        """Give all figures in the text format."""
        return generate_latest(self._registry).decode()


class _LinkFigures(Collector):
    """Reads the link at the moment of the scrape."""

    def __init__(self, link: Link, lag_seconds: Callable[[], float]) -> None:
        self._link = link
        self._lag_seconds = lag_seconds

    def collect(self) -> Iterator[Metric]:
        """Give the families; an age that nobody knows is NaN, so that its name is always there."""
        link = self._link
        yield GaugeMetricFamily("helix_bot_connected", "1 while Discord holds the bot's session.", int(link.connected))
        age = link.ack_age_seconds
        known = math.nan if age is None else round(age, 3)
        yield GaugeMetricFamily("helix_bot_ack_age_seconds", "Age of Discord's last answer to a heartbeat.", known)
        yield CounterMetricFamily("helix_bot_identifies", "Sessions begun at Discord.", link.identifies)
        yield CounterMetricFamily("helix_bot_resumes", "Sessions taken up again at Discord.", link.resumes)
        yield GaugeMetricFamily(
            "helix_event_loop_lag_seconds", "How late the event loop came round.", round(self._lag_seconds(), 6)
        )
