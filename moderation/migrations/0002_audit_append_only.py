"""The audit log and decisions refuse UPDATE and DELETE (and TRUNCATE), revisions UPDATE."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER audit_no_update BEFORE UPDATE ON moderation_auditevent
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """,
    """
    CREATE TRIGGER audit_no_delete BEFORE DELETE ON moderation_auditevent
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """,
    """
    CREATE TRIGGER revision_no_update BEFORE UPDATE ON forum_revision
    BEGIN SELECT RAISE(ABORT, 'revisions are only added to'); END
    """,
    """
    CREATE TRIGGER decision_no_update BEFORE UPDATE ON moderation_decision
    BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END
    """,
    """
    CREATE TRIGGER decision_no_delete BEFORE DELETE ON moderation_decision
    BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END
    """,
]
SQLITE_UNDO = [
    "DROP TRIGGER audit_no_update",
    "DROP TRIGGER audit_no_delete",
    "DROP TRIGGER revision_no_update",
    "DROP TRIGGER decision_no_update",
    "DROP TRIGGER decision_no_delete",
]
POSTGRESQL = [
    """
    CREATE FUNCTION islet_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END
    $$
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON moderation_auditevent
    FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
    """,
    """
    CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON moderation_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION islet_only_added_to()
    """,
    """
    CREATE TRIGGER revision_append_only BEFORE UPDATE ON forum_revision
    FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
    """,
    """
    CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON moderation_decision
    FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
    """,
    """
    CREATE TRIGGER decision_no_truncate BEFORE TRUNCATE ON moderation_decision
    FOR EACH STATEMENT EXECUTE FUNCTION islet_only_added_to()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER audit_append_only ON moderation_auditevent",
    "DROP TRIGGER audit_no_truncate ON moderation_auditevent",
    "DROP TRIGGER revision_append_only ON forum_revision",
    "DROP TRIGGER decision_append_only ON moderation_decision",
    "DROP TRIGGER decision_no_truncate ON moderation_decision",
    "DROP FUNCTION islet_only_added_to()",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes the % in the function for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial"), ("forum", "0001_initial")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
