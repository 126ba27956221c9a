"""What allauth asks of this project."""

from collections.abc import Sequence

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from accounts.joining import steps
from accounts.models import User
from accounts.signup import SignupForm
from accounts.tokens import stop_all_tokens


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the joining flow alone; no name from the address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Send everybody to the joining flow: allauth's own pages ask neither age nor consent.

        Raises:
            ImmediateHttpResponse: always; a redirect, or 405 for what would make an account.
        """
        if request.method not in ("GET", "HEAD"):
            raise ImmediateHttpResponse(HttpResponseNotAllowed(["GET", "HEAD"]))
        raise ImmediateHttpResponse(redirect("accounts:join"))

    def save_user(
        self, request: HttpRequest, user: User, form: SignupForm, commit: bool = True
    ) -> User:
        """Store all that was told on the way in the same insert as the address."""
        newcomer = form.newcomer
        user = super().save_user(request, user, form, commit=False)
        user.public_id, user.pseudonym = newcomer.public_id, newcomer.pseudonym
        user.role = newcomer.role
        user.birth_month, user.birth_year = newcomer.birth_month, newcomer.birth_year
        user.hcp_choice = newcomer.hcp_choice
        user.hcp_choice_at = timezone.now() if newcomer.hcp_choice else None
        if newcomer.password:
            user.password = newcomer.password
        if commit:
            user.save()
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Nothing to do: people choose their pseudonym themselves."""

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, and drop what the session kept on the way to an account."""
        super().login(request, user)
        steps.forget(request.session)


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    """*Sign out everywhere else* ends what opens the account without signing in as well."""

    def end_sessions(self, sessions: Sequence[UserSession]) -> None:
        """End these sessions, and the keys of their people."""
        for user in {session.user for session in sessions}:
            stop_all_tokens(user=user)
        super().end_sessions(sessions)
