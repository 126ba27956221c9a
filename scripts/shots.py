"""Take pictures of the main pages of the running demo, at 360 and 1280 px, light and dark.

All go to var/shots/; those that the README shows also go to docs/screenshots/.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "var" / "shots"
README = ROOT / "docs" / "screenshots"
DATABASE = ROOT / "var" / "shots.sqlite3"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
IN_README = {
    "boards-1280-light",
    "thread-360-light",
    "check-360-dark",
    "review-360-light",
}
RISKY = "i went low again and my cgm fell off. text me on 020 7946 0123 if you want to talk??"


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(port: int) -> subprocess.Popen[bytes]:
    """Set up a demo of its own and serve it."""
    for leftover in DATABASE.parent.glob(DATABASE.name + "*"):
        leftover.unlink()
    environment = {
        **os.environ,
        "DEMO": "1",
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "SITE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "localhost",
    }
    for command in ("migrate", "createcachetable", "setup_site", "seed_demo"):
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    gunicorn = Path(sys.executable).parent / "gunicorn"
    server = subprocess.Popen(
        [gunicorn, "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
        cwd=ROOT,
        env=environment,
    )
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/robots.txt").close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return server
    server.terminate()
    raise SystemExit("the demo did not start")


def be(page: Page, persona: str) -> None:
    """Sign in as one of the demo's people."""
    page.goto("/demo/")
    page.locator(f"button[value='{persona}']").click()
    page.wait_for_load_state()


def visit(page: Page, shoot) -> None:
    """Walk through the product as its people and take pictures."""
    for name, address in {
        "home": "/",
        "help": "/help-now/",
        "rules": "/rules/",
        "code": "/code/",
        "how": "/how-it-works/",
        "signin": "/account/login/",
        "join": "/account/signup/",
        "report": "/report/",
        "demo": "/demo/",
    }.items():
        page.goto(address)
        shoot(name)
    be(page, "peer_open")
    shoot("boards")
    page.goto("/boards/laughs/")
    shoot("board")
    page.locator(".row-title a").first.click()
    shoot("thread")
    page.goto("/boards/ask-a-professional/")
    page.locator(".row-title a").first.click()
    shoot("thread-hcp")
    page.locator("a.act", has_text="Quote").first.click()
    shoot("reply")
    page.goto("/ask/everyday/")
    shoot("ask")
    page.get_by_role("button", name="Check").click()
    shoot("ask-errors")
    page.get_by_label("Title").fill("Low again")
    page.get_by_label("Your words").fill(RISKY)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check").click()
    shoot("check")
    page.goto("/ask/everyday/")
    page.get_by_label("Title").fill("tired")
    page.get_by_label("Your words").fill("i don't want to be alive any more")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check").click()
    shoot("check-crisis")
    page.get_by_role("button", name="Send").click()
    shoot("sent")
    for name, address in {
        "notices": "/notices/",
        "my-posts": "/my-posts/",
        "me": "/me/",
        "involvement": "/me/who-reads-my-posts/",
        "missing": "/boards/nowhere/",
    }.items():
        page.goto(address)
        shoot(name)
    be(page, "moderator")
    page.goto("/queue/")
    shoot("queue")
    page.get_by_role("button", name="Start").click()
    shoot("review")
    be(page, "hcp_unverified")
    shoot("unverified")
    be(page, "admin_one")
    page.goto("/desk/")
    shoot("desk")
    page.locator("main a[href*='/desk/reports/']").first.click()
    shoot("desk-report")
    page.locator("main .button-primary").first.click()
    shoot("case")


def shoot_all(browser: Browser, address: str) -> None:
    """All pictures, in both widths and both themes."""
    for width in (360, 1280):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                base_url=address,
                viewport={"width": width, "height": 760 if width == 360 else 860},
                color_scheme=scheme,
                locale="en-GB",
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.set_default_timeout(10_000)

            def shoot(name: str, page: Page = page, suffix: str = f"{width}-{scheme}") -> None:
                full = f"{name}-{suffix}"
                page.screenshot(path=OUT / f"{full}.png", full_page=True)
                if full in IN_README:
                    page.screenshot(path=README / f"{full}.png")

            visit(page, shoot)
            context.close()


def main() -> None:
    """Start, take the pictures, stop."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    README.mkdir(exist_ok=True)
    port = free_port()
    server = start(port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM if CHROMIUM.exists() else None,
                args=["--disable-background-networking", "--disable-gpu", "--no-first-run"],
            )
            shoot_all(browser, f"http://localhost:{port}")
            browser.close()
    finally:
        server.terminate()
        server.wait()
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
