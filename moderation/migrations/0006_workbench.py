"""The reviewers' workbench: sittings, settings, hard items, second reviews."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_consent_life"),
        ("forum", "0004_workbench"),
        ("moderation", "0005_evidence_only_added"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HardItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("opened_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SecondReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("publish", "Publish"),
                            ("ask_change", "Ask for a change"),
                            ("hide", "Hide for now"),
                            ("remove", "Remove"),
                            ("safeguard", "Pass to the safeguarding lead"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=2000)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("filters", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Workbench",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("away_until", models.DateTimeField(blank=True, null=True)),
                ("shortcuts_on", models.BooleanField(db_default=False, default=False)),
                ("keys", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.AddField(
            model_name="decision",
            name="ticket_reasons",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="ticket_severity",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(0, "Danger now"), (1, "Serious"), (2, "Soon"), (3, "Routine")],
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="ticket_track",
            field=models.CharField(
                blank=True,
                choices=[
                    ("conduct", "Conduct"),
                    ("welfare", "Welfare"),
                    ("safeguarding", "Safeguarding lead"),
                ],
                max_length=12,
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["decided_at"], name="decision_by_time"),
        ),
        migrations.AddField(
            model_name="harditem",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="forum.post"
            ),
        ),
        migrations.AddField(
            model_name="harditem",
            name="reviewer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="secondreview",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="secondreview",
            name="clause",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.clause",
            ),
        ),
        migrations.AddField(
            model_name="secondreview",
            name="decision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="second_review",
                to="moderation.decision",
            ),
        ),
        migrations.AddField(
            model_name="secondreview",
            name="first_moderator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="secondreview",
            name="reviewer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="second_reviews",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sitting",
            name="moderator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sittings",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="workbench",
            name="reviewer",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="workbench",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="harditem",
            index=models.Index(fields=["reviewer", "-opened_at"], name="hard_item_of_person"),
        ),
        migrations.AddIndex(
            model_name="harditem",
            index=models.Index(fields=["opened_at"], name="hard_item_of_team"),
        ),
        migrations.AddConstraint(
            model_name="harditem",
            constraint=models.UniqueConstraint(
                fields=("reviewer", "post", "day"), name="hard_item_once_a_day"
            ),
        ),
        migrations.AddIndex(
            model_name="secondreview",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["asked_at"],
                name="second_review_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewer__isnull", True),
                    models.Q(("reviewer", models.F("first_moderator")), _negated=True),
                    _connector="OR",
                ),
                name="second_review_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewer__isnull", True),
                    models.Q(("reviewer", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="second_review_not_on_oneself",
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
                        ("kind__in", ["publish", "ask_change", "hide", "remove", "safeguard"]),
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
                    models.Q(("kind__in", ["ask_change", "hide", "remove"]), _negated=True),
                    ("clause__isnull", False),
                    _connector="OR",
                ),
                name="second_review_limiting_has_clause",
            ),
        ),
        migrations.AddIndex(
            model_name="sitting",
            index=models.Index(fields=["moderator", "-started_at"], name="sitting_latest"),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("moderator",),
                name="sitting_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.CheckConstraint(
                condition=models.Q(("seen_at__gte", models.F("started_at"))),
                name="sitting_in_order",
            ),
        ),
    ]
