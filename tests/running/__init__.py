"""A real Helix for the tests: the shipped supervisord.conf, started by `helix up`, on embedded defaults."""

from tests.running.eventually import eventually
from tests.running.helix import Helix, start_helix

__all__ = ["Helix", "eventually", "start_helix"]
