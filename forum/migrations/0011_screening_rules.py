"""Rules of screening as versions, which refuse UPDATE and DELETE once published; the breaker."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import accounts.ids

SQLITE = [
    f"""
    CREATE TRIGGER ruleset_published_no_{verb.lower()} BEFORE {verb} ON forum_ruleset
    WHEN OLD.published_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'published rules are never changed'); END
    """
    for verb in ("UPDATE", "DELETE")
]
SQLITE_UNDO = [
    "DROP TRIGGER ruleset_published_no_update",
    "DROP TRIGGER ruleset_published_no_delete",
]
POSTGRESQL = [
    """
    CREATE FUNCTION islet_ruleset_published() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION 'published rules are never changed' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ruleset_published BEFORE UPDATE OR DELETE ON forum_ruleset
    FOR EACH ROW EXECUTE FUNCTION islet_ruleset_published()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER ruleset_published ON forum_ruleset",
    "DROP FUNCTION islet_ruleset_published()",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0010_notice_shown_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("hits", models.PositiveIntegerField(db_default=0, default=0)),
                ("forgiven", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "day"), name="rule_day_once"),
                    models.CheckConstraint(
                        condition=models.Q(("forgiven__lte", models.F("hits"))),
                        name="rule_day_forgiven_of_hits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ruleset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=accounts.ids.new_public_id,
                        editable=False,
                        max_length=14,
                        unique=True,
                    ),
                ),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("shipped", "Came with the software"),
                            ("desk", "Changed by an admin"),
                            ("back", "Went back to an earlier version"),
                        ],
                        default="desk",
                        max_length=10,
                    ),
                ),
                ("tables", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("changes", models.TextField(blank=True, max_length=500)),
                ("figures", models.JSONField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, max_length=500)),
                ("saved_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "back_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="forum.ruleset",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Coalesce("number", 0),
                        name="ruleset_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number__isnull", True), ("published_at__isnull", True)),
                            models.Q(("number__gte", 1), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="ruleset_published_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["shipped", "desk", "back"])),
                        name="ruleset_origin_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleTrip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=60)),
                ("tripped_at", models.DateTimeField()),
                ("hits", models.PositiveIntegerField()),
                ("usual", models.FloatField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("reset_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reset_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reset_at__isnull", True)),
                        fields=("rule",),
                        name="rule_trip_open_once",
                    )
                ],
            },
        ),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
