"""Was it clear? Two sums a version, and nothing about who said so."""

from django.db import models

from guides.models.version import ArticleVersion


class ArticleFeedback(models.Model):
    """How many readers said yes, and how many said not really."""

    version = models.OneToOneField(
        ArticleVersion, on_delete=models.PROTECT, primary_key=True, related_name="feedback"
    )
    clear = models.PositiveIntegerField(default=0)
    unclear = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.clear} / {self.unclear}"
