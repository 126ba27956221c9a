"""What the search looks in: the words of each post as others may read them."""

from django.db import models

from forum.models.thread import TITLE_MAX

WORD_MAX = 40


class SearchEntry(models.Model):
    """The plain words of one post. The database keeps its own index of these rows.

    ``title`` is empty for replies. SQLite: the FTS5 table ``forum_search_fts``, kept by triggers.
    PostgreSQL: the generated columns ``vector`` and ``title_vector``.
    """

    post = models.OneToOneField(
        "forum.Post", on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    title = models.CharField(max_length=TITLE_MAX, blank=True)
    body = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"words of {self.post_id}"


class SearchWord(models.Model):
    """A word that some post uses: what *did you mean* picks from. Never shown unasked.

    A suggestion is made only where the person would find something with it.
    """

    word = models.CharField(max_length=WORD_MAX, unique=True)

    def __str__(self) -> str:
        return self.word


class SearchProgress(models.Model):
    """How far the words were gathered: one row."""

    last_post = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="search_progress_single")
        ]

    def __str__(self) -> str:
        return f"up to {self.last_post}"
