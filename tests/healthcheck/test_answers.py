"""Are /livez, /startupz, /readyz and /health right, and the same for whoever asks?"""

import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from helix.core.health import Check, Report, Status, Unreadable
from tests.core.situations import failing
from tests.healthcheck.stage import TOKEN, WELL, Stage, failed, get, playing
from tests.running import eventually_async

ENDPOINTS = ("/livez", "/startupz", "/readyz", "/health")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with playing(HEALTH_TOKEN=TOKEN) as made:
        yield made


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_a_healthy_helix_answers_200_to_get_and_head_and_to_any_host(stage: Stage, path: str) -> None:
    got, body = await get(stage, path)
    head, nothing = await get(stage, path, method="HEAD", headers={"Host": "healthcheck.railway.app"})

    assert (got.status, head.status, nothing) == (200, 200, b"")
    assert got.headers["Content-Type"] == head.headers["Content-Type"] == "application/health+json"
    assert (got.headers["Cache-Control"], got.headers["Server"]) == ("no-store", "helix")
    assert head.headers["Content-Length"] == str(len(body))
    assert json.loads(body)["state"] == "writer"


async def test_the_body_has_the_agreed_shape(stage: Stage) -> None:
    stage.post("sync", failing("sync:remote", Status.WARN), state="writer")
    await stage.wait_for(lambda verdict: verdict.status is Status.WARN)

    response, body = await get(stage, "/health")

    answer = json.loads(body)
    assert response.status == 200
    assert sorted(answer) == ["checks", "releaseId", "state", "status", "version"]
    assert answer["status"] == "warn"
    assert answer["checks"]["sync:remote"] == [
        {"status": "warn", "output": "cause of sync:remote", "remedy": "remedy of sync:remote"}
    ]


async def test_details_need_the_token(stage: Stage) -> None:
    stage.post("sync", Check("sync:files", Status.PASS, time=1_700_000_000.0, observed_value=3, observed_unit="files"))
    await stage.wait_for(lambda verdict: any(check.name == "sync:files" for check in verdict.checks))

    _, without = await get(stage, "/health")
    _, wrong = await get(stage, "/health", token="guessed")
    _, right = await get(stage, "/health", token=TOKEN)

    assert json.loads(without)["checks"]["sync:files"] == [{"status": "pass"}]
    assert json.loads(wrong)["checks"]["sync:files"] == [{"status": "pass"}]
    assert json.loads(right)["checks"]["sync:files"] == [
        {"status": "pass", "time": "2023-11-14T22:13:20Z", "observedValue": 3, "observedUnit": "files"}
    ]


async def test_two_checks_of_one_name_are_both_told(stage: Stage) -> None:
    stage.post("sync", failing("sync:folder"), Check("sync:folder", Status.PASS), state="writer")
    await stage.wait_for(lambda verdict: not verdict.ready)

    _, body = await get(stage, "/health")

    assert [entry["status"] for entry in json.loads(body)["checks"]["sync:folder"]] == ["fail", "pass"]


async def test_a_dead_program_is_503_with_its_cause_and_its_return_is_200(stage: Stage) -> None:
    stage.states["sync"] = "EXITED"
    await stage.wait_for(lambda verdict: not verdict.ready)
    ill, body = await get(stage, "/health")
    live, _ = await get(stage, "/livez")
    stage.states["sync"] = "RUNNING"
    await stage.wait_ready()
    well, _ = await get(stage, "/health")

    assert (ill.status, live.status, well.status) == (503, 200, 200)
    told = json.loads(body)["checks"]["program:sync"][0]
    assert told["output"] == "sync is not running (supervisord says EXITED: exit status 1)"
    assert told["remedy"]


async def test_a_hung_program_is_503(stage: Stage) -> None:
    stage.silence("sync")
    await stage.wait_for(lambda verdict: not verdict.ready)

    response, body = await get(stage, "/readyz")

    assert response.status == 503
    assert "sync is hung" in json.loads(body)["checks"]["program:sync"][0]["output"]


async def test_startupz_stays_200_once_the_start_is_through_while_readiness_falls(stage: Stage) -> None:
    stage.finding = failed()
    await stage.wait_for(lambda verdict: not verdict.ready)

    ready, _ = await get(stage, "/readyz")
    started, body = await get(stage, "/startupz")

    assert (ready.status, started.status) == (503, 200)
    assert json.loads(body)["status"] == "warn"
    assert json.loads(body)["checks"] == {
        "startup:stage": [{"status": "fail", "output": "a file is missing", "remedy": "rebuild the image"}]
    }


async def test_startupz_is_503_until_the_probes_pass() -> None:
    async with playing(failed()) as stage:
        await stage.wait_for(lambda verdict: any(check.name == "startup:stage" for check in verdict.checks))
        before, body = await get(stage, "/startupz")
        stage.finding = WELL
        await stage.wait_ready()
        after, _ = await get(stage, "/startupz")

    assert (before.status, after.status) == (503, 200)
    assert json.loads(body)["status"] == "fail"


async def test_a_verdict_that_is_too_old_is_no_verdict(stage: Stage) -> None:
    assert stage.server is not None
    watch = stage.server.watch

    assert watch.current(time.time()) is not None
    assert watch.current(time.time() + 6) is None
    assert watch.current(time.time() - 3600) is None


async def test_an_order_to_stop_is_not_ready_at_once(stage: Stage) -> None:
    assert stage.server is not None
    stage.server.watch.stop()

    response, body = await get(stage, "/health")

    assert response.status == 503
    assert json.loads(body)["state"] == "stopping"


async def test_an_unknown_address_is_404_without_a_redirect(stage: Stage) -> None:
    for path in ("/health/", "//health", "/admin", "/dashboard/../__main__.py"):
        response, _ = await get(stage, path)
        assert response.status == 404
        assert "Location" not in response.headers


async def test_both_families_are_served(stage: Stage) -> None:
    assert stage.server is not None
    async with aiohttp.ClientSession() as session:
        for host in ("127.0.0.1", "[::1]"):
            async with session.get(f"http://{host}:{stage.server.port}/livez") as response:
                assert response.status == 200


async def test_the_port_that_was_free_is_posted_as_a_fact(stage: Stage) -> None:
    assert stage.server is not None

    async def posted() -> Report | Unreadable | None:
        return stage.board.read("health")

    report = await eventually_async(posted)  # it may be ready a moment before that is on the disk

    assert report is not None
    assert report.facts["port"] == stage.server.port > 0  # type: ignore[union-attr]
