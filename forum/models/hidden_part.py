"""Passages of a post that a moderator hid. Others read a mark in their place."""

from django.db import models


class HiddenPart(models.Model):
    """One passage: a span of the revision that has it. The post's own text holds the mark instead.

    So nothing that reads the text of posts (pages, search, quotes, exports) can show it.
    """

    post = models.ForeignKey("forum.Post", on_delete=models.CASCADE, related_name="hidden_parts")
    revision = models.ForeignKey("forum.Revision", on_delete=models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    hidden_at = models.DateTimeField()

    class Meta:
        ordering = ["post", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="hidden_part_has_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.start} to {self.end}"

    @property
    def words(self) -> str:
        """The passage. For its author and for reviewers alone."""
        return self.revision.text[self.start : self.end]
