"""What mails may say: they are read on locked phones and shared tablets."""

from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
MAILS = sorted([*TEMPLATES.glob("emails/*.txt"), *TEMPLATES.glob("*/email/*.txt")])
TELLTALE = ("diabet", "t1d", "insulin", "glucose", "hypo", "clinic", "patient")


def test_there_are_mails_to_look_at():
    assert len(MAILS) > 20


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_no_mail_tells_what_the_site_is_about(path):
    words = path.read_text(encoding="utf-8").lower()
    assert not [word for word in TELLTALE if word in words]


@pytest.mark.parametrize(
    "path", [p for p in MAILS if p.name.endswith("_subject.txt")], ids=lambda path: path.name
)
def test_no_subject_carries_a_code_an_address_or_a_name(path):
    words = path.read_text(encoding="utf-8")
    assert "{{" not in words
    assert "\n" not in words.strip()
