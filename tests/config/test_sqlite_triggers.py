"""SQLite builds a table anew when it changes: the triggers that guard it must outlive that."""

import pytest
from django.db import connection, models
from django.db.utils import IntegrityError

from moderation import audit
from moderation.models import AuditEvent, Decision

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite alone"),
]


def triggers() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def test_a_table_that_is_built_anew_keeps_its_triggers_and_those_that_read_it():
    before = triggers()
    assert {"decision_no_update", "appeal_by_somebody_else"} <= before.keys()
    rule = models.CheckConstraint(condition=models.Q(post_version__gte=0), name="for_this_test")
    with connection.schema_editor() as editor:
        editor.add_constraint(Decision, rule)
    assert triggers() == before
    with connection.schema_editor() as editor:
        editor.remove_constraint(Decision, rule)
    assert triggers() == before


def test_a_trigger_that_was_put_back_still_refuses(texts):
    rule = models.CheckConstraint(condition=models.Q(number__gte=0), name="for_this_test")
    with connection.schema_editor() as editor:
        editor.add_constraint(AuditEvent, rule)
        editor.remove_constraint(AuditEvent, rule)
    audit.record(actor=None, verb="v", subject_kind="k", subject_public_id="s")
    with pytest.raises(IntegrityError, match="only added to"):
        AuditEvent.objects.update(verb="w")
