"""Does any body hold a secret, a path of the host, or the account's name?"""

import json
from pathlib import Path

from healthcheck.redaction import Redaction, of
from helix.core.health import Check, Status
from helix.settings import from_env
from tests.healthcheck.stage import FOLDER, TOKEN, failed, get, playing

PASSWORD = "MegaPassphrase99"
EMAIL = "keeper@example.org"
BOT_TOKEN = "discord-bot-credential-1"
PUBLIC = ("/health", "/readyz", "/startupz", "/livez", "/metrics", "/api/v1/status", "/api/v1/history", "/")
WITH_TOKEN = (*PUBLIC, "/api/v1/files", "/api/v1/plan", "/api/v1/conflicts")


async def test_no_body_holds_what_is_private_whatever_the_programs_say() -> None:
    settings = {"HEALTH_TOKEN": TOKEN, "MEGA_EMAIL": EMAIL, "MEGA_PASS": PASSWORD, "DISCORD_BOT_TOKEN": BOT_TOKEN}
    settings["HELIX_REMOTE"] = "mega:/Core"
    async with playing(**settings) as stage:
        leak = f"{stage.home}/files: login {EMAIL} with {PASSWORD} and {BOT_TOKEN}, {TOKEN}"
        stage.post("sync", Check("sync:remote", Status.WARN, leak, leak), state="writer")
        stage.finding = failed(leak, leak)
        stage.folders = [{**FOLDER, "error": {"message": leak, "remedy": leak}}]
        stage.answers["/v1/files"] = (200, {"total": 1, "files": [{"path": leak}]})
        stage.answers["/v1/plan"] = (409, {"error": {"code": "refused", "message": leak, "remedy": leak}})
        await stage.wait_for(lambda verdict: len(verdict.causes) > 1)
        bodies = [(await get(stage, path))[1] for path in PUBLIC]
        bodies += [(await get(stage, path, token=TOKEN))[1] for path in WITH_TOKEN]

    for private in (EMAIL, PASSWORD, BOT_TOKEN, TOKEN, str(stage.home)):
        assert not [body for body in bodies if private.encode() in body]
    assert "login MEGA_EMAIL with ***" in json.loads(bodies[0])["checks"]["sync:remote"][0]["output"]


def test_the_longest_private_text_is_replaced_first() -> None:
    redact = Redaction({"/srv/var": "HELIX_HOME", "/srv": "the application"})

    assert redact("/srv/var/run and /srv/app") == "HELIX_HOME/run and the application/app"


def test_nothing_private_leaves_the_text_alone() -> None:
    assert Redaction({})("as it is") == "as it is"


def test_the_root_directory_is_no_private_text(tmp_path: Path) -> None:
    settings = from_env({"HELIX_HOME": str(tmp_path)}, cwd=tmp_path)

    assert of(settings, Path("/"))("a/b of files/state") == "a/b of files/state"
