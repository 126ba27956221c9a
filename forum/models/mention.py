"""Mentions: whom a post names with ``@``, and how often somebody looked for names."""

from django.conf import settings
from django.db import models


class Mention(models.Model):
    """A post names a person who could read it when it came out.

    A name of somebody who could not is no mention: it stays words, like a name of nobody.
    """

    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentioned_in"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "person"], name="mention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} names {self.person_id}"


class NameSearch(models.Model):
    """How often somebody asked for names in an hour, so that nobody can list everybody."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="name_search"
    )
    hour = models.DateTimeField()
    number = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.number} searches by {self.user_id}"
