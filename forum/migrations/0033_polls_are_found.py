"""Words of polls come into the search, with the post that a poll stands under."""

from django.db import migrations


def find_polls(apps, schema_editor):
    """Put the words of polls that are there behind those of their posts."""
    polls = apps.get_model("forum", "Poll").objects.filter(
        post__is_opening=True, post__thread__has_poll=True
    )
    options = apps.get_model("forum", "PollOption").objects.order_by("place")
    entries = apps.get_model("forum", "SearchEntry").objects
    for poll in polls.order_by("pk").iterator():
        words = [poll.question, *options.filter(poll=poll).values_list("words", flat=True)]
        for entry in entries.filter(post=poll.post_id):
            entry.body = "\n\n".join([entry.body, "\n".join(words)])
            entry.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("forum", "0032_notes_on_replies")]

    # Back: ``manage.py check_search --repair`` makes entries what they should be.
    operations = [migrations.RunPython(find_polls, migrations.RunPython.noop)]
