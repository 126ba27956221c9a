"""A slip in the settings of alerts stops the start: no alert goes nowhere, or in clear."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

LONG = "a secret of sixteen and more"


def start(**changed: str) -> str:
    """What loading the settings says last; empty where it went well."""
    result = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return (result.stderr.strip().splitlines() or [""])[-1] if result.returncode else ""


@pytest.mark.parametrize(
    "url, secret, words",
    [
        ("https://hooks.example/a,https://hooks.example/b", LONG, ""),
        ("http://127.0.0.1:9000/in", LONG, ""),
        ("http://hooks.example/a", LONG, "ALERT_WEBHOOK_URL must be https"),
        ("https://hooks.example/a,ftp://x.example", LONG, "ALERT_WEBHOOK_URL must be https"),
        ("hooks.example/a", LONG, "ALERT_WEBHOOK_URL must be https"),
        ("https://hooks.example/a", "short", "ALERT_WEBHOOK_SECRET must have 16"),
        ("https://hooks.example/a", "", "ALERT_WEBHOOK_SECRET must have 16"),
    ],
)
def test_webhooks_are_encrypted_and_signed_or_the_site_does_not_start(url, secret, words):
    said = start(ALERT_WEBHOOK_URL=url, ALERT_WEBHOOK_SECRET=secret)
    assert words in said if words else said == ""
