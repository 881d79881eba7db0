"""Does the real container tell the truth in each misfortune, and heal? One container for all that heal again."""

from collections.abc import Iterator

import pytest

from tests.container.podman import Podman
from tests.container.test_container import ask, send, wait_ready
from tests.running import eventually

pytestmark = [pytest.mark.xdist_group("container"), pytest.mark.timeout(900)]

AES = "/venv/lib/python3.12/site-packages/Crypto/Cipher/AES.py"
VICTIM = "/app/services/bot/audit.py"
FILL = "dd if=/dev/zero of={place}/.filler bs=64k; sync"


@pytest.fixture(scope="module")
def running(podman: Podman) -> Iterator[str]:
    with podman.container() as name:
        wait_ready(podman, name)
        yield name


@pytest.fixture
def name(podman: Podman, running: str) -> Iterator[str]:
    """Give a ready container, and see that the test has left it ready."""
    wait_ready(podman, running)
    yield running
    wait_ready(podman, running)


def shell(podman: Podman, name: str, script: str) -> None:
    """Run a script as root in the container; a full disk makes it fail, which is its purpose."""
    podman.run("exec", "--user", "root", name, "sh", "-c", script, check=False)


def told(podman: Podman, name: str, part: str, code: int) -> bool:
    """Say whether `/health` (with *code*) and `helix status` name the cause by now."""
    status, body = ask(podman, name)
    if status != code or part not in body:
        return False
    return part in podman.run("exec", name, "helix", "status", check=False).stdout


@pytest.mark.parametrize("program", ["sync", "bot", "health"])
def test_a_killed_program_comes_back_and_the_restart_is_told(podman: Podman, name: str, program: str) -> None:
    send(podman, name, "KILL", "healthcheck" if program == "health" else f"services.{program}")

    cause = f"{program} was restarted in the last 5 minutes, after a signal"
    assert eventually(lambda: told(podman, name, cause, 200), within=60, what=cause)


def test_a_stopped_bot_is_told_and_does_not_make_it_unready(podman: Podman, name: str) -> None:
    send(podman, name, "STOP", "services.bot")
    try:
        assert eventually(lambda: told(podman, name, "bot is hung", 200), within=60)
    finally:
        send(podman, name, "CONT", "services.bot")


@pytest.mark.parametrize(
    ("hurt", "heal", "part"),
    [
        (f"mv {VICTIM} /tmp/kept.py", f"mv /tmp/kept.py {VICTIM}", "services/bot/audit.py"),
        (
            f"cp -p {VICTIM} /tmp/kept.py; echo '# altered' >>{VICTIM}",
            f"cp -p /tmp/kept.py {VICTIM}",
            "services/bot/audit.py",
        ),
        (f"mv {AES} /tmp/AES.py", f"mv /tmp/AES.py {AES}", "pycryptodome"),
        ("echo 'def Mega(): pass' >/app/mega.py", "rm /app/mega.py", "mega"),
    ],
    ids=["file removed", "file altered", "Crypto damaged", "module shadowed"],
)
def test_a_damaged_image_is_named_until_it_is_whole(podman: Podman, name: str, hurt: str, heal: str, part: str) -> None:
    shell(podman, name, hurt)
    try:
        assert eventually(lambda: told(podman, name, part, 503), within=100, what=part)
    finally:
        shell(podman, name, heal)


@pytest.mark.parametrize(
    ("options", "place", "home", "part"),
    [
        (("--shm-size=24m", "--env=HELIX_HOME=/dev/shm/home"), "/dev/shm", "/dev/shm/home", "disk"),
        (("--tmpfs=/data/journal:size=24m,mode=0777",), "/data/journal", "/data", "journal"),
    ],
    ids=["home", "journal"],
)
def test_a_full_disk_is_named_until_there_is_room(
    podman: Podman, options: tuple[str, ...], place: str, home: str, part: str
) -> None:
    with podman.container(*options) as name:
        wait_ready(podman, name)

        shell(podman, name, FILL.format(place=place))
        shell(podman, name, f"echo meanwhile >{home}/files/meanwhile.txt")
        assert eventually(lambda: told(podman, name, part, 503), within=60, what=part)

        shell(podman, name, f"rm {place}/.filler")
        wait_ready(podman, name)


def test_an_emptied_folder_deletes_nothing_and_says_why(podman: Podman) -> None:
    with podman.container() as name:
        wait_ready(podman, name)
        shell(podman, name, "for n in $(seq 500); do echo $n >/data/files/$n.txt; done")
        assert eventually(lambda: remote_files(podman, name) == 500, within=60)

        shell(podman, name, "rm -r /data/files; mkdir /data/files; chown helix /data/files")

        assert eventually(lambda: "guard" in ask(podman, name)[1] and '"warn"' in ask(podman, name)[1], within=60)
        assert podman.run("exec", name, "helix", "conflicts", check=False).returncode == 1
        assert remote_files(podman, name) == 500


def remote_files(podman: Podman, name: str) -> int:
    found = podman.run("exec", name, "sh", "-c", "ls /data/remote/*.txt | wc -l", check=False)
    return int(found.stdout or 0)
