"""Decisions can be undone once: the triggers let `undone_at` be set, and nothing else change."""

from django.conf import settings
from django.db import migrations, models

MADE_ANEW = ("moderation_decision", "moderation_secondreview")
kept = {}


def keep_triggers(apps, schema_editor):
    """SQLite makes a table anew to change a constraint, and would lose or trip over triggers."""
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept.update(
            {
                name: sql
                for name, table, sql in cursor.fetchall()
                if table in MADE_ANEW or any(other in sql for other in MADE_ANEW)
            }
        )
    for name in kept:
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)


def bring_back_triggers(apps, schema_editor):
    """Those of ``keep_triggers``."""
    for name in list(kept):
        schema_editor.execute(kept.pop(name), params=None)


def triggers(apps, schema_editor):
    """The triggers of decisions, for the columns of now."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(cursor, "moderation_decision")
        same = " AND ".join(
            f'NEW."{column.name}" IS OLD."{column.name}"'
            for column in columns
            if column.name != "undone_at"
        )
        statements = [
            "DROP TRIGGER IF EXISTS decision_no_update",
            f"""
            CREATE TRIGGER decision_no_update BEFORE UPDATE ON moderation_decision
            WHEN NOT (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL AND {same})
            BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END
            """,
        ]
    else:
        statements = [
            """
            CREATE FUNCTION islet_decision_undone_alone() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
                    AND to_jsonb(NEW) - 'undone_at' = to_jsonb(OLD) - 'undone_at'
                THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'decisions are only added to' USING ERRCODE = 'check_violation';
            END
            $$
            """,
            "DROP TRIGGER decision_append_only ON moderation_decision",
            """
            CREATE TRIGGER decision_append_only BEFORE DELETE ON moderation_decision
            FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
            """,
            """
            CREATE TRIGGER decision_undone_alone BEFORE UPDATE ON moderation_decision
            FOR EACH ROW EXECUTE FUNCTION islet_decision_undone_alone()
            """,
        ]
    for statement in statements:
        # None, not (): otherwise psycopg takes a % for a placeholder.
        schema_editor.execute(statement, params=None)


def old_triggers(apps, schema_editor):
    """Back to triggers that let nothing change."""
    if schema_editor.connection.vendor == "sqlite":
        statements = [
            "DROP TRIGGER IF EXISTS decision_no_update",
            """
            CREATE TRIGGER decision_no_update BEFORE UPDATE ON moderation_decision
            BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END
            """,
        ]
    else:
        statements = [
            "DROP TRIGGER decision_undone_alone ON moderation_decision",
            "DROP FUNCTION islet_decision_undone_alone()",
            "DROP TRIGGER decision_append_only ON moderation_decision",
            """
            CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON moderation_decision
            FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()
            """,
        ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_cut_off"),
        ("forum", "0010_notice_shown_from"),
        ("moderation", "0010_hcp_measure"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(keep_triggers, bring_back_triggers),
        migrations.RemoveConstraint(
            model_name="decision",
            name="decision_once_a_version",
        ),
        migrations.AddField(
            model_name="decision",
            name="before",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="decision",
            name="revision_number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="decision",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("publish", "Publish"),
                    ("publish_note", "Publish, with a note to the author"),
                    ("ask_change", "Ask for a change"),
                    ("hide", "Hide for now"),
                    ("remove", "Remove"),
                    ("safeguard", "Pass to the safeguarding lead"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("post", "post_version"),
                name="decision_once_a_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "publish_note"), _negated=True),
                    models.Q(("message", ""), _negated=True),
                    _connector="OR",
                ),
                name="decision_note_has_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_at__isnull", True),
                    ("undone_at__gte", models.F("decided_at")),
                    _connector="OR",
                ),
                name="decision_undone_after",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="secondreview",
            name="second_review_whole",
        ),
        migrations.AlterField(
            model_name="secondreview",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("publish", "Publish"),
                    ("publish_note", "Publish, with a note to the author"),
                    ("ask_change", "Ask for a change"),
                    ("hide", "Hide for now"),
                    ("remove", "Remove"),
                    ("safeguard", "Pass to the safeguarding lead"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("kind", ""), ("reviewer__isnull", True)),
                    models.Q(
                        ("done_at__isnull", False),
                        ("reviewer__isnull", False),
                        (
                            "kind__in",
                            [
                                "publish",
                                "publish_note",
                                "ask_change",
                                "hide",
                                "remove",
                                "safeguard",
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="second_review_whole",
            ),
        ),
        migrations.RunPython(bring_back_triggers, keep_triggers),
        migrations.RunPython(triggers, old_triggers),
    ]
