"""Changing one's own profile and picture."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Role, User
from accounts.viewer import viewer_of
from forum.actions.submit import clean_posts_of
from forum.errors import NotVisible, Refused, cannot_write
from forum.models import Profile, ShownTo
from forum.policy import waits_for_premoderation
from forum.profiles import needs_care, refusal
from forum.rules import findings_in


@dataclass(frozen=True, slots=True)
class ProfileWords:
    """What a member says, and for whom each piece is; values of ``forum.models.profile``."""

    pronouns: str = ""
    pronouns_for: str = ShownTo.NOBODY
    since: str = ""
    since_for: str = ShownTo.NOBODY
    uses: list[str] = field(default_factory=list)
    uses_for: str = ShownTo.NOBODY
    about: str = ""
    about_for: str = ShownTo.NOBODY
    joined_for: str = ShownTo.NOBODY


class Kept(StrEnum):
    """Why words about oneself were kept for nobody else, whatever was picked."""

    AS_PICKED = "as_picked"
    CARE = "care"  # somebody may need help
    NEW = "new"  # nobody has looked at enough posts of theirs yet


@transaction.atomic
def save_profile(*, user: User, words: ProfileWords, at: datetime | None = None) -> Kept:
    """Store all of a member's profile; says what became of ``about``.

    Words that worry are kept for their own eyes; so are those of members whose posts still wait
    for a look (pre-moderation). Raises ``Refused`` where the words are not taken, or
    where the member may not write now and says something new; ``NotVisible`` for others.
    """
    at = at or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    viewer = viewer_of(user, at=at)
    if not viewer.may_read or user.role != Role.MEMBER:
        raise NotVisible
    profile = Profile.objects.filter(user=user).first() or Profile(user=user)
    is_news = words.about != "" and (words.about, words.about_for) != (
        profile.about,
        profile.about_for,
    )
    if is_news and words.about_for != ShownTo.NOBODY and not viewer.may_write:
        raise Refused(cannot_write(viewer))
    findings = findings_in(title="", text=words.about) if words.about else []
    refused = refusal(words.about, findings)
    if refused is not None:
        raise Refused(refused)
    kept = Kept.AS_PICKED
    if needs_care(findings):
        kept = Kept.CARE
    elif words.about and words.about_for != ShownTo.NOBODY and _is_new(user, at):
        kept = Kept.NEW
    for name in ProfileWords.__dataclass_fields__:
        setattr(profile, name, getattr(words, name))
    if kept != Kept.AS_PICKED:
        profile.about_for = ShownTo.NOBODY
    profile.changed_at = at
    profile.save()
    return kept


@transaction.atomic
def take_words(*, user: User, at: datetime) -> None:
    """Blank what somebody says about themselves. For whom new words are, they pick anew."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    Profile.objects.filter(user=user).update(about="", about_for=ShownTo.NOBODY, changed_at=at)


@transaction.atomic
def give_words_back(*, user: User, words: str, for_whom: str, at: datetime) -> bool:
    """Put taken words back, for whom they were. False where there are newer ones, or no profile."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    blank = Profile.objects.filter(user=user, about="")
    return bool(blank.update(about=words, about_for=for_whom, changed_at=at))


def _is_new(user: User, at: datetime) -> bool:
    """Whether everything of theirs is looked at before others see it."""
    return waits_for_premoderation(
        role=user.role, age_group=user.age_group(at), clean_posts=clean_posts_of(user)
    )


@transaction.atomic
def another_picture(*, user: User) -> None:
    """Draw another picture for somebody, from the next number."""
    User.objects.filter(pk=user.pk).update(avatar=F("avatar") + 1)
