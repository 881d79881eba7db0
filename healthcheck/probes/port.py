"""Can the health server listen on PORT?

For `helix doctor` only: while Helix runs its own server has the port, and one that could not have it says so itself.
"""

from healthcheck.listening import listen
from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.board import Board
from helix.core.health import Report
from helix.errors import HelixError, Refused, Unreachable
from helix.settings import Settings
from helix.supervisor import Supervisor

SERVER = "health"


async def probe(place: Place) -> Finding:
    """Try to have the port for a moment; what keeps it may be this Helix."""
    settings = await place.disk.do(place.settings)
    if settings is None:
        return passed("not tried: the settings are wrong")
    try:
        listen(settings.port).close()
    except HelixError as error:
        if await _is_ours(settings, place):
            return passed(f"port {settings.port} is ours")
        return sum_up([Fault(error.message, error.remedy)])
    return passed(f"port {settings.port} is free")


async def _is_ours(settings: Settings, place: Place) -> bool:
    """Say whether the server that supervisord runs now has reported that it listens there."""
    try:
        async with Supervisor(settings.supervisor_socket) as supervisor:
            server = (await supervisor.programs()).get(SERVER)
    except (Unreachable, Refused):
        return False
    report = await place.disk.do(lambda: Board(settings.run_dir).read(SERVER))
    if server is None or not isinstance(report, Report):
        return False
    return report.pid == server.pid and report.facts.get("port") == settings.port
