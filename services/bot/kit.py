"""What does every command work with?"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from helix import situation
from helix.aside import Aside
from helix.control import Control
from helix.core.health import Verdict
from helix.settings import Settings
from services.bot.audit import Audit
from services.bot.busy import Jobs
from services.bot.link import Link
from services.bot.metrics import Metrics
from services.bot.once import Once
from services.bot.permissions import Rules


@dataclass(frozen=True, slots=True)
class Kit:
    """The bot's collaborators; outlives every single client."""

    settings: Settings
    control: Control
    link: Link
    metrics: Metrics
    rules: Rules
    lag_seconds: Callable[[], float]
    audit: Audit
    once: Once = field(default_factory=Once)
    jobs: Jobs = field(default_factory=Jobs)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    started_at: float = field(default_factory=time.time)
    disk: Aside = field(default_factory=Aside)

    async def verdict(self) -> Verdict:
        """Give the verdict that all outlets give; needs neither sync nor Discord."""
        return await situation.verdict(self.settings, self.disk)
