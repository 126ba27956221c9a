"""Requests as views get them, for type checkers: what the middlewares have put there."""

from django.http import HttpRequest

from accounts.models import MemberToken, User
from accounts.viewer import Viewer


class VisitorRequest(HttpRequest):
    """Anybody's request: ``viewer`` says what they may do."""

    viewer: Viewer


class SignedInRequest(VisitorRequest):
    """The request of somebody with an account (every page that is not ``Access.PUBLIC``)."""

    user: User


class KeyRequest(SignedInRequest):
    """A request that came with a key of a member (``Access.KEY``)."""

    token: MemberToken
