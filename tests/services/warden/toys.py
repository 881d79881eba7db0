"""A real supervisord with toy programs in the places of the real ones."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helix.settings import Settings, from_env
from tests.running import crowding, eventually
from tests.running.helix import ROOT

HEAD = """[unix_http_server]
file={run}/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
nodaemon=true
silent=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={run}/supervisord.pid
directory={root}
[eventlistener:warden]
command={python} -m services.warden
events=PROCESS_STATE
autorestart=true
stderr_logfile={run}/warden.log
autostart={warden}
"""
PROGRAM = """[program:{name}]
command={python} {script}
directory={root}
autorestart=false
startsecs=3
startretries=0
stdout_logfile=NONE
stderr_logfile=NONE
"""

STAYS = "import time; time.sleep(600)"
STOPS_SLOWLY = "import signal, time; signal.signal(15, lambda *_: (time.sleep(3), exit(0))); time.sleep(600)"
DIES = "raise SystemExit(3)"
REFUSES = """
import asyncio
from pathlib import Path
from helix.board import Board
from helix.core.health import MISCONFIGURED, Check, Status
from helix.lifecycle import Heart
asyncio.run(Heart("bot", Board(Path({run!r})), lambda: None).last_words(
    MISCONFIGURED, Check("bot:gateway", Status.FAIL, "Discord refused the bot's token", "set DISCORD_BOT_TOKEN")
))
raise SystemExit(78)
"""
BEATS_ONCE = """
import asyncio
import time
from pathlib import Path
from helix.board import Board
from helix.lifecycle import Heart, Pulse
asyncio.run(Heart("sync", Board(Path({run!r})), lambda: Pulse("writer")).beat())
time.sleep(600)
"""


class Toys:
    """The running supervisord, and the settings of its home."""

    def __init__(self, process: "subprocess.Popen[bytes]", settings: Settings) -> None:
        self.process = process
        self.settings = settings

    def log(self) -> str:
        """Give what the warden wrote."""
        return (self.settings.run_dir / "warden.log").read_text()


@contextmanager
def supervised(*, warden: bool = True, essential: str = "health,sync", **programs: str) -> Iterator[Toys]:
    """Run supervisord with *programs* (name → Python text), and with the real warden unless told otherwise."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="hx-") as place:
        env = {"HELIX_HOME": place, "HELIX_ESSENTIAL": essential, "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        settings = from_env(env, cwd=Path(place))
        settings.run_dir.mkdir()
        names = {"run": settings.run_dir, "root": ROOT, "python": sys.executable}
        text = HEAD.format(**names, warden=str(warden).lower())
        for name, body in programs.items():
            script = Path(place) / f"{name}.py"
            script.write_text(body.replace("{run!r}", repr(str(settings.run_dir))))
            text += PROGRAM.format(name=name, script=script, **names)
        conf = Path(place) / "supervisord.conf"
        conf.write_text(text)
        process = subprocess.Popen([sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(conf)], env=env)
        try:
            eventually(settings.supervisor_socket.exists, what="supervisord's socket")
            yield Toys(process, settings)
        finally:
            process.terminate()
            process.wait(20 * crowding())
