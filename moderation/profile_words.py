"""Words about oneself in a case: what the desk may read of them, and take down."""

from dataclasses import dataclass
from hashlib import sha256

from accounts.models import Role
from forum.models import Profile
from forum.profiles import As, is_shown
from moderation.conflicts import parts_of
from moderation.models import Case, ProfileEvidence


@dataclass(frozen=True, slots=True)
class SaidNow:
    """What a profile says now, and for whom (a value of ``ShownTo``)."""

    words: str
    for_whom: str

    @property
    def digest(self) -> str:
        """A short name for the words: the same words, the same digest."""
        return digest_of(self.words)


def digest_of(words: str) -> str:
    """A short name for words, by which a form says which ones somebody read."""
    return sha256(words.encode()).hexdigest()[:32]


def words_in_case(case: Case) -> SaidNow | None:
    """What the person whom a case is about says about themselves now; None where nothing is there.

    Words that are for nobody are their own, and not read, unless a report of the case has them.
    """
    if case.about is None or case.about.role != Role.MEMBER:
        return None
    profile = Profile.objects.filter(user=case.about).exclude(about="").first()
    if profile is None:
        return None
    reported = ProfileEvidence.objects.filter(
        person=case.about, report__case__in=parts_of(case), words=profile.about
    )
    if not is_shown(profile.about_for, As.PEER) and not reported.exists():
        return None
    return SaidNow(profile.about, profile.about_for)
