"""Can a person with the token act from the page, and nobody else?"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.healthcheck.stage import FOLDER, TOKEN, Stage, playing

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

GUARD = {"folder": "files", "kind": "mass-delete", "text": "412 of 500 files would go", "remedy": "look", "time": 1.7e9}
CONFLICT = {"folder": "files", "path": "rituals/solstice.md", "copy": "rituals/solstice (3f2a).md", "time": 1.7e9}


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    async with playing(HEALTH_TOKEN=TOKEN) as made:
        yield made


async def _unlock(stage: Stage, page: Page, token: str = TOKEN) -> None:
    await page.goto(stage.base)
    await page.get_by_role("button", name="Enter token").click()
    await page.get_by_label("Token").fill(token)
    await page.get_by_role("button", name="Unlock").click()


def _acted(stage: Stage, path: str) -> list[Any]:
    return [body for method, asked, body, _ in stage.asked if (method, asked) == ("POST", path)]


async def test_a_person_with_the_token_starts_a_run(stage: Stage, page: Page, complaints: list[str]) -> None:
    await _unlock(stage, page)

    await page.get_by_role("button", name="Sync now").click()
    await expect(page.locator("#answer")).to_have_text("A run was started.")

    assert _acted(stage, "/v1/sync") == [{"wait": 0.0}]
    assert complaints == []


async def test_pause_becomes_resume(stage: Stage, page: Page) -> None:
    await _unlock(stage, page)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator("#answer")).to_contain_text("Paused")
    stage.folders = [{**FOLDER, "state": "paused"}]

    await page.get_by_role("button", name="Resume").click()
    await expect(page.locator("#answer")).to_have_text("Resumed.")

    assert len(_acted(stage, "/v1/pause")) == len(_acted(stage, "/v1/resume")) == 1


async def test_a_guard_and_a_conflict_wait_for_a_decision(stage: Stage, page: Page) -> None:
    stage.answers["/v1/conflicts"] = (200, {"conflicts": [CONFLICT], "guards": [GUARD]})
    await _unlock(stage, page)

    await page.get_by_role("button", name="Look again, delete nothing").click()
    await expect(page.locator("#answer")).to_have_text("Looking again.")
    await page.get_by_role("button", name="Keep both").click()
    await expect(page.locator("#answer")).to_contain_text("kept both")

    assert _acted(stage, "/v1/guards/decide") == [{"folder": "files", "decision": "rescan"}]
    assert _acted(stage, "/v1/conflicts/resolve") == [{"path": CONFLICT["path"], "keep": "both", "folder": "files"}]


async def test_a_file_is_found_and_an_earlier_version_restored(stage: Stage, page: Page) -> None:
    file = {"folder": "files", "path": "a & b.md", "kind": "file", "size": 10, "mtime": 1.7e9, "state": "synced"}
    version = {"version": "v7", "time": 1.7e9, "size": 9, "side": "local", "reason": "overwritten"}
    stage.answers["/v1/files"] = (200, {"total": 1, "files": [file]})
    await _unlock(stage, page)
    await page.get_by_label("Find files by name").fill("a & b")
    await page.get_by_role("button", name="Find").click()
    stage.answers["/v1/history"] = (200, {"runs": [], "versions": [version]})

    await page.get_by_role("button", name="Versions").click()
    await page.get_by_role("button", name="Restore").click()
    await expect(page.locator("#answer")).to_have_text("a & b.md was restored.")

    assert _acted(stage, "/v1/restore") == [{"path": "a & b.md", "version": "v7", "to": None, "folder": None}]
    assert ("GET", "/v1/files", {"prefix": "", "query": "a & b", "limit": "100"}, "") in stage.asked


async def test_a_wrong_token_is_refused_in_words_and_forgotten(stage: Stage, page: Page) -> None:
    await _unlock(stage, page, "guessed")

    await expect(page.locator("#answer")).to_contain_text("not the one that is set")
    await expect(page.get_by_role("button", name="Sync now")).to_be_hidden()
    await expect(page.get_by_role("button", name="Enter token")).to_be_visible()
    assert _acted(stage, "/v1/sync") == []


async def test_a_refused_action_says_cause_and_remedy(stage: Stage, page: Page) -> None:
    refusal = {"error": {"code": "standby", "message": "another container is the writer", "remedy": "ask that one"}}
    stage.answers["/v1/sync"] = (409, refusal)
    await _unlock(stage, page)

    await page.get_by_role("button", name="Sync now").click()

    await expect(page.locator("#answer")).to_have_text("another container is the writer → ask that one")


async def test_without_a_token_set_no_action_is_offered(page: Page) -> None:
    async with playing() as stage:
        await page.goto(stage.base)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("ready")
        await expect(page.get_by_role("button")).to_have_count(0)
