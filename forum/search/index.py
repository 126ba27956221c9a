"""Keeping the words of posts where the search looks: in the transaction that writes them."""

import re
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Max

from forum import markdown
from forum.models import Post, SearchEntry, SearchProgress, SearchWord
from forum.models.search import WORD_MAX
from forum.queries.polls import poll_words

BATCH = 500
SHORTEST_WORD = 4
_WORD = re.compile(r"[^\W\d_]+")


def words_of(post: Post) -> SearchEntry:
    """The entry that a post should have (unsaved). The post comes with its thread.

    The words of a poll are found with the post that it stands under.
    """
    of_poll = poll_words(post)
    return SearchEntry(
        post_id=post.pk,
        title=post.thread.title if post.is_opening else "",
        body="\n\n".join([markdown.plain(post.text), *(["\n".join(of_poll)] if of_poll else [])]),
    )


def store(posts: Iterable[Post]) -> None:
    """Write down the words of posts, new or changed."""
    SearchEntry.objects.bulk_create(
        [words_of(post) for post in posts],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["post"],
        update_fields=["title", "body"],
    )


def missing_or_wrong() -> Iterator[Post]:
    """Posts whose entry is not what it should be; for ``manage.py check_search``."""
    posts = Post.objects.select_related("thread", "search_entry").order_by("pk")
    for post in posts.iterator(chunk_size=BATCH):
        entry = getattr(post, "search_entry", None)
        right = words_of(post)
        if entry is None or (entry.title, entry.body) != (right.title, right.body):
            yield post


@transaction.atomic
def gather_words(*, most: int = 20_000) -> int:
    """Collect the words of entries that came since last time; returns of how many entries."""
    SearchProgress.objects.get_or_create(pk=1)
    progress = SearchProgress.objects.select_for_update(no_key=True).get(pk=1)
    entries = SearchEntry.objects.filter(pk__gt=progress.last_post).order_by("pk")[:most]
    words: set[str] = set()
    number = 0
    for entry in entries.iterator(chunk_size=BATCH):
        number += 1
        words |= set(_WORD.findall(f"{entry.title} {entry.body}".lower()))
        progress.last_post = entry.pk
    kept = sorted(word for word in words if SHORTEST_WORD <= len(word) <= WORD_MAX)
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in kept], batch_size=BATCH, ignore_conflicts=True
    )
    progress.save(update_fields=["last_post"])
    return number


@transaction.atomic
def gather_words_anew() -> None:
    """Forget all words, and begin again: words of texts that are gone go as well."""
    SearchProgress.objects.get_or_create(pk=1)
    progress = SearchProgress.objects.select_for_update(no_key=True).get(pk=1)
    newest = SearchWord.objects.aggregate(newest=Max("pk"))["newest"] or 0
    progress.last_post = 0
    progress.save(update_fields=["last_post"])
    SearchWord.objects.filter(pk__lte=newest).delete()
