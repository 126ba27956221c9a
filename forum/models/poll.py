"""Polls: one under an opening post. Who voted for what is shown to nobody, staff included.

A vote is kept with its voter, so that it can be changed and counts once; docs/decisions says how
it stays secret all the same. Votes have no moment.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

QUESTION_MAX = 160
OPTION_MAX = 80
FEWEST_OPTIONS, MOST_OPTIONS = 2, 6
SHORTEST_DAYS, LONGEST_DAYS = 1, 30
# With fewer voters nobody is told any numbers, also when it is over.
FEWEST_VOTERS = 5


class Poll(models.Model):
    """A question with answers to pick from. Seen, held, hidden and gone with its post.

    ``days`` count from the publication of the post. ``kept_voters``: how many of those who voted
    have left for good.
    """

    post = models.OneToOneField("forum.Post", on_delete=models.CASCADE, related_name="poll")
    question = models.CharField(max_length=QUESTION_MAX)
    is_multiple = models.BooleanField(default=False)
    results_later = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField()
    kept_voters = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=SHORTEST_DAYS, days__lte=LONGEST_DAYS),
                name="poll_days_bounded",
            )
        ]

    def __str__(self) -> str:
        return f"poll of post {self.post_id}"

    @property
    def closes_at(self) -> datetime | None:
        """When voting ends; None before the post is published."""
        published = self.post.published_at
        return published + timedelta(days=self.days) if published else None


class PollOption(models.Model):
    """An answer. ``kept_votes``: votes of people who have left for good."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    place = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=OPTION_MAX)
    kept_votes = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "place"], name="poll_option_place"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=MOST_OPTIONS), name="poll_options_at_most_six"
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.place} of poll {self.poll_id}"


class PollVote(models.Model):
    """One person's vote for one answer. Never shown with its person.

    ``slot``: 0 where one answer can be picked, else the place of the answer; so the database lets
    nobody vote twice.
    """

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="+")
    option = models.ForeignKey(PollOption, on_delete=models.CASCADE, related_name="+")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    slot = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "voter", "slot"], name="poll_vote_once"),
        ]

    def __str__(self) -> str:
        return "a vote"
