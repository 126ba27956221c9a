"""Making the account of an applicant: role HCP from the start, so it is never a member's."""

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from accounts.joining.names import hold_name, is_taken
from accounts.models import Role, User
from accounts.signup import Newcomer, SignupForm


class NameTaken(Exception):
    """Somebody else got the name first."""


def make_account(
    request: HttpRequest, *, public_id: str, pseudonym: str, email: str
) -> User | HttpResponse:
    """The new account, which can do nothing until it is checked; ``public_id`` makes it once.

    Where the address has an account already, no other is made: then this is the answer to give,
    which looks the same from outside (the owner of the address gets a mail).

    Raises ``NameTaken``.
    """
    form = SignupForm(
        Newcomer(public_id=public_id, email=email, pseudonym=pseudonym, role=Role.HCP)
    )
    try:
        with transaction.atomic():
            user = _insert(request, form)
    except IntegrityError:
        # Lost a race: now the other request's rows can be seen.
        user = _insert(request, SignupForm(form.newcomer))
    if user is not None:
        return user
    hold_name(pseudonym)
    response: HttpResponse
    _nobody, response = form.try_save(request)
    return response


def _insert(request: HttpRequest, form: SignupForm) -> User | None:
    """The user; None where the address has an account."""
    if is_taken(form.newcomer.pseudonym):
        raise NameTaken
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    if form.account_already_exists:
        return None
    user: User
    user, _response = form.try_save(request)
    return user
