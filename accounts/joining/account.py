"""Making the account: everything at once or not at all."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.consent import NO, YES, record_consent
from accounts.invitations import is_usable, take_use
from accounts.joining.names import hold_name, is_taken
from accounts.joining.steps import Joining
from accounts.models import Joining as Who
from accounts.models import Method, Purpose, User
from accounts.signup import Newcomer, SignupForm
from accounts.site_settings import site_now


class NameTaken(Exception):
    """Somebody else got the name first."""


class NotInvited(Exception):
    """The code does not work any more, or one is needed now."""


class JoiningClosed(Exception):
    """Nobody can join any more."""


class AlreadyMade(Exception):
    """This form was sent twice; the first one made the account."""


def make_account(
    request: HttpRequest, joining: Joining, *, at: datetime | None = None
) -> User | HttpResponse:
    """The new account and its consents, in one transaction; all steps must be done.

    Where the address has an account already, no other is made: then this is the answer to give,
    which looks the same from outside (the owner of the address gets a mail).

    Raises:
        NameTaken: the name has gone since it was picked.
        AlreadyMade: the account of these answers is there.
        NotInvited, JoiningClosed: who may join has changed since, or a code is used up.
    """
    at = at or timezone.now()
    form = SignupForm(_newcomer(joining))
    try:
        user = _insert(request, form, joining, at)
    except IntegrityError:
        # Lost a race against another request: now its rows can be seen, and say which.
        user = _insert(request, SignupForm(form.newcomer), joining, at)
    if user is not None:
        return user
    hold_name(form.newcomer.pseudonym)
    response: HttpResponse
    _nobody, response = form.try_save(request)
    return response


@transaction.atomic
def _insert(request: HttpRequest, form: SignupForm, joining: Joining, at: datetime) -> User | None:
    """The user with their consents; None where the address has an account."""
    newcomer = form.newcomer
    if User.objects.filter(public_id=newcomer.public_id).exists():
        raise AlreadyMade
    invitation = joining.answers.invitation
    _may_join(invitation, at)
    if is_taken(newcomer.pseudonym):
        raise NameTaken
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    if form.account_already_exists:
        return None
    user: User
    user, _response = form.try_save(request)
    # With the account or not at all. That is all that is kept: not by whom, and not when.
    if invitation and not take_use(invitation, at):
        raise NotInvited
    answers = joining.answers
    choices = {Purpose.JOIN: YES, Purpose.EMAIL: YES if answers.wants_email else NO}
    if newcomer.hcp_choice:
        choices[Purpose.HCP_INVOLVEMENT] = newcomer.hcp_choice
    if joining.may_be_asked_about_research:
        choices[Purpose.RESEARCH] = YES if answers.wants_research else NO
    for purpose, value in choices.items():
        record_consent(
            user=user,
            purpose=purpose,
            value=value,
            method=Method.JOINING,
            document=joining.notice,
            at=at,
        )
    return user


def _may_join(invitation: str, at: datetime) -> None:
    """The same for addresses with and without an account, so that it tells nothing of them."""
    who = site_now().joining
    if who == Who.CLOSED:
        raise JoiningClosed
    if (who == Who.INVITED or invitation) and not is_usable(invitation, at):
        raise NotInvited


def _newcomer(joining: Joining) -> Newcomer:
    answers = joining.answers
    if answers.birth_year is None or answers.birth_month is None:
        raise ValueError("the age gate comes first")
    return Newcomer(
        public_id=answers.key,
        email=answers.email,
        pseudonym=answers.pseudonym,
        birth_year=answers.birth_year,
        birth_month=answers.birth_month,
        hcp_choice=answers.professionals or "",
        password=answers.password,
    )
