"""Evidence is held until its case is decided: also while it is merged or waits for another."""

from django.db import migrations

HELD = """
    EXISTS (
        SELECT 1 FROM moderation_report r LEFT JOIN moderation_case c ON c.id = r.case_id
        LEFT JOIN moderation_case w ON w.id = c.merged_into_id
        WHERE r.id = OLD.report_id
        AND (
            r.status NOT IN ('decided', 'closed')
            OR COALESCE(w.status, c.status) <> 'decided'
        )
    )
"""
HELD_BEFORE = """
    EXISTS (
        SELECT 1 FROM moderation_report r LEFT JOIN moderation_case c ON c.id = r.case_id
        WHERE r.id = OLD.report_id
        AND (r.status NOT IN ('decided', 'closed') OR c.status = 'open')
    )
"""


def trigger_while(held):
    """A migration step that holds evidence under this condition."""

    def step(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute("DROP TRIGGER report_evidence_held", params=None)
            schema_editor.execute(
                f"""
                CREATE TRIGGER report_evidence_held BEFORE DELETE ON moderation_reportevidence
                WHEN {held}
                BEGIN SELECT RAISE(ABORT, 'evidence of an open report is held'); END
                """,
                params=None,
            )
            return
        schema_editor.execute(
            f"""
            CREATE OR REPLACE FUNCTION islet_evidence_held() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {held} THEN
                    RAISE EXCEPTION 'evidence of an open report is held'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN OLD;
            END
            $$
            """,
            params=None,
        )

    return step


class Migration(migrations.Migration):
    dependencies = [("moderation", "0015_cases_locked")]

    operations = [migrations.RunPython(trigger_while(HELD), trigger_while(HELD_BEFORE))]
