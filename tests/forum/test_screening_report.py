"""``manage.py screening_report``."""

from io import StringIO

import pytest
from django.core.management import call_command

from forum.screening import RULES_VERSION
from forum.screening.measure import labelled_posts


@pytest.mark.django_db
def test_the_report_tells_recall_and_alarms_of_each_kind_and_batch() -> None:
    out = StringIO()
    call_command("screening_report", stdout=out)
    said = out.getvalue()
    assert RULES_VERSION in said
    assert "All batches" in said
    assert "crisis" in said
    for batch in {post.batch for post in labelled_posts()}:
        assert f"Batch {batch}" in said
    assert "95 %" in said
