"""The API itself: what opens it, how errors look, and its published schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from accounts.models import Scope
from accounts.problems import problem
from forum.errors import NotVisible, Refused

PREFIX = "/api/v1/"
VERSION = "1"


class Problem(Exception):
    """An answer that is an error; the arguments of ``accounts.problems.problem``."""

    def __init__(self, status: int, code: str, title: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.more = status, code, title, more


class Key(HttpBearer):
    """Asks for a scope. The key itself was checked by ``AccessMiddleware`` before."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> bool:
        """Whether the key of this request has the scope. Raises ``Problem`` where it has not."""
        key = getattr(request, "token", None)
        if key is None:
            return False
        if self.scope not in key.scopes:
            raise Problem(
                403,
                "scope-missing",
                _("This key may not do that."),
                detail=_("Make a new key and tick “%(scope)s”.") % {"scope": self.scope.label},
            )
        return True


api = NinjaAPI(
    title=f"{settings.SITE_NAME} API",
    version=VERSION,
    description="What members can read and write on the site, for programs of their own.",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)


# One for all modules: the methods of one address must be on one router.
router = Router()


def not_found() -> HttpResponse:
    """The one answer for all that is not there, and for all that may not be seen."""
    return problem(404, "not-found", _("There is nothing here for you."))


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem(error.status, error.code, error.title, **error.more)


@api.exception_handler(Http404)
@api.exception_handler(NotVisible)
def _not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return not_found()


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(403, "refused", _("This cannot be sent."), detail=error.message)


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(401, "key-needed", _("This needs a key that works."))


@api.exception_handler(HttpError)
def _bad_request(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(400, "not-json", _("We cannot read that. Please send JSON in UTF-8."))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return invalid([{"field": _field(each), "message": _message(each)} for each in error.errors])


def invalid(errors: Sequence[Mapping[str, str]]) -> HttpResponse:
    """What is wrong, field by field."""
    return problem(422, "not-valid", _("Please have a look at what is marked."), errors=errors)


def _field(error: Mapping[str, Any]) -> str:
    """The name of the field, as it is sent; without where it stands (body, query, header)."""
    path = [str(part) for part in error["loc"]]
    named = path[2:] if path[0] == "body" and len(path) > 2 else path[1:]
    name = ".".join(named) or path[0]
    return "Idempotency-Key" if name.lower().replace("_", "-") == "idempotency-key" else name


def _message(error: Mapping[str, Any]) -> str:
    words = {
        "missing": _("This is needed."),
        "string_too_short": _("Write something first."),
        "string_too_long": _("This is too long."),
        "extra_forbidden": _("There is no such field."),
        "literal_error": _("Pick one of the allowed words."),
        "string_unicode": _("This is not text in UTF-8."),
    }
    return words.get(error["type"], str(error["msg"]))
