"""Does /api/v1 ask and act for those who may, and for nobody else?"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from healthcheck.api import BODY_BYTES
from tests.healthcheck.stage import DEADLINE, FOLDER, TOKEN, Stage, get, playing
from tests.running.patience import crowding

ACTIONS: dict[str, dict[str, Any]] = {
    "sync": {"wait": 0},
    "pause": {},
    "resume": {},
    "verify": {},
    "restore": {"path": "a.txt", "version": "v1", "to": None, "folder": None},
    "conflicts/resolve": {"path": "a.txt", "keep": "both", "folder": None},
    "guards/decide": {"folder": "files", "decision": "rescan"},
}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with playing(HEALTH_TOKEN=TOKEN) as made:
        yield made


async def _act(stage: Stage, action: str, body: Any, *, token: str = TOKEN, **headers: str) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"/api/v1/{action}"
    response, answer = await get(stage, path, method="POST", token=token, data=data, headers=headers)
    return response.status, json.loads(answer)


async def _overview(stage: Stage, wanted: Callable[[Any], bool]) -> Any:
    """Ask for the overview until it is as wanted."""
    async with asyncio.timeout(DEADLINE * crowding()):
        while True:
            _, body = await get(stage, "/api/v1/status")
            overview = json.loads(body)
            if wanted(overview):
                return overview
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_is_handed_to_sync_with_its_idempotency_key(stage: Stage, action: str) -> None:
    status, _ = await _act(stage, action, ACTIONS[action], **{"Idempotency-Key": "key-1"})

    assert status == 200
    asked = [call for call in stage.asked if call[0] == "POST"]
    assert [(path, key) for _, path, _, key in asked] == [(f"/v1/{action}", "key-1")]
    assert asked[0][2] == ACTIONS[action]


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_without_the_token_reaches_nobody(stage: Stage, action: str) -> None:
    for token in ("", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper()):
        status, answer = await _act(stage, action, ACTIONS[action], token=token)
        assert (status, answer["error"]["code"]) == (401, "unauthorised")

    assert not [call for call in stage.asked if call[0] == "POST"]


async def test_without_a_token_set_there_are_no_actions_for_anybody() -> None:
    async with playing() as stage:
        for token in ("", "None", "null"):
            status, answer = await _act(stage, "sync", {}, token=token)
            assert (status, answer["error"]["code"]) == (403, "disabled")
            assert "HEALTH_TOKEN" in answer["error"]["remedy"]
        _, body = await get(stage, "/api/v1/status")

    assert json.loads(body)["actions"] is False


@pytest.mark.parametrize("path", ["files", "plan", "conflicts", "history?path=a.txt"])
async def test_file_names_need_the_token(stage: Stage, path: str) -> None:
    denied, _ = await get(stage, f"/api/v1/{path}")
    allowed, _ = await get(stage, f"/api/v1/{path}", token=TOKEN)

    assert denied.status == 401
    assert denied.headers["WWW-Authenticate"].startswith("Bearer")
    assert allowed.status == 200


async def test_the_last_runs_are_for_everybody(stage: Stage) -> None:
    response, body = await get(stage, "/api/v1/history?limit=5")

    assert response.status == 200
    assert json.loads(body)["runs"][0]["outcome"] == "done"


async def test_the_overview_holds_no_file_name(stage: Stage) -> None:
    _, body = await get(stage, "/api/v1/status")

    answer = json.loads(body)
    assert b"secret-name" not in body
    folder = answer["folders"][0]
    assert (folder["skipped"], folder["failed"], folder["verify"]["differing"]) == (1, 1, 1)
    assert answer["headline"] == "Helix is ready, keeping the files"
    assert {program["name"]: program["state"] for program in answer["programs"]}["sync"] == "running"


async def test_a_dead_sync_is_not_waited_for(stage: Stage) -> None:
    stage.states["sync"] = "EXITED"
    await stage.wait_for(lambda verdict: not verdict.ready)
    answer = await _overview(stage, lambda overview: overview["folders"] is None)
    stage.asked.clear()
    assert stage.server is not None
    await stage.server.overviews.make()

    assert answer["folders"] is None
    assert answer["causes"][0]["output"].startswith("sync is not running")
    assert not [call for call in stage.asked if call[1] == "/v1/status"]


@pytest.mark.parametrize(
    ("action", "body", "says"),
    [
        ("sync", b"{", "not JSON"),
        ("sync", b"[]", "not a JSON object"),
        ("sync", {"wait": "long"}, "wait"),
        ("sync", {"wait": 1e9}, "wait"),
        ("restore", {}, "path"),
        ("restore", {"path": 7}, "path"),
        ("restore", {"path": "a", "to": 7}, "to"),
        ("conflicts/resolve", {"path": "a", "keep": "mine"}, "keep"),
        ("guards/decide", {"folder": "files", "decision": "delete"}, "decision"),
    ],
)
async def test_a_bad_request_says_what_is_wrong(stage: Stage, action: str, body: Any, says: str) -> None:
    status, answer = await _act(stage, action, body)

    assert status == 400
    assert says in answer["error"]["message"]


async def test_a_body_may_come_in_pieces(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = asyncio.Event()
    read = aiohttp.StreamReader.readany

    async def watched(reader: aiohttp.StreamReader) -> bytes:
        piece = await read(reader)
        if piece == b'{"pa':
            arrived.set()
        return piece

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"pa'
        async with asyncio.timeout(DEADLINE * crowding()):
            await arrived.wait()
        yield b'th": "a.txt"}'

    monkeypatch.setattr(aiohttp.StreamReader, "readany", watched)

    response, _ = await get(stage, "/api/v1/restore", method="POST", token=TOKEN, data=pieces())

    assert response.status == 200
    assert stage.asked[-1][2]["path"] == "a.txt"


async def test_a_body_that_is_too_long_is_refused_and_does_nothing(stage: Stage) -> None:
    status, answer = await _act(stage, "pause", b" " * BODY_BYTES + b"{}")

    assert (status, answer["error"]["code"]) == (413, "http")
    assert not [call for call in stage.asked if call[0] == "POST"]


async def test_what_is_not_there_and_a_wrong_method_are_told_in_json(stage: Stage) -> None:
    missing, told = await get(stage, "/api/v1/nope")
    wrong, told_wrong = await get(stage, "/api/v1/pause", token=TOKEN)

    assert (missing.status, json.loads(told)["error"]["message"]) == (404, "Not Found")
    assert (wrong.status, json.loads(told_wrong)["error"]["message"]) == (405, "Method Not Allowed")
    assert wrong.headers["Allow"] == "POST"


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1001", "٣"])
async def test_a_bad_limit_is_refused(stage: Stage, limit: str) -> None:
    response, _ = await get(stage, f"/api/v1/files?limit={limit}", token=TOKEN)

    assert response.status == 400


async def test_a_refusal_of_sync_comes_back_with_its_remedy(stage: Stage) -> None:
    refusal = {"error": {"code": "no_such_version", "message": "there is no version v1", "remedy": "list them"}}
    stage.answers["/v1/restore"] = (404, refusal)

    status, answer = await _act(stage, "restore", ACTIONS["restore"])

    assert (status, answer) == (409, refusal)


async def test_paused_and_guarded_folders_show_in_the_overview(stage: Stage) -> None:
    stage.folders = [{**FOLDER, "state": "guarded", "guard": {"text": "412 of 500 files would go", "remedy": "look"}}]

    answer = await _overview(stage, lambda overview: overview["folders"][0]["state"] == "guarded")

    assert answer["folders"][0]["guard"]["text"] == "412 of 500 files would go"
