"""The published schema (OpenAPI 3.1)."""

from typing import Any

from django.conf import settings

from accounts.problems import CONTENT_TYPE
from forum.api.app import PREFIX
from forum.api.urls import complete


def schema() -> dict[str, Any]:
    """The schema as it is published. Errors have a type of content of their own (RFC 9457)."""
    made: dict[str, Any] = dict(complete().get_openapi_schema(path_prefix=PREFIX))
    made["servers"] = [{"url": settings.SITE_URL}]
    for operations in made["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "content" in answer:
                    answer["content"] = {CONTENT_TYPE: answer["content"]["application/json"]}
    return made
