"""Takes the pictures of a report that README and docs show:

python tests/docs/page_pictures.py REPORT.html

REPORT.html is that of a study of all of MNIST. Chromium draws the page; each picture is one state of it.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS = 256
"""Shades kept in a picture, which makes it a third as large."""
CHROMIUM = "/usr/bin/chromium"
WAIT = 1500


def first_screen(page):
    """What the page opens on."""


def selection(page):
    """The images whose label and group disagree, chosen in the explorer."""
    page.set_default_timeout(5000)
    page.locator('[data-explore="filters"] summary').click()
    page.select_option('[data-explore="only"]', index=1)
    page.keyboard.press("Escape")
    page.locator('[data-explore="all"]').click()
    page.wait_for_timeout(WAIT)
    page.evaluate("document.getElementById('selection').scrollIntoView()")


def card(page):
    """One group: typical and extreme images, and those that another group would take."""
    page.evaluate("location.hash = document.querySelector('.card').id")


def side_by_side(page):
    """Two clusterings, and where they differ."""
    page.evaluate("document.getElementById('pairs').scrollIntoView()")


SHOTS = {
    "report-first": (first_screen, 1280, 800, "light"),
    "report-selection": (selection, 1280, 800, "light"),
    "report-card": (card, 1280, 800, "light"),
    "report-pairs": (side_by_side, 1280, 800, "light"),
    "report-phone": (first_screen, 390, 844, "dark"),
}


def main(report):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (act, width, height, theme) in SHOTS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=1.5,
                color_scheme=theme,
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.goto(Path(report).resolve().as_uri())
            page.wait_for_timeout(2 * WAIT)
            act(page)
            page.wait_for_timeout(WAIT)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            kept = shot.quantize(
                COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
            )
            kept.save(FOLDER / f"{name}.png", optimize=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
