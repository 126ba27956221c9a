"""What happens to the account itself when it is closed. For ``moderation/actions/leaving.py``."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q

from accounts.ids import new_public_id
from accounts.models import (
    Block,
    CutOff,
    GuardianRequest,
    HcpApplication,
    HcpProfile,
    HiddenHcp,
    HiddenWorkplace,
    MemberToken,
    ProposedWorkplace,
    User,
)
from accounts.models.leaving import ERASED
from accounts.models.user import PSEUDONYM_MAX

FORMER = "former-member-"


def former_name() -> str:
    """A name that says nothing: a word for all who left, and letters to keep them apart."""
    return (FORMER + new_public_id())[:PSEUDONYM_MAX]


def end_sessions(user: User) -> None:
    """Sign somebody out everywhere. The caller has locked the account, and saves nothing of it."""
    user.sessions_ended += 1
    user.save(update_fields=["sessions_ended"])
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def erase_account(*, user: User, keep_relations: bool, at: datetime) -> None:
    """Take away name, address, birth, password, steps, sessions: what is left is a number.

    ``keep_relations``: their posts stay, so those whom they kept from reading them go on not
    reading them. Consents stay, of nobody who could be named (docs/decisions).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    end_sessions(user)
    user.email = f"{user.public_id.lower()}@erased.invalid"
    if not user.pseudonym.startswith(FORMER):
        user.pseudonym = former_name()
    user.birth_year = user.birth_month = user.hcp_choice_at = user.last_login = None
    user.hcp_choice = user.age_stage = ""
    user.silenced_until = user.suspended_until = None
    user.avatar = 0
    user.muted_words = user.hidden_announcements = []
    user.display = {}
    user.is_active = False
    user.closed_at = user.closed_at or at
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    GuardianRequest.objects.filter(user=user).delete()
    MemberToken.objects.filter(user=user).delete()
    _erase_profession(user)
    if not keep_relations:
        Block.objects.filter(Q(blocker=user) | Q(blocked=user)).delete()
        HiddenHcp.objects.filter(member=user).delete()
        HiddenWorkplace.objects.filter(member=user).delete()
        CutOff.objects.filter(member=user).delete()


def _erase_profession(user: User) -> None:
    """Who a health professional is. That two admins checked them, and when, stays."""
    HcpProfile.objects.filter(user=user).update(
        profession=ERASED, register_body=ERASED, register_number=ERASED, interests=""
    )
    for profile in HcpProfile.objects.filter(user=user):
        profile.workplaces.clear()
    rounds = HcpApplication.objects.filter(user=user)
    rounds.update(interests="")
    for name in ("profession", "register_body", "register_number", "question", "reason"):
        rounds.exclude(**{name: ""}).update(**{name: ERASED})
    for each in rounds:
        each.workplaces.clear()
        for number, place in enumerate(ProposedWorkplace.objects.filter(application=each)):
            place.name = f"{ERASED} {number}"
            place.save(update_fields=["name"])
