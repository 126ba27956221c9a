"""Every feature in docs/features.md names tests that exist."""

import re

import pytest
from django.conf import settings

LINES = [
    line
    for line in (settings.BASE_DIR / "docs/features.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| feature ")
]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


@pytest.mark.parametrize("line", LINES, ids=[line[2:60].strip() for line in LINES])
def test_a_feature_names_tests_that_exist(line: str) -> None:
    named = NAMED.findall(line.rsplit("|", 2)[1])
    assert named, "no test proves this line"
    for path, name in named:
        source = (settings.BASE_DIR / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {name or 'test_'}", source, re.MULTILINE), (path, name)
