"""A share of each board's posts is sampled; tickets know whether they are hard to read."""

from django.conf import settings
from django.db import migrations, models

HARD_KINDS = {"crisis", "eating", "abuse"}
HARD_TRACKS = {"welfare", "safeguarding"}
SERIOUS = 1


def mark_hard(apps, schema_editor):
    """Open tickets from before: by the same rule as new ones."""
    posts = apps.get_model("forum", "Post").objects.filter(review_due_at__isnull=False)
    fields = ("pk", "review_severity", "review_track", "review_reasons")
    hard = [
        pk
        for pk, severity, track, reasons in posts.values_list(*fields)
        if (severity <= SERIOUS and track in HARD_TRACKS)
        or any(reason.get("kind") in HARD_KINDS for reason in reasons)
    ]
    for start in range(0, len(hard), 500):
        posts.filter(pk__in=hard[start : start + 500]).update(review_hard=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_consent_life"),
        ("forum", "0003_staffed_hours"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="post",
            name="post_ticket_order",
        ),
        migrations.AddField(
            model_name="board",
            name="sample_percent",
            field=models.PositiveSmallIntegerField(db_default=5, default=5),
        ),
        migrations.AddField(
            model_name="post",
            name="review_hard",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("review_due_at__isnull", False)),
                fields=["review_severity", "review_due_at", "public_id"],
                name="post_ticket_queue",
            ),
        ),
        migrations.AddConstraint(
            model_name="board",
            constraint=models.CheckConstraint(
                condition=models.Q(("sample_percent__lte", 100)), name="board_sample_is_a_share"
            ),
        ),
        migrations.RunPython(mark_hard, migrations.RunPython.noop),
    ]
