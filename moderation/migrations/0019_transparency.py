"""Figures of half-years, as published. The database refuses UPDATE and DELETE (and TRUNCATE)."""

from django.db import migrations, models

SQLITE = [
    """
    CREATE TRIGGER transparency_no_update BEFORE UPDATE ON moderation_transparencysnapshot
    BEGIN SELECT RAISE(ABORT, 'published figures are only added to'); END
    """,
    """
    CREATE TRIGGER transparency_no_delete BEFORE DELETE ON moderation_transparencysnapshot
    BEGIN SELECT RAISE(ABORT, 'published figures are only added to'); END
    """,
]
SQLITE_UNDO = ["DROP TRIGGER transparency_no_update", "DROP TRIGGER transparency_no_delete"]
POSTGRESQL = [
    """
    CREATE TRIGGER transparency_append_only
    BEFORE UPDATE OR DELETE ON moderation_transparencysnapshot
    FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
    """,
    """
    CREATE TRIGGER transparency_no_truncate BEFORE TRUNCATE ON moderation_transparencysnapshot
    FOR EACH STATEMENT EXECUTE FUNCTION islet_only_added_to()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER transparency_append_only ON moderation_transparencysnapshot",
    "DROP TRIGGER transparency_no_truncate ON moderation_transparencysnapshot",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes the % in the function for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [("moderation", "0018_conflicts")]

    operations = [
        migrations.CreateModel(
            name="TransparencySnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("half", models.PositiveSmallIntegerField()),
                ("data", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["-year", "-half"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "half"), name="transparency_once_a_half"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("half__in", [1, 2])), name="transparency_half_known"
                    ),
                ],
            },
        ),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
