"""Who may use a page: declared on the view itself, enforced by ``AccessMiddleware``.

A view without a declaration is refused for everybody, so a forgotten one fails closed.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

View = TypeVar("View", bound=Callable)


class Access(StrEnum):
    """The kinds of pages."""

    PUBLIC = "public"  # everybody, signed in or not, suspended or not
    ACCOUNT = "account"  # signed in, whatever the standing of the account
    READER = "reader"  # may read posts: members, moderators, current HCPs, admins
    REVIEWER = "reviewer"  # may review posts: moderators, current HCPs, admins
    ADMIN = "admin"  # admins
    KEY = "key"  # by a key of a member (accounts/token_access.py); a session opens none of it


def access(kind: Access) -> Callable[[View], View]:
    """Declare who may use a view. Put it outermost, so that nothing wraps it away."""

    def declare(view: View) -> View:
        view.access = kind  # type: ignore[attr-defined]
        return view

    return declare
