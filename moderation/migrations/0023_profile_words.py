"""Words of profiles: kept with reports, and taken down in cases as a sanction of its own kind."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_aliases"),
        ("forum", "0029_find_other_names"),
        ("moderation", "0022_staff_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProfileEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=300)),
                (
                    "words_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nobody", "Nobody"),
                            ("peers", "Peers: members, community moderators and admins"),
                            ("everybody", "Everybody signed in: also health professionals"),
                        ],
                        max_length=10,
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["added_at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="sanction",
            name="sanction_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="sanction",
            name="sanction_has_an_end",
        ),
        migrations.AlterField(
            model_name="appeal",
            name="restored",
            field=models.CharField(
                blank=True,
                choices=[
                    ("post_back", "Your post is back."),
                    ("post_to_change", "You can change your post and send it again."),
                    ("post_as_before", "Your post is as it was before that decision."),
                    ("post_gone", "Your post is not there any more, so it could not come back."),
                    ("post_moved_on", "Your post has changed since, so we left it as it is."),
                    ("sanction_lifted", "What was on your account is off."),
                    ("sanction_shorter", "What is on your account ends sooner."),
                    ("sanction_over", "What was on your account was over already."),
                    ("words_back", "Your words about you are back."),
                    ("words_newer", "Your profile has changed since, so we left it as it is."),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="sanction_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("warning", "Warning"),
                    ("silence", "Cannot post"),
                    ("suspension", "Cannot read or post"),
                    ("words", "Profile words taken down"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="sanction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("warning", "Warning"),
                    ("silence", "Cannot post"),
                    ("suspension", "Cannot read or post"),
                    ("words", "Profile words taken down"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["warning", "silence", "suspension", "words"])),
                name="sanction_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ends_at__isnull", True),
                        ("kind__in", ["warning", "words"]),
                        ("until__isnull", True),
                    ),
                    models.Q(
                        models.Q(("kind__in", ["warning", "words"]), _negated=True),
                        ("ends_at__isnull", False),
                        ("until__isnull", False),
                        ("ends_at__lte", models.F("until")),
                        ("until__gt", models.F("starts_at")),
                    ),
                    _connector="OR",
                ),
                name="sanction_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "words"), _negated=True),
                    ("case__isnull", False),
                    _connector="OR",
                ),
                name="sanction_words_in_a_case",
            ),
        ),
        migrations.AddField(
            model_name="profileevidence",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="profile_evidence",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="profileevidence",
            name="report",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="profile_evidence",
                to="moderation.report",
            ),
        ),
        migrations.AddField(
            model_name="profileevidence",
            name="sanction",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="words_taken",
                to="moderation.sanction",
            ),
        ),
        migrations.AddConstraint(
            model_name="profileevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="profile_evidence_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="profileevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("report__isnull", False), ("sanction__isnull", True), ("words_for", "")
                    ),
                    models.Q(
                        ("report__isnull", True),
                        ("sanction__isnull", False),
                        ("words_for__in", ["nobody", "peers", "everybody"]),
                    ),
                    _connector="OR",
                ),
                name="profile_evidence_of_one_thing",
            ),
        ),
    ]
