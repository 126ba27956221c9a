"""Who still learns to review checks no guides: the rule about reviewers, with one line more."""

from django.db import migrations

BEFORE = "AND p.expires_at IS NOT NULL"
LEARNED = f"{BEFORE} AND EXISTS (SELECT 1 FROM moderation_shadowdone d WHERE d.hcp_id = u.id)"


def rewrite(schema_editor, old, new):
    """Read the rule from the database in use, change it, write it."""
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
                " AND name = 'article_version_reviewer'"
            )
        else:
            cursor.execute(
                "SELECT pg_get_functiondef(oid) FROM pg_proc"
                " WHERE proname = 'islet_article_version'"
                " AND pronamespace = current_schema()::regnamespace"
            )
        sql = cursor.fetchone()[0]
    if old not in sql:
        raise ValueError(f"the rule does not say: {old}")
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER article_version_reviewer", params=None)
    schema_editor.execute(sql.replace(old, new), params=None)


def tighten(apps, schema_editor):
    """The rule as it is now."""
    rewrite(schema_editor, BEFORE, LEARNED)


def loosen(apps, schema_editor):
    """The rule as it was."""
    rewrite(schema_editor, LEARNED, BEFORE)


class Migration(migrations.Migration):
    dependencies = [
        ("guides", "0002_article_rules"),
        ("moderation", "0007_sanctions_appeals"),
    ]

    operations = [migrations.RunPython(tighten, loosen)]
