"""How heavy the page is that people read most, on a first visit, and all scripts."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from whitenoise.compress import Compressor

from forum.push.message import new_private_key
from tests.databases import keep_migrated_database

ROOT = Path(__file__).resolve().parent.parent.parent
# The budget of the thread page of 20 posts: everything a browser asks for with nothing stored.
MOST_BYTES = 60_000
MOST_REQUESTS = 6
MOST_SCRIPT = 20_000  # bytes of all scripts together, with brotli


@pytest.fixture
def demo(django_db_setup: None, tmp_path: Path) -> Iterator[str]:
    """The demo as it is really served: gunicorn, hashed and compressed static files."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DEMO": "1",
        "HTTPS": "0",
        "SITE_URL": address,
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    migrated = keep_migrated_database()
    if migrated is not None:
        shutil.copyfile(migrated, tmp_path / "demo.sqlite3")
    for command in (
        ["migrate", "--verbosity", "0"],
        ["createcachetable"],
        ["collectstatic", "--no-input", "--verbosity", "0"],
        ["seed_demo"],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True
        )
    gunicorn = Path(sys.executable).parent / "gunicorn"
    server = subprocess.Popen(
        [gunicorn, "config.wsgi", "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=environment
    )
    try:
        wait_for(f"{address}/robots.txt")
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{address} does not answer")


def link_of(persona: str, address: str) -> str:
    """A sign-in link, made with the same secret and site address as the server's."""
    environment = {**os.environ, "DEMO": "1", "SITE_URL": address, "HTTPS": "0"}
    command = [sys.executable, "manage.py", "signin_link", persona]
    made = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return made.stdout.strip()


def test_all_scripts_together_are_light() -> None:
    scripts = [path.read_bytes() for path in sorted((ROOT / "static/js").glob("*.js"))]
    with override_settings(VAPID_PRIVATE_KEY=new_private_key()):
        scripts.append(Client().get(reverse("worker")).content)
    assert len(scripts) > 3
    assert sum(len(Compressor.compress_brotli(script)) for script in scripts) <= MOST_SCRIPT


@pytest.mark.slow
def test_a_thread_page_of_twenty_posts_is_light_on_a_first_visit(demo: str) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    browser.open(link_of("peer_open", demo)).close()
    board = browser.open(f"{demo}/boards/laughs/").read().decode()
    threads = re.findall(r"/t/[0-9a-z]{14}/", board)
    page = next(
        html
        for address in threads
        if (html := browser.open(demo + address).read().decode()).count("<article") == 20
    )
    manifest = re.search(r'rel="manifest" href="([^"]+)"', page)
    assert manifest is not None
    asked_for = {manifest.group(1), *re.findall(r'(?:href|src)="(/static/[^"#]+)', page)}
    compressed = {"Accept-Encoding": "gzip, br"}
    weight = 0
    for address in [re.search(r"/t/[0-9a-z]{14}/", page).group(), *asked_for]:
        with browser.open(urllib.request.Request(demo + address, headers=compressed)) as answer:
            weight += len(answer.read()) + len(str(answer.headers))
    assert len(asked_for) + 1 <= MOST_REQUESTS
    assert weight <= MOST_BYTES
