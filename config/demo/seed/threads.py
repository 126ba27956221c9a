"""The threads written by hand, with reactions and some notices."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from accounts.models import Role, User
from config.demo.seed import texts
from config.demo.seed.chance import dice, public_id
from config.demo.seed.clock import moment
from config.demo.seed.rows import Rows
from config.demo.seed.texts import PostEntry, ThreadEntry
from forum import markdown
from forum.actions.submit import allowed_audience
from forum.models import (
    Audience,
    Board,
    Notice,
    NoticeKind,
    Post,
    Quote,
    ReactionKind,
    Status,
    Tag,
    Thread,
    ThreadTag,
)
from forum.states import narrowest

NOTICES_FROM = timedelta(days=30)
READ_AFTER = timedelta(days=3)
# How many people react to a post, and how often each number comes.
REACTING = (0, 1, 2, 3, 4, 6, 9)
REACTING_WEIGHTS = (30, 22, 18, 12, 9, 6, 3)


def add_threads(*, seed: int, now: datetime, people: dict[str, User]) -> int:
    """Add the threads that are missing (by board and title); returns how many."""
    boards = {board.slug: board for board in Board.objects.all()}
    tags = {tag.slug: tag for tag in Tag.objects.all()}
    there = set(Thread.objects.values_list("board__slug", "title"))
    members = [user for user in people.values() if user.role == Role.MEMBER]
    rows = Rows()
    for entry in texts.threads():
        if (entry.board, entry.title) not in there:
            _add_thread(rows, entry, boards[entry.board], people, members, tags, seed, now)
    rows.save()
    return len(rows.threads)


def _add_thread(
    rows: Rows,
    entry: ThreadEntry,
    board: Board,
    people: dict[str, User],
    members: Iterable[User],
    tags: Mapping[str, Tag],
    seed: int,
    now: datetime,
) -> None:
    author = people[entry.posts[0].author]
    created_at = moment(now, days_ago=entry.days_ago)
    wanted = narrowest(entry.audience, entry.posts[0].audience or entry.audience)
    audience = allowed_audience(wanted, author=author, thread=None, source=None)
    thread = Thread(
        public_id=public_id(seed, "thread", entry.board, entry.title),
        board=board,
        author=author,
        title=entry.title,
        content_note=entry.content_note,
        audience=audience,
        status=Status.PUBLISHED,
        asks_professional=entry.asks_professional and audience == Audience.COMMUNITY,
        no_advice=entry.no_advice,
        created_at=created_at,
        published_at=created_at,
    )
    rows.threads.append(thread)
    for place, slug in enumerate(entry.tags, start=1):
        rows.tags.append(ThreadTag(thread=thread, tag=tags[slug], place=place))
    readers = [user for user in members if user.age_group(now) in board.age_groups]
    posts: list[Post] = []
    for number, wording in enumerate(entry.posts):
        at = moment(now, days_ago=entry.days_ago, hours_later=wording.hours_later)
        post_id = public_id(seed, "post", entry.board, entry.title, number)
        post = _add_post(rows, wording, thread, posts, people[wording.author], post_id, at)
        _add_reactions(rows, post, readers, seed)
        if now - at < NOTICES_FROM:
            _tell_of_reactions(rows, post, seed, now)
        posts.append(post)
        if not post.is_opening and now - at < NOTICES_FROM:
            _add_notices(rows, post, seed, now)


def _add_post(
    rows: Rows,
    wording: PostEntry,
    thread: Thread,
    earlier: list[Post],
    author: User,
    public_id: str,
    at: datetime,
) -> Post:
    source = earlier[wording.quote.post] if wording.quote else None
    post = rows.add_post(
        thread=thread,
        author=author,
        public_id=public_id,
        text=wording.body,
        html=markdown.render(wording.body),
        content_note=wording.content_note,
        audience=allowed_audience(
            wording.audience or thread.audience, author=author, thread=thread, source=source
        ),
        at=at,
    )
    if source is not None and wording.quote is not None:
        if wording.quote.excerpt not in source.text:
            raise ValueError(f"{thread.title}: not in the quoted post: {wording.quote.excerpt}")
        rows.quotes.append(Quote(post=post, source=source, excerpt=wording.quote.excerpt))
    return post


def _add_reactions(rows: Rows, post: Post, readers: list[User], seed: int) -> None:
    """Reactions by members who may read the board; nobody reacts to themselves."""
    rng = dice(seed, "reactions", post.public_id)
    others = [user for user in readers if user != post.author]
    wanted = rng.choices(REACTING, REACTING_WEIGHTS)[0] + 2 * post.is_opening
    for user in rng.sample(others, min(wanted, len(others))):
        rows.add_reaction(post=post, author=user, kind=rng.choice(list(ReactionKind)))


def _tell_of_reactions(rows: Rows, post: Post, seed: int, now: datetime) -> None:
    """Tell the author of each reaction; the page puts them together."""
    for reaction in rows.reactions:
        if reaction.post is not post:
            continue
        what = f"{post.public_id}:{reaction.author.public_id}:{reaction.kind}"
        at = post.created_at
        rows.notices.append(
            Notice(
                public_id=public_id(seed, "notice", "reaction", what),
                recipient=post.author,
                kind=NoticeKind.REACTION,
                post=post,
                reaction=reaction,
                same_as=f"reaction:{what}",
                created_at=at,
                shown_from=at,
                read_at=at + READ_AFTER / 2 if now - at > READ_AFTER else None,
            )
        )


def _add_notices(rows: Rows, post: Post, seed: int, now: datetime) -> None:
    """Tell the quoted author, else the thread's; no mails are due, older notices are read."""
    quoted = {quote.source.author for quote in rows.quotes if quote.post is post}
    told = dict.fromkeys(quoted, NoticeKind.QUOTE)
    told.setdefault(post.thread.author, NoticeKind.REPLY)
    for user, kind in told.items():
        if user == post.author:
            continue
        at = post.created_at
        rows.notices.append(
            Notice(
                public_id=public_id(seed, "notice", post.public_id, user.pseudonym),
                recipient=user,
                kind=kind,
                post=post,
                same_as=f"post:{post.public_id}",
                created_at=at,
                shown_from=at,
                read_at=at + READ_AFTER / 2 if now - at > READ_AFTER else None,
            )
        )
