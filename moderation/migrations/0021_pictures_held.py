"""Pictures of posts under an open case or report cannot be deleted, as posts cannot (0015)."""

from django.db import migrations

CASE_OPEN = (
    "EXISTS (SELECT 1 FROM moderation_case k LEFT JOIN moderation_case w"
    " ON w.id = k.merged_into_id WHERE k.id = e.case_id"
    " AND COALESCE(w.status, k.status) <> 'decided')"
)
HELD = f"""
    OLD.post_id IS NOT NULL AND (
        EXISTS (
            SELECT 1 FROM moderation_report r LEFT JOIN moderation_case k ON k.id = r.case_id
            LEFT JOIN moderation_case w ON w.id = k.merged_into_id
            WHERE r.post_id = OLD.post_id
            AND (
                COALESCE(w.status, k.status) <> 'decided'
                OR (r.case_id IS NULL AND r.status NOT IN ('decided', 'appealed', 'closed'))
            )
        )
        OR EXISTS (
            SELECT 1 FROM moderation_caseevidence e WHERE e.post_id = OLD.post_id AND {CASE_OPEN}
        )
    )
"""
WORDS = "a picture under an open case is kept"


def make(apps, schema_editor):
    """Hold them."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER picture_held BEFORE DELETE ON forum_picture WHEN {HELD}"
            f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
            params=None,
        )
        return
    schema_editor.execute(
        f"""
        CREATE FUNCTION islet_picture_held() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {HELD} THEN
                RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN OLD;
        END
        $$
        """,
        params=None,
    )
    schema_editor.execute(
        "CREATE TRIGGER picture_held BEFORE DELETE ON forum_picture"
        " FOR EACH ROW EXECUTE FUNCTION islet_picture_held()",
        params=None,
    )


def undo(apps, schema_editor):
    """Let go of them."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER picture_held", params=None)
        return
    schema_editor.execute("DROP TRIGGER picture_held ON forum_picture", params=None)
    schema_editor.execute("DROP FUNCTION islet_picture_held()", params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0020_erasure"), ("forum", "0021_pictures")]

    operations = [migrations.RunPython(make, undo)]
