"""Does the health server answer, and name the one cause, while a network volume under HELIX_HOME hangs?

A named pipe stands for the volume: whoever opens it to read waits until somebody opens it to write.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from helix.board import Board
from helix.core.health import DISK_SILENT
from tests.healthcheck.stage import Stage, get, playing

TOLD = f"FAIL {DISK_SILENT.output} → {DISK_SILENT.remedy}"


@contextlib.contextmanager
def hanging(run_dir: Path) -> Iterator[None]:
    """Let whoever reads the bot's report wait for ever."""
    report, kept, pipe = run_dir / "bot.json", run_dir / "bot.kept", run_dir / "pipe"
    os.mkfifo(pipe)
    os.link(report, kept)
    os.link(pipe, kept.with_name("pipe.link"))
    kept.with_name("pipe.link").replace(report)
    try:
        yield
    finally:
        kept.replace(report)
        # a writer that comes and goes lets everybody go
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))


async def _alive(stage: Stage) -> None:
    response, _ = await get(stage, "/livez")
    assert response.status == 200


async def test_while_the_disk_hangs_livez_is_200_and_all_else_names_it_and_its_return_is_noticed() -> None:
    async with playing() as stage:
        elsewhere = stage.home / "elsewhere"
        elsewhere.mkdir()
        stage.board, real = Board(elsewhere), stage.board
        with hanging(stage.settings.run_dir):
            await _alive(stage)
            await stage.wait_for(lambda verdict: not verdict.ready)
            await _alive(stage)
            health, body = await get(stage, "/health")
            _, overview = await get(stage, "/api/v1/status")
            metrics, page = await get(stage, "/metrics")
            started, _ = await get(stage, "/startupz")
        stage.board = real
        await stage.wait_ready()

    assert (health.status, started.status, metrics.status) == (503, 200, 200)
    assert DISK_SILENT.output in body.decode()
    assert [cause["line"] for cause in json.loads(overview)["causes"]] == [TOLD]
    assert b"helix_ready 0.0" in page


def test_the_command_line_names_it_too_and_hangs_no_longer_than_it_must(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (run_dir / "bot.json").write_text("{}")
    command = [sys.executable, "-m", "helix.cli", "status"]
    environment = {**os.environ, "HELIX_HOME": str(tmp_path)}

    with hanging(run_dir):
        asked = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert asked.returncode == 1
    assert asked.stdout.splitlines() == ["Helix is not ready: 1 cause", f"  {TOLD}"]
