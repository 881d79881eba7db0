"""Can everybody read the page: on a phone, in the dark, by keyboard, with a screen reader?"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from helix.core.health import Status
from tests.core.situations import failing
from tests.healthcheck.stage import FOLDER, TOKEN, Stage, failed, playing

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

CONTRAST = """() => {
  const light = (colour) => {
    const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest(".skip, .hidden, noscript")) continue;
    const [a, b] = [light(parts(getComputedStyle(node).color).slice(0, 3)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${node.textContent.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    async with playing(HEALTH_TOKEN=TOKEN) as made:
        made.finding = failed("a/very/long/path/" + "without-a-break" * 8, "rebuild the image")
        made.post("bot", failing("bot:gateway", Status.WARN))
        guard = {"text": "412 of 500 files would go", "remedy": "look"}
        made.folders = [FOLDER, {**FOLDER, "name": "archive" * 9, "state": "guarded", "guard": guard}]
        yield made


async def _open(page: Page, stage: Stage, *, width: int = 1280, dark: bool = False) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    await page.emulate_media(color_scheme="dark" if dark else "light")
    await page.goto(stage.base)
    await expect(page.locator("#causes li")).to_have_count(2)
    await expect(page.locator("article")).to_have_count(2)


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
async def test_no_width_needs_sideways_scrolling(stage: Stage, page: Page, width: int) -> None:
    await _open(page, stage, width=width)

    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_text_has_the_contrast_of_wcag_aa(stage: Stage, page: Page, dark: bool) -> None:
    await _open(page, stage, dark=dark)

    assert await page.evaluate(CONTRAST) == []


async def test_the_token_form_opens_and_closes_by_keyboard(stage: Stage, page: Page) -> None:
    await _open(page, stage)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the verdict")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Token")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.locator("#token-form")).to_be_hidden()


async def test_a_screen_reader_finds_titles_names_and_the_live_verdict(stage: Stage, page: Page) -> None:
    await _open(page, stage)

    await expect(page.get_by_role("heading", level=1)).to_have_attribute("aria-live", "polite")
    for title in ("Folders", "Recent runs", "Programs", "Disk"):
        await expect(page.get_by_role("region", name=title)).to_be_visible()
    unnamed = "[...document.querySelectorAll('button, input, progress')].filter((n) => !n.textContent.trim() "
    unnamed += "&& !n.ariaLabel && !(n.labels && n.labels.length)).length"
    assert await page.evaluate(unnamed) == 0
