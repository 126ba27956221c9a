"""Evidence is never changed, and deleted only when its report and case are over.

Reports that were there before get their person and their first piece of evidence.
"""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery

OPEN = """
    EXISTS (
        SELECT 1 FROM moderation_report r LEFT JOIN moderation_case c ON c.id = r.case_id
        WHERE r.id = OLD.report_id
        AND (r.status NOT IN ('decided', 'closed') OR c.status = 'open')
    )
"""
SQLITE = [
    """
    CREATE TRIGGER report_evidence_no_update BEFORE UPDATE ON moderation_reportevidence
    BEGIN SELECT RAISE(ABORT, 'evidence is only added to'); END
    """,
    f"""
    CREATE TRIGGER report_evidence_held BEFORE DELETE ON moderation_reportevidence WHEN {OPEN}
    BEGIN SELECT RAISE(ABORT, 'evidence of an open report is held'); END
    """,
]
SQLITE_UNDO = [
    "DROP TRIGGER report_evidence_no_update",
    "DROP TRIGGER report_evidence_held",
]
POSTGRESQL = [
    """
    CREATE TRIGGER report_evidence_no_update BEFORE UPDATE ON moderation_reportevidence
    FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
    """,
    """
    CREATE TRIGGER report_evidence_no_truncate BEFORE TRUNCATE ON moderation_reportevidence
    FOR EACH STATEMENT EXECUTE FUNCTION islet_only_added_to()
    """,
    f"""
    CREATE FUNCTION islet_evidence_held() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {OPEN} THEN
            RAISE EXCEPTION 'evidence of an open report is held' USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END
    $$
    """,
    """
    CREATE TRIGGER report_evidence_held BEFORE DELETE ON moderation_reportevidence
    FOR EACH ROW EXECUTE FUNCTION islet_evidence_held()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER report_evidence_no_update ON moderation_reportevidence",
    "DROP TRIGGER report_evidence_no_truncate ON moderation_reportevidence",
    "DROP TRIGGER report_evidence_held ON moderation_reportevidence",
    "DROP FUNCTION islet_evidence_held()",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes the % in the function for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


def fill(apps, schema_editor):
    """Whom earlier reports are about, and the wording that they kept."""
    Report = apps.get_model("moderation", "Report")
    Evidence = apps.get_model("moderation", "ReportEvidence")
    Post = apps.get_model("forum", "Post")
    about_posts = Report.objects.filter(post__isnull=False, about=None)
    author = Post.objects.filter(pk=OuterRef("post")).values("author")
    about_posts.exclude(post__author=F("reporter")).update(about=Subquery(author))
    for report in Report.objects.filter(revision__isnull=False).select_related("post").iterator():
        Evidence.objects.get_or_create(
            report=report,
            revision_id=report.revision_id,
            defaults={
                "post_public_id": report.post.public_id,
                "added_by": "reporter",
                "added_at": report.created_at,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("moderation", "0004_reporting")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
