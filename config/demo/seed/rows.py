"""Rows of threads and posts on their way to the database, stored many at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from accounts.models import User
from forum import summaries
from forum.actions.state import set_ticket
from forum.models import (
    Audience,
    Notice,
    Post,
    Quote,
    Reaction,
    ReactionKind,
    Revision,
    Status,
    Thread,
    ThreadTag,
)
from forum.policy import Ticket
from forum.search import index

BATCH = 2000


@dataclass(slots=True)
class Rows:
    """What will be stored together. Objects may point to each other before they are saved."""

    threads: list[Thread] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    tags: list[ThreadTag] = field(default_factory=list)

    def add_post(
        self,
        *,
        thread: Thread,
        author: User,
        public_id: str,
        text: str,
        html: str,
        audience: Audience,
        at: datetime,
        ticket: Ticket | None = None,
        content_note: str = "",
    ) -> Post:
        """Add a post to a thread (the first is the opening): published, or held with a ticket.

        ``content_note``: of a reply; a thread has its own.
        """
        post = Post(
            public_id=public_id,
            thread=thread,
            author=author,
            is_opening=thread.last_position == 0,
            content_note=content_note,
            text=text,
            html=html,
            audience=audience,
            status=Status.HELD if ticket else Status.PUBLISHED,
            created_at=at,
        )
        set_ticket(post, ticket)
        if ticket is None:
            thread.last_position += 1
            post.position = thread.last_position
            post.published_at = at
        self.posts.append(post)
        self.revisions.append(
            Revision(post=post, number=1, text=text, content_note=post.note, created_at=at)
        )
        return post

    def add_reaction(self, *, post: Post, author: User, kind: ReactionKind) -> None:
        """Add a reaction and count it in the post's sums (at most one of a kind a person)."""
        audience = Audience.COMMUNITY if author.lets_hcps_read else Audience.PEERS
        self.reactions.append(Reaction(post=post, author=author, kind=kind, audience=audience))
        for reader, seen in summaries.SEEN_BY.items():
            if audience in seen:
                sums = post.reactions.setdefault(reader.value, {})
                sums[kind.value] = sums.get(kind.value, 0) + 1

    def save(self) -> None:
        """Store everything and count the threads' rows of board pages.

        Posts are stored in the order in which they were written, as on a real site, where posts
        of one thread lie apart in the table.
        """
        self.posts.sort(key=attrgetter("created_at"))
        Thread.objects.bulk_create(self.threads, batch_size=BATCH)
        ThreadTag.objects.bulk_create(self.tags, batch_size=BATCH)
        Post.objects.bulk_create(self.posts, batch_size=BATCH)
        index.store(self.posts)
        Revision.objects.bulk_create(self.revisions, batch_size=BATCH)
        Quote.objects.bulk_create(self.quotes, batch_size=BATCH)
        Reaction.objects.bulk_create(self.reactions, batch_size=BATCH)
        Notice.objects.bulk_create(self.notices, batch_size=BATCH)
        summaries.recount(thread.pk for thread in self.threads)
