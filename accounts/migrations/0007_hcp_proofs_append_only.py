"""Signatures, answers and checks refuse UPDATE and DELETE, on SQLite and PostgreSQL."""

from django.db import migrations

TABLES = ("accounts_clausesignature", "accounts_dilemmaanswer", "accounts_hcpcheck")


def sqlite():
    for table in TABLES:
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )


def sqlite_undo():
    for table in TABLES:
        for act in ("update", "delete"):
            yield f"DROP TRIGGER {table}_no_{act}"


def postgresql():
    yield (
        "CREATE FUNCTION islet_hcp_proof_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME "
        "USING ERRCODE = 'check_violation'; END $$"
    )
    for table in TABLES:
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION islet_hcp_proof_only_added_to()"
        )


def postgresql_undo():
    for table in TABLES:
        yield f"DROP TRIGGER {table}_append_only ON {table}"
    yield "DROP FUNCTION islet_hcp_proof_only_added_to()"


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]():
            # None, not (): otherwise psycopg takes a % for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_hcp_application")]

    operations = [
        migrations.RunPython(
            run({"sqlite": sqlite, "postgresql": postgresql}),
            run({"sqlite": sqlite_undo, "postgresql": postgresql_undo}),
        ),
    ]
