"""Does the dashboard show what is so, live, in a real browser?"""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from helix.core.health import Check, Status
from tests.healthcheck.stage import FOLDER, RUN, WELL, Stage, failed, playing

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

WARDEN = """# TYPE helix_program_restarts_total counter
helix_program_restarts_total{program="sync"} 3
"""
HOSTILE = '<img src=x onerror="document.title=1">'


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    async with playing() as made:
        yield made


async def test_the_verdict_stands_first_and_the_page_is_live(stage: Stage, page: Page, complaints: list[str]) -> None:
    await page.goto(stage.base)

    await expect(page.get_by_role("heading", level=1)).to_have_text("Helix is ready, keeping the files")
    await expect(page.get_by_text("live", exact=True)).to_be_visible()
    await expect(page).to_have_title("✓ Helix")
    assert complaints == []


async def test_a_cause_and_its_remedy_appear_and_go_without_a_reload(stage: Stage, page: Page) -> None:
    await page.goto(stage.base)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ready")
    await page.evaluate("window.notReloaded = true")

    stage.finding = failed("services/sync/cycle.py was shipped and is missing", "rebuild the image")
    cause = page.locator("#causes li")
    await expect(cause).to_contain_text("services/sync/cycle.py was shipped and is missing")
    await expect(cause).to_contain_text("rebuild the image")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Helix is not ready: 1 cause")
    stage.finding = WELL
    await expect(page.get_by_role("heading", level=1)).to_have_text("Helix is ready, keeping the files")

    assert await page.evaluate("window.notReloaded")
    await expect(cause).to_have_count(0)


async def test_programs_show_state_uptime_and_restarts(stage: Stage, page: Page) -> None:
    stage.post("warden", metrics=WARDEN)
    await page.goto(stage.base)

    sync = page.locator("[data-program=sync]")
    await expect(sync).to_contain_text("up 1 min, 3 restarts")
    stage.states["bot"] = "FATAL"
    await expect(page.locator("[data-program=bot]")).to_contain_text("fatal")
    await expect(page.locator("[data-program=bot] .dot")).to_have_attribute("data-status", "warn")


async def test_folders_show_counts_progress_and_the_last_success(stage: Stage, page: Page) -> None:
    progress = {"done": 5, "total": 20, "bytes_done": 2**20, "bytes_total": 2**22, "bytes_per_second": 2**19,
                "eta_seconds": 6}  # fmt: skip
    stage.folders = [{**FOLDER, "state": "syncing", "progress": progress, "last_success": time.time() - 120}]
    await page.goto(stage.base)

    folder = page.locator("[data-folder=files]")
    await expect(folder).to_contain_text("1,204")
    await expect(folder).to_contain_text("700 MiB")
    await expect(folder).to_contain_text("2 min ago")
    await expect(folder).to_contain_text("5 of 20 actions, 1.0 MiB of 4.0 MiB, 512 KiB/s, 6 s left")
    assert await folder.locator("progress").get_attribute("value") == "0.25"


async def test_the_page_works_while_sync_is_dead(stage: Stage, page: Page, complaints: list[str]) -> None:
    stage.states["sync"] = "EXITED"
    await page.goto(stage.base)

    await expect(page.locator("#causes")).to_contain_text("sync is not running (supervisord says EXITED")
    await expect(page.locator("#folders")).to_contain_text("sync does not answer")
    await expect(page.locator("#runs")).to_contain_text("sync does not answer")
    assert complaints == []


async def test_a_lost_connection_is_said_and_mended(stage: Stage, page: Page, context: BrowserContext) -> None:
    refused: list[str] = []
    await page.route("**/events", lambda route: route.abort())
    await page.route("**/api/v1/status", lambda route: route.abort() if not refused else route.continue_())
    await page.goto(stage.base)

    await expect(page.locator("#link")).to_have_text("no connection")
    refused.append("no more")
    await expect(page.locator("#link")).to_have_text("asking every 3 s")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Helix is ready")


async def test_texts_are_never_taken_for_markup(stage: Stage, page: Page, complaints: list[str]) -> None:
    stage.folders = [{**FOLDER, "name": HOSTILE, "remote": HOSTILE}]
    stage.answers["/v1/history"] = (200, {"runs": [{**RUN, "folder": HOSTILE, "outcome": HOSTILE}]})
    stage.post("sync", Check("sync:remote", Status.WARN, HOSTILE, HOSTILE), state="writer")
    await page.goto(stage.base)

    await expect(page.locator("#causes")).to_contain_text(HOSTILE)
    await expect(page.locator("#folders h3")).to_have_text(HOSTILE)
    await expect(page.locator("#runs")).to_contain_text(HOSTILE)
    await expect(page).to_have_title("! Helix")
    assert complaints == []


async def test_nothing_is_loaded_from_elsewhere(stage: Stage, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    response = await page.goto(stage.base)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("ready")

    assert response is not None
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert len(asked) > 4
    assert all(url.startswith(stage.base) for url in asked)
