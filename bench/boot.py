"""How long from the start to ready, and from a kill to the next life? Beside plain supervisord on the same machine.

The peer starts three idle Python programs, which is the least that any supervisord does; Helix proves its image,
restores the files and answers `/health` in its time. Prints medians and ratios (peer / Helix).
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path

import psutil
from supervisor.xmlrpc import SupervisorTransport

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.running import eventually, start_helix

ROUNDS = 5
PEER = """[unix_http_server]
file={place}/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
nodaemon=true
silent=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={place}/s.pid
[group:peer]
programs=a,b,c
"""
IDLE = "[program:{name}]\ncommand={python} -c 'import time; time.sleep(600)'\nautorestart=true\nstartsecs=1\n"


def helix_round() -> tuple[float, float, float]:
    """Give the seconds from exec to ready, from kill -9 of sync to its next pid, and to ready again."""
    started = time.monotonic()
    with start_helix(LOG_LEVEL="WARNING") as helix:
        helix.wait_ready()
        ready = time.monotonic() - started
        eventually(lambda: psutil.Process(helix.pid("sync")).create_time())
        before = helix.signal("sync", signal.SIGKILL)
        killed = time.monotonic()
        eventually(lambda: new_pid(lambda: helix.pid("sync"), before))
        back = time.monotonic() - killed
        helix.wait_ready()
        return ready, back, time.monotonic() - killed


def peer_round() -> tuple[float, float]:
    """Give supervisord's seconds from exec to three RUNNING programs, and from kill -9 to the next pid."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        conf = Path(place) / "supervisord.conf"
        idle = "".join(IDLE.format(name=name, python=sys.executable) for name in "abc")
        conf.write_text(PEER.format(place=place) + idle)
        started = time.monotonic()
        process = subprocess.Popen([sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(conf)])
        try:
            eventually(Path(place, "s.sock").exists)
            eventually(lambda: all(state == "RUNNING" for state in states(f"unix://{place}/s.sock")))
            running = time.monotonic() - started
            child = psutil.Process(process.pid).children()[0]
            line = child.cmdline()
            others = {other.pid for other in psutil.Process(process.pid).children()}
            os.kill(child.pid, signal.SIGKILL)
            killed = time.monotonic()
            # no XML-RPC here: each call would wake supervisord's loop
            eventually(lambda: fresh(process.pid, line, others))
            return running, time.monotonic() - killed
        finally:
            process.terminate()
            process.wait(20)


def states(socket: str) -> list[str]:
    """Ask supervisord for its programs' states, with a connection of its own."""
    rpc = xmlrpc.client.ServerProxy("http://peer", transport=SupervisorTransport(None, None, socket))
    return [str(info["statename"]) for info in rpc.supervisor.getAllProcessInfo()]


def fresh(parent: int, line: list[str], others: set[int]) -> bool:
    """Say whether a child of that command line runs that was not there before."""
    children = psutil.Process(parent).children()
    return any(child.pid not in others and child.cmdline() == line for child in children)


def new_pid(look: Callable[[], int], before: int) -> bool:
    """Say whether the program has another pid."""
    return look() != before


def main() -> None:
    """Run the rounds and print."""
    ours = [helix_round() for _ in range(ROUNDS)]
    theirs = [peer_round() for _ in range(ROUNDS)]
    ready, back, whole = (statistics.median(column) for column in zip(*ours, strict=True))
    running, respawn = (statistics.median(column) for column in zip(*theirs, strict=True))
    print(f"exec → ready            {ready:6.2f} s   supervisord, 3 idle programs RUNNING {running:6.2f} s"
          f"   ratio {running / ready:.2f}")  # fmt: skip
    print(f"kill -9 → next life     {back:6.2f} s   supervisord {respawn:6.2f} s   ratio {respawn / back:.2f}")
    print(f"kill -9 → ready again   {whole:6.2f} s")


if __name__ == "__main__":
    main()
