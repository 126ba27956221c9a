"""Clocks of review tickets, and the waits that were measured."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0006_notice_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsualWait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Danger now"), (1, "Serious"), (2, "Soon"), (3, "Routine")],
                        unique=True,
                    ),
                ),
                ("looks", models.PositiveIntegerField()),
                ("median", models.PositiveIntegerField(blank=True, null=True)),
                ("p90", models.PositiveIntegerField(blank=True, null=True)),
                ("measured_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("median__isnull", True), ("p90__isnull", True)),
                            models.Q(
                                ("median__isnull", False),
                                ("p90__gte", models.F("median")),
                                ("p90__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="wait_both_figures_or_none",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketClock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Danger now"), (1, "Serious"), (2, "Soon"), (3, "Routine")]
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("first_look_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clocks",
                        to="forum.post",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["severity", "due_at"],
                        name="clock_running",
                    ),
                    models.Index(
                        condition=models.Q(("first_look_at__isnull", False)),
                        fields=["first_look_at"],
                        name="clock_looked",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("post",),
                        name="clock_one_runs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", [0, 1, 2, 3])),
                        name="clock_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gte", models.F("opened_at"))),
                        name="clock_due_after_opening",
                    ),
                ],
            },
        ),
    ]
