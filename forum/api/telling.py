"""Notices: the list, marking them as read, and a small answer for apps that look now and then."""

from typing import Any

from accounts.http import KeyRequest
from accounts.models import Scope
from forum.actions.notices import mark_all_read
from forum.api import shapes
from forum.api.app import Key, router
from forum.api.reading import ALWAYS
from forum.api.schemas import MarkedOut, NoticesOut, UnreadOut
from forum.queries.notices import list_of, unread_count


@router.get(
    "notices",
    response={200: NoticesOut} | ALWAYS,
    auth=Key(Scope.NOTICES),
    url_name="api_notices",
    summary="My notices",
)
def notices(request: KeyRequest) -> dict[str, Any]:
    """The newest notices, put together as on the site. Scope: notices."""
    return {"items": [shapes.notice(row) for row in list_of(request.viewer)]}


@router.post(
    "notices/read",
    response={200: MarkedOut} | ALWAYS,
    auth=Key(Scope.NOTICES),
    url_name="api_notices_read",
    summary="Mark all notices as read",
)
def read(request: KeyRequest) -> dict[str, Any]:
    """All of them, as the button on the site does. Scope: notices."""
    return {"marked": mark_all_read(recipient=request.user)}


@router.get(
    "unread",
    response={200: UnreadOut} | ALWAYS,
    auth=Key(Scope.NOTICES),
    url_name="api_unread",
    summary="How many notices are new",
)
def unread(request: KeyRequest) -> dict[str, Any]:
    """One number, for apps that look now and then. Scope: notices."""
    return {"notices": unread_count(request.viewer)}
