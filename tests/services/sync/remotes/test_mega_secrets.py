"""Does nothing that a real run writes or shows hold a secret: log at DEBUG, board, journal, answers, `ps`?"""

import asyncio
import base64
import json
import subprocess
from pathlib import Path

from services.sync.remotes.mega.encoding import b64
from tests.emulators.mega import Answer, MegaServer, Raw
from tests.services.sync.running import Sync, eventually, home, running

PASSWORD = "a horse that no other test rides"
TOTP_KEY = b"12345678901234567890"
TOTP_SECRET = base64.b32encode(TOTP_KEY).decode()


def settings_of(server: MegaServer, place: Path) -> dict[str, str]:
    (place / "password").write_text(PASSWORD)
    account = {"MEGA_EMAIL": "me@example.org", "MEGA_PASS_FILE": str(place / "password"), "MEGA_API_URL": server.url}
    return {"HELIX_REMOTE": "mega:/Top", "LOG_LEVEL": "debug", "MEGA_TOTP_SECRET": TOTP_SECRET, **account}


async def everything_shown(sync: Sync) -> bytes:
    """All that the run wrote outside the private files of mode 0600, said, and shows in the list of processes."""
    private = {sync.home / "password", *(sync.home / "mega").iterdir()}
    written = [path.read_bytes() for path in sync.home.rglob("*") if path.is_file() and path not in private]
    said = [await sync.control.status(), await sync.control.selftest()]
    ps = await asyncio.to_thread(subprocess.run, ["ps", "-axww", "-o", "args"], capture_output=True, check=True)
    return b"\n".join([*written, json.dumps(said).encode(), ps.stdout])


async def test_no_secret_is_in_anything_that_a_real_run_writes_or_shows() -> None:
    with MegaServer() as server, home() as place:
        me = server.add_account("me@example.org", PASSWORD)
        me.identity.totp_key = TOTP_KEY
        async with running(place, **settings_of(server, place)) as sync:
            await sync.ready()
            (sync.folder / "first").write_text("content")
            await eventually(lambda: me.files().get("Top/first") == b"content", "uploaded")
            sid = next(iter(server.world.sessions))
            fault = server.fail("u", Answer(-11), times=3)
            server.fail("cs", Raw(500), times=2)
            (sync.folder / "second").write_text("content")
            await eventually(lambda: bool(fault.happened), "an error is told")

            shown = await everything_shown(sync)

    key = me.identity.master_key
    secrets = [PASSWORD, TOTP_SECRET, sid, key.hex(), b64(key), base64.b64encode(key).decode(), repr(key)[2:-1]]
    assert [secret for secret in secrets if secret.encode() in shown] == []
    assert b"DEBUG" in shown
    assert b"-m services.sync" in shown
    server.assert_clean()
