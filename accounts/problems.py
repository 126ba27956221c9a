"""Errors for machines: RFC 9457 ``application/problem+json``."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import JsonResponse
from django.utils.functional import Promise

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int,
    code: str,
    title: Promise | str,
    *,
    detail: Promise | str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JsonResponse:
    """One error. ``code``: a word that stays the same, explained on the page that ``type`` names.

    ``errors``: ``{"field": ..., "message": ...}`` for each thing that is wrong.
    """
    body: dict[str, Any] = {
        "type": f"{settings.SITE_URL}/api/#{code}",
        "title": str(title),
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = str(detail)
    if errors:
        body["errors"] = [dict(error) for error in errors]
    response = JsonResponse(body | more, status=status, content_type=CONTENT_TYPE, headers=headers)
    response["Cache-Control"] = "private, no-store"
    return response
