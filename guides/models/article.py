"""A guide article: its address and its topic. Its words are in versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SLUG_MAX = 60


class Topic(models.TextChoices):
    """What an article is about; the list of guides is in this order."""

    LOWS_AND_HIGHS = "lows-and-highs", _("Lows and highs")
    ILL = "ill", _("Feeling ill")
    EVERYDAY = "everyday", _("Every day")
    SCHOOL_AND_WORK = "school-and-work", _("School and work")
    SPORT = "sport", _("Sport")
    GOING_OUT = "going-out", _("Going out")
    TRAVEL = "travel", _("Travel and driving")
    TECH = "tech", _("Tech")
    FEELINGS = "feelings", _("Feelings")
    PEOPLE = "people", _("Friends and relationships")
    YOUR_TEAM = "your-team", _("You and your team")


class Article(models.Model):
    """One guide. Which version the public reads, if any, is a state of its versions."""

    slug = models.SlugField(max_length=SLUG_MAX, unique=True)
    topic = models.CharField(max_length=20, choices=Topic)
    is_featured = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="article_topic_known")
        ]

    def __str__(self) -> str:
        return self.slug
