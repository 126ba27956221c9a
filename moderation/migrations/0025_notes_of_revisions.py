"""Revisions say under which content note a wording stood; erasing a wording erases that as well.

The first wordings of threads get the note of their thread. The rule about revisions steps aside for
that alone.
"""

from django.db import migrations

EMPTIED = "NEW.text = ''"
EMPTIED_BOTH = "NEW.text = '' AND NEW.content_note = ''"
FILL = """
    UPDATE forum_revision SET content_note = (
        SELECT t.content_note FROM forum_post p JOIN forum_thread t ON t.id = p.thread_id
        WHERE p.id = forum_revision.post_id
    ) WHERE text <> '' AND post_id IN (
        SELECT p.id FROM forum_post p JOIN forum_thread t ON t.id = p.thread_id
        WHERE p.is_opening AND t.content_note <> ''
    )
"""


def on_sqlite(schema_editor, before, after, between):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'revision_no_update'"
        )
        sql = cursor.fetchone()[0]
    if before not in sql:
        raise ValueError(sql)
    statements = ["DROP TRIGGER revision_no_update", *between, sql.replace(before, after)]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def on_postgresql(schema_editor, before, after, between):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE"
            " proname = 'islet_revision_emptied_alone'"
            " AND pronamespace = current_schema()::regnamespace"
        )
        sql = cursor.fetchone()[0]
    if before not in sql:
        raise ValueError(sql)
    for statement in (
        "DROP TRIGGER revision_append_only ON forum_revision",
        *between,
        sql.replace(before, after),
        "CREATE TRIGGER revision_append_only BEFORE UPDATE ON forum_revision"
        " FOR EACH ROW EXECUTE FUNCTION islet_revision_emptied_alone()",
    ):
        schema_editor.execute(statement, params=None)


MAKE = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def note_too(apps, schema_editor):
    """Fill the notes in, then say that a wording is erased with its note."""
    make = MAKE[schema_editor.connection.vendor]
    make(schema_editor, EMPTIED, EMPTIED_BOTH, [FILL])


def text_alone(apps, schema_editor):
    """The rule as it was."""
    make = MAKE[schema_editor.connection.vendor]
    make(schema_editor, EMPTIED_BOTH, EMPTIED, [])


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0024_profile_words_held"),
        ("forum", "0032_notes_on_replies"),
    ]

    operations = [migrations.RunPython(note_too, text_alone)]
