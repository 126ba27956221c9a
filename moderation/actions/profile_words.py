"""Taking down what a member says about themselves, in a case; and giving it back after an appeal.

It is a sanction like others: a rule, a message, a notice, a second look by somebody else. The words
stay under the case. Afterwards the member may write new ones, which are screened as always.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Clause, User
from accounts.viewer import viewer_of
from forum.actions.profiles import give_words_back, take_words
from forum.errors import NotVisible, Refused, StaleVersion
from moderation.actions.cases import open_working_case
from moderation.actions.sanctions import REASONS_MISSING, impose
from moderation.models import Case, ProfileEvidence, Restored, Sanction, SanctionKind
from moderation.profile_words import words_in_case
from moderation.sanctions import has_conflict


@transaction.atomic
def take_words_down(
    *,
    case: Case,
    admin: User,
    clause: Clause | None,
    message: str,
    seen: str,
    key: str,
    note: str = "",
    at: datetime | None = None,
) -> Sanction:
    """Blank for all what the person whom a case is about says about themselves.

    ``seen``: the digest of the words that the admin read. ``key``: the same submission again gives
    the same row. Raises ``StaleVersion`` (other words, or none, by now), ``NotVisible`` (a tie to
    the person), ``Refused`` (no rule or message) and what ``open_working_case`` raises.
    """
    at = at or timezone.now()
    case = open_working_case(case, admin, at)
    if case.about is None or has_conflict(viewer_of(admin, at=at), case.about):
        raise NotVisible
    if clause is None or not message.strip():
        raise Refused(REASONS_MISSING)
    person = User.objects.select_for_update(no_key=True).get(pk=case.about.pk)
    if done := Sanction.objects.filter(submission_key=key, user=person).first():
        return done
    found = words_in_case(case)
    if found is None or found.digest != seen:
        raise StaleVersion
    made = Sanction(
        user=person,
        kind=SanctionKind.WORDS,
        clause=clause,
        message=message.strip(),
        note=note.strip(),
        decided_by=admin,
        case=case,
        submission_key=key,
    )
    impose(made, None, at)
    ProfileEvidence.objects.create(
        sanction=made, person=person, words=found.words, words_for=found.for_whom, added_at=at
    )
    take_words(user=person, at=at)
    return made


def give_back_words(sanction: Sanction, at: datetime) -> Restored:
    """Put the words of a take-down back, unless the member has written new ones since."""
    taken = ProfileEvidence.objects.select_related("person").get(sanction=sanction)
    back = give_words_back(user=taken.person, words=taken.words, for_whom=taken.words_for, at=at)
    return Restored.WORDS_BACK if back else Restored.WORDS_NEWER
