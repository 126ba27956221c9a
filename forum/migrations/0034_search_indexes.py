from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forum", "0033_polls_are_found")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["published_at", "id"], name="post_by_publication"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("is_opening", True)), fields=["id"], name="post_openings"
            ),
        ),
    ]
