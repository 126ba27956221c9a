"""Notices have a moment before which nobody is told."""

import django.utils.timezone
from django.db import migrations, models


def were_shown_at_once(apps, schema_editor):
    """Notices from before were out when they were written."""
    Notice = apps.get_model("forum", "Notice")
    Notice.objects.update(shown_from=models.F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0009_thread_by_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="shown_from",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(were_shown_at_once, migrations.RunPython.noop),
    ]
