"""Who is asking: the session and the account, which each page of somebody signed in asks for.

What is asked is what Django asks; only its SQL is made once (``accounts/prepared.py``).
"""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from accounts.prepared import SOMEBODY, SOMETIME, Prepared, stand_in_words

_ACCOUNT: Prepared[None] = Prepared(lambda _: User.objects.filter(pk=SOMEBODY))
_SESSION: Prepared[None] = Prepared(
    lambda _: Session.objects.filter(session_key=stand_in_words("key"), expire_date__gt=SOMETIME),
    for_everybody=True,  # whoever has its key
)


class AuthenticationBackend(AllauthBackend):
    """That of allauth."""

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, as long as it may be used."""
        found = _ACCOUNT.rows(None, person=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


class SessionStore(DatabaseSessions):
    """Sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.rows(None, key=self.session_key, at=timezone.now())
        if found:
            return found[0]
        self._session_key = None
        return None
