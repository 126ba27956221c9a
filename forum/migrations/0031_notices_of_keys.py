"""Notices: a kind about keys that were made in somebody's name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0030_notices_of_guides"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reply", "New reply"),
                    ("quote", "You were quoted"),
                    ("mention", "You were mentioned"),
                    ("reaction", "Reactions to your posts"),
                    ("thread", "New in a thread you follow"),
                    ("board", "New thread on a board you follow"),
                    ("tag", "New thread on a topic you follow"),
                    ("decision", "A moderator looked at your post"),
                    ("report", "News on your report"),
                    ("emergency", "About an emergency"),
                    ("age", "Your age group here"),
                    ("reminder", "Who reads your posts"),
                    ("sanction", "About your account"),
                    ("appeal", "Looking at a decision again"),
                    ("second", "Something waits for a second person"),
                    ("hcp", "Your work here as a health professional"),
                    ("desk", "Something for the desk"),
                    ("question", "The team has a question for you"),
                    ("label", "A note under a post"),
                    ("data", "The copy of your data"),
                    ("screening", "A rule of screening finds far more than before"),
                    ("guide", "A guide waits for your check"),
                    ("key", "A new key or feed address for your account"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="noticechoice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reply", "New reply"),
                    ("quote", "You were quoted"),
                    ("mention", "You were mentioned"),
                    ("reaction", "Reactions to your posts"),
                    ("thread", "New in a thread you follow"),
                    ("board", "New thread on a board you follow"),
                    ("tag", "New thread on a topic you follow"),
                    ("decision", "A moderator looked at your post"),
                    ("report", "News on your report"),
                    ("emergency", "About an emergency"),
                    ("age", "Your age group here"),
                    ("reminder", "Who reads your posts"),
                    ("sanction", "About your account"),
                    ("appeal", "Looking at a decision again"),
                    ("second", "Something waits for a second person"),
                    ("hcp", "Your work here as a health professional"),
                    ("desk", "Something for the desk"),
                    ("question", "The team has a question for you"),
                    ("label", "A note under a post"),
                    ("data", "The copy of your data"),
                    ("screening", "A rule of screening finds far more than before"),
                    ("guide", "A guide waits for your check"),
                    ("key", "A new key or feed address for your account"),
                ],
                max_length=10,
            ),
        ),
    ]
