"""Decisions can hide a part of a post, and close what its author deleted."""

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


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_hcp_proofs_append_only"),
        ("forum", "0015_parts_and_merges"),
        ("moderation", "0013_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(keep_triggers, bring_back_triggers),
        migrations.RemoveConstraint(
            model_name="decision",
            name="decision_limiting_has_reasons",
        ),
        migrations.RemoveConstraint(
            model_name="secondreview",
            name="second_review_limiting_has_clause",
        ),
        migrations.RemoveConstraint(
            model_name="secondreview",
            name="second_review_whole",
        ),
        migrations.AlterField(
            model_name="decision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("publish", "Publish"),
                    ("publish_note", "Publish, with a note to the author"),
                    ("ask_change", "Ask for a change"),
                    ("hide_part", "Hide a part"),
                    ("hide", "Hide for now"),
                    ("remove", "Remove"),
                    ("safeguard", "Pass to the safeguarding lead"),
                    ("close", "Nothing more to do"),
                ],
                max_length=12,
            ),
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
                    ("hide_part", "Hide a part"),
                    ("hide", "Hide for now"),
                    ("remove", "Remove"),
                    ("safeguard", "Pass to the safeguarding lead"),
                    ("close", "Nothing more to do"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["ask_change", "hide_part", "hide", "remove"]), _negated=True
                    ),
                    models.Q(("clause__isnull", False), models.Q(("message", ""), _negated=True)),
                    _connector="OR",
                ),
                name="decision_limiting_has_reasons",
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
                                "hide_part",
                                "hide",
                                "remove",
                                "safeguard",
                                "close",
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="second_review_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["ask_change", "hide_part", "hide", "remove"]), _negated=True
                    ),
                    ("clause__isnull", False),
                    _connector="OR",
                ),
                name="second_review_limiting_has_clause",
            ),
        ),
        migrations.RunPython(bring_back_triggers, keep_triggers),
    ]
