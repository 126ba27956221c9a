"""Staffed hours: versions that refuse UPDATE and DELETE."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQLITE = [
    """
    CREATE TRIGGER hours_no_update BEFORE UPDATE ON forum_staffedhours
    BEGIN SELECT RAISE(ABORT, 'staffed hours are only added to'); END
    """,
    """
    CREATE TRIGGER hours_no_delete BEFORE DELETE ON forum_staffedhours
    BEGIN SELECT RAISE(ABORT, 'staffed hours are only added to'); END
    """,
]
SQLITE_UNDO = ["DROP TRIGGER hours_no_update", "DROP TRIGGER hours_no_delete"]
POSTGRESQL = [
    """
    CREATE FUNCTION islet_hours_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END
    $$
    """,
    """
    CREATE TRIGGER hours_append_only BEFORE UPDATE OR DELETE ON forum_staffedhours
    FOR EACH ROW EXECUTE FUNCTION islet_hours_only_added_to()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER hours_append_only ON forum_staffedhours",
    "DROP FUNCTION islet_hours_only_added_to()",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes a % for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0002_hcp_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffedHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("time_zone", models.CharField(max_length=64)),
                ("week", models.JSONField()),
                ("exceptions", models.JSONField(default=dict)),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "staffed hours",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="hours_numbered_from_one"
                    )
                ],
            },
        ),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
