"""Topics: a short, curated list of words that threads can carry. Kept by admins, not by members."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

TAG_NAME_MAX = 40
TAG_DESCRIPTION_MAX = 120
MOST_TAGS = 3  # on one thread


class Tag(models.Model):
    """A topic. A retired one can no longer be picked; threads that have it keep it.

    ``merged_into``: where its threads and followers went; its address leads there.
    """

    slug = models.SlugField(max_length=TAG_NAME_MAX, unique=True)
    name = models.CharField(max_length=TAG_NAME_MAX)
    description = models.CharField(max_length=TAG_DESCRIPTION_MAX, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(default=False, db_default=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(merged_into__isnull=True), name="tag_name_once"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_retired=True),
                name="tag_merged_is_retired",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ThreadTag(models.Model):
    """A topic of a thread. The places let the database keep them to three."""

    thread = models.ForeignKey("forum.Thread", on_delete=models.CASCADE, related_name="tag_rows")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="thread_rows")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["tag", "thread"], name="thread_tag_once"),
            models.UniqueConstraint(fields=["thread", "place"], name="thread_tag_place"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=MOST_TAGS), name="thread_tags_at_most_three"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on thread {self.thread_id}"
