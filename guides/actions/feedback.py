"""Was it clear? Two sums a version, nothing else."""

from enum import StrEnum

from django.db import transaction
from django.db.models import F

from guides.models import ArticleFeedback, ArticleVersion


class Answer(StrEnum):
    """What a reader can say; also the name of the column that counts it."""

    CLEAR = "clear"
    UNCLEAR = "unclear"


@transaction.atomic
def say(*, version: ArticleVersion, answer: Answer) -> None:
    """Count one answer."""
    ArticleFeedback.objects.get_or_create(version=version)
    ArticleFeedback.objects.filter(version=version).update(**{answer: F(answer) + 1})
