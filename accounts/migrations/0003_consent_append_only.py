"""Consents refuse UPDATE and DELETE, on SQLite and PostgreSQL."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER consent_no_update BEFORE UPDATE ON accounts_consent
    BEGIN SELECT RAISE(ABORT, 'consents are only added to'); END
    """,
    """
    CREATE TRIGGER consent_no_delete BEFORE DELETE ON accounts_consent
    BEGIN SELECT RAISE(ABORT, 'consents are only added to'); END
    """,
]
SQLITE_UNDO = ["DROP TRIGGER consent_no_update", "DROP TRIGGER consent_no_delete"]
POSTGRESQL = [
    """
    CREATE FUNCTION islet_consent_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END
    $$
    """,
    """
    CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON accounts_consent
    FOR EACH ROW EXECUTE FUNCTION islet_consent_only_added_to()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER consent_append_only ON accounts_consent",
    "DROP FUNCTION islet_consent_only_added_to()",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes a % for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_consent")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
