"""The one door: who may see which thread and post.

Everything that shows a thread or a post to a person, or counts, orders, quotes, mails or exports
it, goes through ``visible_to``. ``can_see`` and ``recipients_of`` are derived from it, never
written a second time. Each clause is one reason, gives a ``Q`` that must hold, and names its rule.

``at`` is the path from the queried model to the text that the clause is about: ``""`` for the text
itself, ``"thread__"`` for the thread of a post.

Not seen means 404 and no trace: no count, no order, no gap in numbering, no "last post by".
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from accounts.models import Block, CutOff, HiddenHcp, HiddenWorkplace, Recusal, Role, User
from accounts.viewer import Exclusion, Viewer, viewer_of
from forum.states import AGE_GROUP_FIELD, OWN_STATUSES, Audience, Status, Track

if TYPE_CHECKING:
    from forum.models import Post

Clause = Callable[[Viewer, str], Q]

ALL = Q()
NOTHING = Q(pk__in=[])
# Only members can be blocked. One who has become staff since is read again: members need to see
# what moderators say. Nobody who once blocked or was blocked judges the other, though.
SPEAK_FOR_THE_SITE = (Role.MODERATOR, Role.ADMIN)


# The clauses -----------------------------------------------------------------------------------


def signed_in(viewer: Viewer, at: str) -> Q:
    """Guests never see posts, nor do accounts that are suspended, unverified or without MFA."""
    return ALL if viewer.may_read else NOTHING


def published_or_own(viewer: Viewer, at: str) -> Q:
    """What is published; and authors always see their own text and its state."""
    own = Q(**{f"{at}author_id": viewer.user_id, f"{at}status__in": OWN_STATUSES})
    return Q(**{f"{at}status": Status.PUBLISHED}) | own


def audience(viewer: Viewer, at: str) -> Q:
    """HCPs see only what is for the community (procedure 2). An unknown role sees nothing."""
    if viewer.role == Role.HCP:
        return Q(**{f"{at}audience": Audience.COMMUNITY})
    if viewer.role in (Role.MEMBER, Role.MODERATOR, Role.ADMIN):
        return ALL
    return NOTHING


def age_group(viewer: Viewer, at: str) -> Q:
    """Members see the boards of their own age group; staff see all boards."""
    if viewer.role != Role.MEMBER:
        return ALL
    if viewer.age_group is None:
        return NOTHING
    return Q(**{f"{at}board__{AGE_GROUP_FIELD[viewer.age_group]}": True})


def hidden_from_this_hcp(viewer: Viewer, at: str) -> Q:
    """*Hide me from* this HCP (P2.6): they do not see the member's texts."""
    if Exclusion.HIDDEN_FROM_ME not in viewer.exclusions:
        return ALL
    members = HiddenHcp.objects.filter(hcp_id=viewer.user_id).values("member_id")
    return ~Q(**{f"{at}author_id__in": members})


def hidden_from_this_workplace(viewer: Viewer, at: str) -> Q:
    """*Hide me from* everybody at this HCP's workplaces (P2.6)."""
    if Exclusion.WORKPLACE_HIDDEN_FROM_ME not in viewer.exclusions:
        return ALL
    members = HiddenWorkplace.objects.filter(workplace__professionals__user=viewer.user_id).values(
        "member_id"
    )
    return ~Q(**{f"{at}author_id__in": members})


def recused(viewer: Viewer, at: str) -> Q:
    """An HCP who may know a member sees nothing more of them (P2.6)."""
    if Exclusion.RECUSED not in viewer.exclusions:
        return ALL
    members = Recusal.objects.filter(hcp_id=viewer.user_id).values("member_id")
    return ~Q(**{f"{at}author_id__in": members})


def hcp_i_hid_from(viewer: Viewer, at: str) -> Q:
    """*Hide me from* works both ways: the member does not see that HCP's texts."""
    if Exclusion.I_HID_FROM_HCP not in viewer.exclusions:
        return ALL
    hcps = HiddenHcp.objects.filter(member_id=viewer.user_id).values("hcp_id")
    return ~Q(**{f"{at}author_id__in": hcps})


def workplace_i_hid_from(viewer: Viewer, at: str) -> Q:
    """Both ways for workplaces as well."""
    if Exclusion.I_HID_FROM_WORKPLACE not in viewer.exclusions:
        return ALL
    hcps = HiddenWorkplace.objects.filter(
        member_id=viewer.user_id, workplace__professionals__isnull=False
    ).values("workplace__professionals__user_id")
    return ~Q(**{f"{at}author_id__in": hcps})


def reported_this_hcp(viewer: Viewer, at: str) -> Q:
    """An HCP sees nothing of the members who reported them (P4.3)."""
    if Exclusion.REPORTED_ME not in viewer.exclusions:
        return ALL
    members = CutOff.objects.filter(hcp_id=viewer.user_id).values("member_id")
    return ~Q(**{f"{at}author_id__in": members})


def hcp_i_reported(viewer: Viewer, at: str) -> Q:
    """Both ways: the member sees nothing of the HCP whom they reported."""
    if Exclusion.I_REPORTED not in viewer.exclusions:
        return ALL
    hcps = CutOff.objects.filter(member_id=viewer.user_id).values("hcp_id")
    return ~Q(**{f"{at}author_id__in": hcps})


def blocked_by_me(viewer: Viewer, at: str) -> Q:
    """I blocked them: I do not read their texts, unless they have come to speak for the site."""
    if Exclusion.I_BLOCKED not in viewer.exclusions:
        return ALL
    blocks = Block.objects.filter(blocker_id=viewer.user_id)
    authors = blocks.exclude(blocked__role__in=SPEAK_FOR_THE_SITE).values("blocked_id")
    return ~Q(**{f"{at}author_id__in": authors})


def blocked_me(viewer: Viewer, at: str) -> Q:
    """They blocked me: I do not read theirs, unless they have come to speak for the site."""
    if Exclusion.BLOCKED_ME not in viewer.exclusions:
        return ALL
    blocks = Block.objects.filter(blocked_id=viewer.user_id)
    authors = blocks.exclude(blocker__role__in=SPEAK_FOR_THE_SITE).values("blocker_id")
    return ~Q(**{f"{at}author_id__in": authors})


# The rules made of them ------------------------------------------------------------------------

# Reasons not to meet an author; apart, because gaps and board rows are corrected for them.
AUTHOR_CLAUSES: tuple[Clause, ...] = (
    hidden_from_this_hcp,
    hidden_from_this_workplace,
    recused,
    hcp_i_hid_from,
    workplace_i_hid_from,
    reported_this_hcp,
    hcp_i_reported,
    blocked_by_me,
    blocked_me,
)
STATUS_CLAUSES: tuple[Clause, ...] = (published_or_own,)
READER_CLAUSES: tuple[Clause, ...] = (signed_in, audience)
BOARD_CLAUSES: tuple[Clause, ...] = (age_group,)


def all_of(viewer: Viewer, at: str, *groups: Iterable[Clause]) -> Q:
    """The conjunction of groups of clauses for one text."""
    condition = Q()
    for group in groups:
        for clause in group:
            condition &= clause(viewer, at)
    return condition


def thread_visible(viewer: Viewer, at: str = "") -> Q:
    """Threads that a viewer may see."""
    return all_of(viewer, at, READER_CLAUSES, STATUS_CLAUSES, BOARD_CLAUSES, AUTHOR_CLAUSES)


def post_visible(viewer: Viewer, at: str = "") -> Q:
    """Posts that a viewer may see: the post itself, in a thread that may be seen."""
    return post_visible_beside(viewer, at) & thread_visible(viewer, f"{at}thread__")


def post_visible_beside(viewer: Viewer, at: str = "") -> Q:
    """Posts that a viewer may see of a thread of which they may see anything.

    For conditions on rows that went through the one door: their thread is not asked again.
    """
    return all_of(viewer, at, READER_CLAUSES, STATUS_CLAUSES, AUTHOR_CLAUSES)


def post_shown(viewer: Viewer, at: str = "") -> Q:
    """Posts that take a place on a thread page: visible ones and tombstones of removed ones.

    A tombstone carries no words and no name. It stands only where the post itself would.
    """
    removed = Q(**{f"{at}status": Status.REMOVED, f"{at}position__isnull": False})
    own_text = all_of(viewer, at, READER_CLAUSES, AUTHOR_CLAUSES)
    state = all_of(viewer, at, STATUS_CLAUSES) | removed
    return own_text & state & thread_visible(viewer, f"{at}thread__")


def post_kept_from(viewer: Viewer, at: str = "") -> Q:
    """The rest: positions of a thread that do not exist for this viewer."""
    removed = Q(**{f"{at}status": Status.REMOVED})
    own_text = all_of(viewer, at, READER_CLAUSES, AUTHOR_CLAUSES)
    state = all_of(viewer, at, STATUS_CLAUSES) | removed
    return ~(own_text & state)


def reaction_visible(viewer: Viewer, at: str = "") -> Q:
    """Reactions that a viewer is told of: for their audience, by somebody whom they may meet."""
    return all_of(viewer, at, READER_CLAUSES, AUTHOR_CLAUSES)


def author_kept_from(viewer: Viewer, at: str = "") -> Q | None:
    """Authors whom this viewer does not meet; None where there are none."""
    met = all_of(viewer, at, AUTHOR_CLAUSES)
    return ~met if met else None


def summary_audience(viewer: Viewer) -> Audience:
    """Whose counts and order this viewer gets."""
    return Audience.COMMUNITY if viewer.role == Role.HCP else Audience.PEERS


def summary_visible(viewer: Viewer) -> Q:
    """Rows of board pages: the viewer's own audience, threads they may see."""
    return Q(audience=summary_audience(viewer)) & thread_visible(viewer, "thread__")


def post_handleable(viewer: Viewer, at: str = "") -> Q:
    """Posts that a reviewer has no conflict with. Only ``moderation`` asks this.

    Review reads held and hidden texts, of all age groups, but widens nothing else: HCPs get
    nothing peers-only, nobody gets their own text or that of somebody they are kept from,
    HCPs do not judge HCPs, and what was passed to the safeguarding lead is for admins.
    """
    if not viewer.may_review:
        return NOTHING
    condition = (
        ~Q(**{f"{at}author_id": viewer.user_id})
        & all_of(viewer, at, READER_CLAUSES, AUTHOR_CLAUSES)
        & all_of(viewer, f"{at}thread__", READER_CLAUSES, AUTHOR_CLAUSES)
        & _no_block(viewer, at)
    )
    if viewer.role == Role.HCP:
        condition &= ~Q(**{f"{at}author__role": Role.HCP})
    if viewer.role != Role.ADMIN:
        condition &= ~Q(**{f"{at}review_track": Track.SAFEGUARDING})
    return condition


def _no_block(viewer: Viewer, at: str) -> Q:
    """No block between reviewer and author, whatever roles they have by now."""
    if not viewer.exclusions & {Exclusion.I_BLOCKED, Exclusion.BLOCKED_ME}:
        return ALL
    mine = Block.objects.filter(blocker_id=viewer.user_id).values("blocked_id")
    theirs = Block.objects.filter(blocked_id=viewer.user_id).values("blocker_id")
    return ~Q(**{f"{at}author_id__in": mine}) & ~Q(**{f"{at}author_id__in": theirs})


# Derived questions -----------------------------------------------------------------------------


def can_see(viewer: Viewer, post: "Post") -> bool:
    """May this viewer see this post, as things stand in the database now?"""
    return type(post).objects.visible_to(viewer).filter(pk=post.pk).exists()


def recipients_of(post: "Post", candidates: Iterable[User]) -> list[User]:
    """Those of ``candidates`` who may see the post now, in the given order."""
    now = timezone.now()
    return [user for user in candidates if can_see(viewer_of(user, at=now), post)]
