"""The pocket pack in a real browser: found without tone marks, with no network and no complaint."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from bot.printing.papers import Papers
from handlers.turn import House

CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser here")
async def test_a_card_is_found_without_tone_marks_and_without_network(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "pack.html"
    path.write_text(Papers(house).pack(), encoding="utf-8")
    complaints: list[str] = []
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = await browser.new_context(offline=True)
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        await page.goto(path.as_uri())
        shown = page.locator("details:not([hidden])")
        everything = await shown.count()
        await page.fill("#search", "nd 335/2026 khuyet tat")
        found = await shown.count()
        assert 0 < found < everything
        await page.fill("#search", "zzzz")
        assert await shown.count() == 0
        await browser.close()
    assert complaints == []
