"""Does the shipped Dockerfile build a container that tells the truth?"""

import json
import time

import pytest

from tests.container.conftest import COMMIT
from tests.container.podman import BASE, IMAGE, Podman
from tests.running import eventually

pytestmark = [pytest.mark.xdist_group("container"), pytest.mark.timeout(900)]

ASK = (
    "import sys, urllib.request, urllib.error\n"
    "try: r = urllib.request.urlopen('http://127.0.0.1:' + sys.argv[1] + sys.argv[2], timeout=4)\n"
    "except urllib.error.HTTPError as e: r = e\n"
    "print(r.status, r.read().decode())"
)
# what the base image weighs is not ours; rclone's binary is a third of this
BUDGET_MB = 290


def ask(podman: Podman, name: str, path: str = "/health", port: int = 8080) -> tuple[int, str]:
    """GET *path* inside the container; status 0 when nobody listens."""
    done = podman.run("exec", name, "python", "-c", ASK, str(port), path, check=False)
    if done.returncode != 0:
        return 0, done.stderr
    status, _, body = done.stdout.partition(" ")
    return int(status), body


def wait_ready(podman: Podman, name: str, port: int = 8080) -> dict[str, object]:
    def ready() -> str | None:
        status, body = ask(podman, name, port=port)
        return body if status == 200 else None

    body = eventually(ready, within=90, what=f"ready; {podman.run('logs', name).stdout[-3000:]}")
    found: dict[str, object] = json.loads(body)
    return found


def test_the_image_says_how_it_is_to_be_run(podman: Podman) -> None:
    config = podman.inspect(IMAGE, "image")

    assert config["Config"]["User"] == "helix"
    assert config["Config"]["Entrypoint"] == ["tini", "--"]
    assert config["Config"]["Cmd"] == ["helix", "up"]
    assert (config.get("HealthCheck") or config["Healthcheck"])["Test"] == ["CMD", "helix", "status"]


def test_the_image_keeps_its_budget(podman: Podman) -> None:
    ours = (podman.inspect(IMAGE, "image")["Size"] - podman.inspect(BASE, "image")["Size"]) / 1_000_000
    print(f"{ours:.0f} MB on top of the base image; the budget is {BUDGET_MB} MB")

    assert ours <= BUDGET_MB


def test_the_image_holds_what_runs_and_nothing_else(podman: Podman) -> None:
    with podman.container(command=["sleep", "600"]) as name:
        listed = podman.run("exec", name, "ls", "-A", "/app").stdout.split()
        verified = podman.run("exec", name, "helix", "image", "manifest", "verify", "--root", "/app")

        assert {"helix", "services", "healthcheck", "supervisord.conf", "manifest.json"} <= set(listed)
        assert not {"tests", ".git", ".venv", "var"} & set(listed)
        assert "as they were shipped" in verified.stdout


def test_a_container_becomes_ready_on_the_port_it_is_given_and_says_its_commit(podman: Podman) -> None:
    with podman.container("--env=PORT=18080") as name:
        body = wait_ready(podman, name, 18080)

        assert body["releaseId"] == COMMIT
        assert body["state"] == "writer"
        assert podman.run("healthcheck", "run", name, check=False).returncode == 0
        assert "tini" in podman.run("exec", name, "cat", "/proc/1/comm").stdout
        assert podman.run("exec", name, "id", "-un").stdout.strip() == "helix"


def test_a_stop_is_clean_and_leaves_with_0(podman: Podman) -> None:
    with podman.container() as name:
        wait_ready(podman, name)
        started = time.monotonic()

        podman.run("stop", "-t", "45", name)

        print(f"stopped after {time.monotonic() - started:.1f} s")
        assert podman.inspect(name)["State"]["ExitCode"] == 0
        assert "helix_stopped" in podman.run("logs", name).stdout


def test_wrong_settings_leave_with_78_and_all_their_names(podman: Podman) -> None:
    with podman.container("--env=PORT=$PORT", "--env=HELIX_MODE=both") as name:
        eventually(lambda: not podman.inspect(name)["State"]["Running"])
        logs = podman.run("logs", name)

        assert podman.inspect(name)["State"]["ExitCode"] == 78
        assert "PORT" in logs.stdout + logs.stderr
        assert "HELIX_MODE" in logs.stdout + logs.stderr


def test_a_file_taken_out_of_the_image_makes_the_health_check_fail(podman: Podman) -> None:
    with podman.container() as name:
        wait_ready(podman, name)

        podman.run("exec", "--user", "root", name, "rm", "/app/helix/control.py")

        status, body = eventually(lambda: failing(podman, name), what="503 in the container")
        assert status == 503
        assert "helix/control.py" in body
        assert podman.run("healthcheck", "run", name, check=False).returncode != 0


def test_a_stopped_program_makes_the_health_check_fail_until_it_goes_on(podman: Podman) -> None:
    with podman.container() as name:
        wait_ready(podman, name)
        send(podman, name, "STOP", "services.sync")

        _, body = eventually(lambda: failing(podman, name), what="503 in the container")

        assert "sync is hung" in body
        assert podman.run("healthcheck", "run", name, check=False).returncode != 0
        send(podman, name, "CONT", "services.sync")
        wait_ready(podman, name)


def test_an_essential_program_that_can_t_be_kept_up_ends_the_container_with_70(podman: Podman) -> None:
    with podman.container() as name:
        wait_ready(podman, name)
        podman.run("exec", "--user", "root", name, "rm", "-r", "/app/services/sync")
        send(podman, name, "KILL", "services.sync")

        eventually(lambda: not podman.inspect(name)["State"]["Running"], within=90, what="the end of the container")

        assert podman.inspect(name)["State"]["ExitCode"] == 70
        assert "sync can't be kept up" in podman.run("logs", name).stdout


def failing(podman: Podman, name: str) -> tuple[int, str] | None:
    status, body = ask(podman, name)
    return (status, body) if status == 503 else None


def send(podman: Podman, name: str, signal: str, module: str) -> None:
    """Send a signal to the program that runs *module*."""
    script = (
        "import os, signal, psutil\n"
        f"for p in psutil.process_iter(['cmdline']):\n"
        f"    if {module!r} in p.info['cmdline']: os.kill(p.pid, signal.SIG{signal})"
    )
    podman.run("exec", name, "python", "-c", script)


def test_a_platform_that_restarts_on_failure_sees_one(podman: Podman) -> None:
    with podman.container("--restart=on-failure:2", "--env=PORT=$PORT") as name:
        restarts = eventually(lambda: podman.inspect(name)["RestartCount"], within=60, what="a restart")

        assert restarts >= 1


def test_a_clean_stop_is_no_failure_to_restart_after(podman: Podman) -> None:
    with podman.container("--restart=on-failure:2") as name:
        wait_ready(podman, name)

        podman.run("stop", "-t", "45", name)

        assert podman.inspect(name)["State"]["ExitCode"] == 0
        assert podman.inspect(name)["RestartCount"] == 0
