"""Looking at a page as anybody may see it: narrow and wide, in light and dark.

Each page is opened once and looked at in all ways: what differs is style alone.
"""

from collections.abc import Callable

from playwright.sync_api import Page

Axe = Callable[..., None]

# The narrowest that must work, a common phone, a screen. No style differs between the first two.
NARROWEST, PHONE, SCREEN = 320, 360, 1280
# Axe's rules about colours. Dark changes nothing else.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Text at 200 %, as browsers and phones can set it; and as it was.
LARGE_TEXT = "() => { document.documentElement.style.fontSize = '200%'; }"
USUAL_TEXT = "() => { document.documentElement.style.fontSize = ''; }"
# Too small to hit, but for links within a sentence, and what is kept out of sight.
SMALL_TARGETS = """
() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
  .filter(e => e.checkVisibility() && !e.closest('p, li, dd, .prose, .offscreen, .skip'))
  .map(e => [e, e.closest('label') || e])
  .map(([e, box]) => [e.outerHTML.slice(0, 80), box.getBoundingClientRect()])
  .filter(([, r]) => r.width > 1 && (r.width < 24 || r.height < 24))
  .map(([html]) => html)
"""


def check(
    page: Page, addresses: list[str], axe: Axe, *, statuses: tuple[int, ...] = (200,)
) -> None:
    """Open each page and look: nothing scrolls sideways, one heading, targets, axe."""
    for address in addresses:
        answer = page.goto(address)
        assert answer
        assert answer.status in statuses, f"{address}: {answer.status}"
        assert page.locator("h1").count() == 1, f"{address} needs one main heading"
        for width in (NARROWEST, PHONE, SCREEN):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(TOO_WIDE) <= 0, f"{address} is too wide at {width} px"
            assert page.evaluate(SMALL_TARGETS) == [], f"{address} has targets under 24 px"
            if width != PHONE:
                axe_in_light_and_dark(page, axe)
            if width == NARROWEST:
                page.evaluate(LARGE_TEXT)
                wide = page.evaluate(TOO_WIDE)
                page.evaluate(USUAL_TEXT)
                assert wide <= 0, f"{address} is {wide} px too wide with large text"


def axe_all_ways(page: Page, axe: Axe) -> None:
    """The page as it is now, narrow and wide, in light and dark."""
    for width in (NARROWEST, SCREEN):
        page.set_viewport_size({"width": width, "height": 800})
        axe_in_light_and_dark(page, axe)


def axe_in_light_and_dark(page: Page, axe: Axe) -> None:
    """The page as it is now; it is light again afterwards."""
    axe(page)
    page.emulate_media(color_scheme="dark")
    axe(page, OF_COLOURS)
    page.emulate_media(color_scheme="light")
