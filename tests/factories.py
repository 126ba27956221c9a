"""Makes people, boards and texts for tests. Texts go the way that texts go: sent and looked at.

``at`` is the moment of an action; without it, now.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.consent import YES, notice_kind, record_consent
from accounts.ids import new_public_id
from accounts.models import (
    AgeGroup,
    Clause,
    Document,
    DocumentKind,
    HcpChoice,
    HcpProfile,
    Method,
    Purpose,
    Role,
    User,
    Workplace,
)
from forum.actions.drafts import save_draft
from forum.actions.state import change_state, lock_post
from forum.actions.submit import submit_post
from forum.due import due_at
from forum.models import Audience, Board, Notice, Post, Quote, Status, Tag, Thread
from forum.models.board import HoldPolicy
from forum.policy import PREMODERATION, Ticket
from forum.states import AGE_GROUP_FIELD, Severity, Track
from moderation.actions.decide import decide
from moderation.models import DecisionKind, ShadowDone
from moderation.models.decision import LIMITING, SAYING

# The moderator who looks at what is held; made when first needed.
FIRST_LOOK = "first-look"


# People ----------------------------------------------------------------------------------------


def make_member(
    name: str,
    *,
    age: int = 19,
    choice: HcpChoice | str = HcpChoice.OPEN,
    email: str = "",
    **fields: object,
) -> User:
    """A member of that age in years; ``choice`` about health professionals, "" for not chosen."""
    born = timezone.localdate().year - age - 1
    user = User.objects.create_user(
        email=email or f"{name.lower()}@members.example",
        pseudonym=name,
        birth_year=born,
        birth_month=12,
        hcp_choice=choice,
        hcp_choice_at=timezone.now() if choice else None,
        **fields,
    )
    agree(user)
    return _with_address(user)


def agree(user: User, *, at: datetime | None = None) -> None:
    """A member's yes to the notice in force, to the rules, and to mails about what is new."""
    at = at or timezone.now()
    notice = Document.objects.current(notice_kind(user.age_group(at)))
    for purpose in (Purpose.JOIN, Purpose.EMAIL):
        record_consent(
            user=user, purpose=purpose, value=YES, method=Method.JOINING, document=notice, at=at
        )


def make_staff(name: str, role: Role, **fields: object) -> User:
    """A moderator or admin with an authenticator app."""
    user = make_staff_without_mfa(name, role, **fields)
    give_mfa(user)
    return user


def make_staff_without_mfa(name: str, role: Role, **fields: object) -> User:
    """Somebody of the staff who has not set up a second factor yet."""
    user = User.objects.create_user(
        email=f"{name.lower()}@staff.example", pseudonym=name, role=role, **fields
    )
    return _with_address(user)


def give_mfa(user: User) -> None:
    """An authenticator app."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"}
    )


def make_hcp(
    name: str,
    *,
    workplaces: Iterable[Workplace] = (),
    in_shadow: bool = False,
    **profile: object,
) -> User:
    """A health professional whose account works: checked by two admins, code signed, MFA on.

    ``profile``: fields of the profile that differ. ``in_shadow``: their decisions are only proposed
    yet. The texts must be published.
    """
    code = Document.objects.current(DocumentKind.HCP_CODE)
    assert code is not None, "publish the texts first (fixture `texts`)"
    now = timezone.now()
    user = make_staff(name, Role.HCP)
    values: dict[str, object] = {
        "profession": "Diabetes nurse",
        "register_body": "NMC",
        "register_number": f"no-{name}",
        "verified_by_first": _checker("checker-one"),
        "verified_by_second": _checker("checker-two"),
        "verified_at": now - timedelta(days=10),
        "code_version": code.version,
        "code_signed_at": now - timedelta(days=10),
        "expires_at": now + timedelta(days=355),
        **profile,
    }
    HcpProfile.objects.create(user=user, **values).workplaces.set(workplaces)
    if not in_shadow:
        ShadowDone.objects.create(hcp=user, at=now - timedelta(days=9))
    return user


def _checker(name: str) -> User:
    return User.objects.filter(pseudonym=name).first() or make_staff(name, Role.ADMIN)


def _with_address(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


# Boards and texts ------------------------------------------------------------------------------


def make_board(
    slug: str,
    *,
    groups: Iterable[AgeGroup] = tuple(AgeGroup),
    hold_policy: HoldPolicy = HoldPolicy.RULES,
    sample_percent: int = 0,
) -> Board:
    """A board for these age groups. Nothing is sampled, unless a test is about that."""
    return Board.objects.create(
        slug=slug,
        title=slug.replace("-", " ").capitalize(),
        description="What this board is about.",
        hold_policy=hold_policy,
        sample_percent=sample_percent,
        position=Board.objects.count(),
        **{AGE_GROUP_FIELD[group]: True for group in groups},
    )


def make_tag(slug: str, **values: object) -> Tag:
    """A topic."""
    name = slug.replace("-", " ").capitalize()
    position = Tag.objects.count() * 10
    return Tag.objects.create(**{"slug": slug, "name": name, "position": position, **values})


def make_poll_words(question: str, *options: str, **values: object) -> dict[str, object]:
    """A poll as a draft keeps it."""
    rest = {"is_multiple": False, "results_later": False, "days": 7}
    return {"question": question, "options": list(options), **rest, **values}


def submit_thread(
    author: User,
    board: Board,
    *,
    title: str,
    text: str,
    audience: Audience = Audience.COMMUNITY,
    at: datetime | None = None,
    **options: object,
) -> Post:
    """Send a new thread; returns its opening post as policy left it, published or held."""
    draft = save_draft(
        author=author,
        key=new_public_id(),
        board=board,
        title=title,
        text=text,
        audience=audience,
        **options,
    )
    return submit_post(draft=draft, author=author, at=at)


def submit_reply(
    author: User,
    thread: Thread,
    *,
    text: str,
    audience: Audience = Audience.COMMUNITY,
    quote: Post | None = None,
    excerpt: str = "",
    content_note: str = "",
    at: datetime | None = None,
) -> Post:
    """Send a reply; returns it as policy left it. ``excerpt``: of ``quote``, without: all of it."""
    draft = save_draft(
        author=author,
        key=new_public_id(),
        thread=thread,
        text=text,
        audience=audience,
        content_note=content_note,
        quoted_post=quote,
        quoted_excerpt=(excerpt or quote.text) if quote else "",
    )
    return submit_post(draft=draft, author=author, at=at)


def publish_thread(author: User, board: Board, *, at: datetime | None = None, **words) -> Thread:
    """A thread that others can read: sent, and looked at where it had to wait."""
    return published(submit_thread(author, board, at=at, **words), at=at).thread


def publish_reply(author: User, thread: Thread, *, at: datetime | None = None, **words) -> Post:
    """A reply that others can read: sent, and looked at where it had to wait."""
    return published(submit_reply(author, thread, at=at, **words), at=at)


def published(post: Post, *, at: datetime | None = None) -> Post:
    """The post, after a moderator published it where it waited."""
    if post.status == Status.HELD:
        decided(post, DecisionKind.PUBLISH, at=at)
    return fresh(post)


def decided(
    post: Post, kind: DecisionKind, *, message: str = "", note: str = "", at: datetime | None = None
) -> Post:
    """The post, after the first-look moderator decided on it and the minute of undo went by.

    It must have a ticket.
    """
    looker = User.objects.filter(pseudonym=FIRST_LOOK).first()
    limiting = kind in LIMITING
    decide(
        post=post,
        moderator=looker or make_staff(FIRST_LOOK, Role.MODERATOR),
        kind=kind,
        version=fresh(post).version,
        clause=any_clause() if limiting else None,
        message=message or ("Please have another look." if kind in SAYING else ""),
        private_note=note,
        at=at,
    )
    minute_over(post)
    return fresh(post)


def minute_over(post: Post) -> None:
    """Notices about a post as if nothing of it could be undone any more."""
    waiting = Notice.objects.filter(post=post, shown_from__gt=F("created_at"))
    waiting.filter(mail_due_at__isnull=False).update(mail_due_at=F("created_at"))
    waiting.update(shown_from=F("created_at"))


def in_state(post: Post, status: Status, *, at: datetime | None = None) -> Post:
    """The post in another state, with a ticket where the state needs one."""
    at = at or timezone.now()
    ticket = None
    if status == Status.HELD:
        severity = Severity.S2
        reasons = [{"kind": PREMODERATION}]
        ticket = Ticket(severity, Track.CONDUCT, due_at(severity, at), reasons)
    clause = any_clause() if status == Status.REMOVED else None
    with transaction.atomic():
        change_state(post=lock_post(post.pk), to=status, ticket=ticket, clause=clause, at=at)
    return fresh(post)


def quote_against_the_rules(post: Post, source: Post, excerpt: str) -> Quote:
    """A quote written straight into the database, past the rule that it travels no further."""
    return Quote.objects.create(post=post, source=source, excerpt=excerpt)


def any_clause() -> Clause:
    """A clause of the rules in force."""
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    assert rules is not None, "publish the texts first (fixture `texts`)"
    return rules.clauses.get(anchor="be-kind")


def fresh(post: Post) -> Post:
    """The post as the database has it now."""
    return Post.objects.select_related("thread__board", "thread__author", "author").get(pk=post.pk)
