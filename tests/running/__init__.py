"""A real Helix for the tests: the shipped supervisord.conf, started by `helix up`, on embedded defaults."""

from tests.running.eventually import eventually, eventually_async
from tests.running.helix import Helix, start_helix
from tests.running.patience import Patience, crowding

__all__ = ["Helix", "Patience", "crowding", "eventually", "eventually_async", "start_helix"]
