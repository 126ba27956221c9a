"""While the site is paused: a calm page instead of the others, and never instead of help.

Which pages stay is a list of names, so that a new page waits unless somebody thinks about it.
"""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.maintenance import Pause, pause
from accounts.models import Level
from accounts.problems import problem
from accounts.viewer import GUEST

Handler = Callable[[HttpRequest], HttpResponseBase]

HELP = frozenset(
    {
        "home",
        "favicon",
        "robots",
        "worker",
        "manifest",
        "guides:help_now",
        "guides:offline",
        "guides:how_it_works",
        "guides:look_inside",
        "guides:stay_safe",
        "guides:judge",
        "guides:privacy",
        "guides:accessibility",
        "accounts:leave_now",
        "accounts:rules",
        "accounts:rules_version",
        "accounts:hcp_code",
        "accounts:hcp_code_version",
    }
)
REPORTS = frozenset(
    {
        "moderation:report",
        "moderation:report_post",
        "moderation:report_person",
        "moderation:report_step",
        "moderation:report_sent",
        "moderation:report_status",
        "moderation:followed",
        "moderation:report_answer",
        "moderation:report_add",
        "moderation:report_take_back",
        "moderation:report_hide",
        "moderation:report_look_again",
    }
)
# So that an admin can come in and open the site again.
SIGN_IN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_request_login_code",
        "account_confirm_login_code",
        "account_reauthenticate",
        "account_reset_password",
        "account_confirm_password_reset_code",
        "account_complete_password_reset",
        "account_password_reset_completed",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
STAYS = HELP | REPORTS | SIGN_IN
READING = ("GET", "HEAD", "OPTIONS")

SHORTEST, USUAL, LONGEST = 60, 600, 24 * 3600  # seconds for Retry-After
# Fields of forms that hold words worth keeping, longest first on the page.
WORTH_KEEPING = 20
MOST_KEPT = 5
SECRET = ("password", "token", "code", "key", "secret")


class MaintenanceMiddleware:
    """Answers 503 where the site is paused. Help, reports and sign-in are not even asked about."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing to do before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponseBase | None:
        """None to go on, or the calm page."""
        match = request.resolver_match
        if match is not None and match.view_name in STAYS:
            return None
        now = pause.get()
        if now.level == Level.OFF or _goes_on(request, now):
            return None
        if getattr(view, "access", None) == Access.KEY:
            return words_for_programs(now)
        return calm_page(request, now)


def _goes_on(request: HttpRequest, now: Pause) -> bool:
    """Whether this page works all the same: for readers while only writing waits; for admins."""
    if now.level == Level.READ_ONLY and request.method in READING:
        return True
    # Without a session there is nobody to ask the database about.
    has_session = bool(request.session.session_key)
    return has_session and request.viewer.may_administer  # type: ignore[attr-defined]


def words_for_programs(now: Pause) -> HttpResponse:
    """The same for who comes with a key: no page, but when to try again."""
    wait = {"Retry-After": str(seconds_until(now.until, at=timezone.now()))}
    title = _("The site has a break. Please try again later.")
    return problem(503, "not-now", title, headers=wait)


def calm_page(request: HttpRequest, now: Pause) -> HttpResponse:
    """What is going on, until when, the ways to help; and what was typed, to copy it."""
    words = typed(request) if request.method == "POST" else []
    # As to a guest: the page must need no database.
    request.user = AnonymousUser()
    request.viewer = GUEST  # type: ignore[attr-defined]
    response = render(
        request,
        "maintenance.html",
        {
            "pause": now,
            "is_writing": request.method not in READING,
            "words": words,
            "messages": (),
            "announcements": (),
        },
        status=503,
    )
    response["Retry-After"] = str(seconds_until(now.until, at=timezone.now()))
    response["Cache-Control"] = "private, no-store"
    return response


def typed(request: HttpRequest) -> list[str]:
    """The longer texts that a form sent, at most five. Nothing that could be a secret."""
    found = [
        value
        for name, values in request.POST.lists()
        if not any(word in name.lower() for word in SECRET)
        for value in values
        if len(value) >= WORTH_KEEPING and " " in value.strip()
    ]
    return sorted(found, key=len, reverse=True)[:MOST_KEPT]


def seconds_until(until: datetime | None, *, at: datetime) -> int:
    """After how many seconds trying again makes sense: from one minute to one day."""
    if until is None:
        return USUAL
    return min(LONGEST, max(SHORTEST, round((until - at).total_seconds())))
