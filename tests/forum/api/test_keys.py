"""What opens the API, and what does not."""

import logging

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import token_access, tokens
from accounts.maintenance import Pause, pause
from accounts.models import Level, Role, Scope, TokenKind, User
from accounts.tokens import new_feed
from forum.middleware import NotWrittenDown
from forum.models import Board, HcpAccess, Thread
from tests.factories import make_hcp, make_staff
from tests.keys import forced_key_of, key_of, with_key
from tests.routes import BY_NAME, ROUTES, Route

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
API = [route for route in ROUTES if route.name.startswith("forum:api_") and route.kind == "key"]
NOT_ALLOWED = 405
SCOPES = {
    "GET forum:api_me": Scope.READ,
    "GET forum:api_boards": Scope.READ,
    "GET forum:api_threads": Scope.READ,
    "GET forum:api_thread": Scope.READ,
    "POST forum:api_threads": Scope.WRITE,
    "POST forum:api_reply": Scope.WRITE,
    "GET forum:api_notices": Scope.NOTICES,
    "POST forum:api_notices_read": Scope.NOTICES,
    "GET forum:api_unread": Scope.NOTICES,
}


def address_of(route: Route, board: Board, thread: Thread) -> str:
    if "threads" in route.name:
        return reverse(route.name, args=[board.slug])
    if route.name in ("forum:api_thread", "forum:api_reply"):
        return reverse(route.name, args=[thread.public_id])
    return reverse(route.name)


def test_the_table_of_scopes_has_every_way_in() -> None:
    ways = {f"{method} {route.name}" for route in API for method in route.methods}
    assert ways == set(SCOPES)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer islet_no"])
def test_without_a_key_that_works_every_address_says_the_same(
    header: str, board: Board, thread: Thread, reader: User
) -> None:
    client = Client(headers={"Authorization": header} if header else {})
    client.force_login(reader)
    answers = [
        client.generic(method, address_of(route, board, thread))
        for route in API
        for method in route.methods
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["WWW-Authenticate"].startswith("Bearer")
    assert answers[0].json()["code"] == "key-needed"


@pytest.mark.parametrize("given", list(Scope))
def test_each_way_in_wants_its_scope(
    given: Scope, board: Board, thread: Thread, reader: User
) -> None:
    client = with_key(key_of(reader, given))
    for way, wanted in SCOPES.items():
        method, _, name = way.partition(" ")
        answer = client.generic(method, address_of(BY_NAME[name], board, thread))
        if wanted == given:
            assert answer.status_code != 403, way
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing"), way


def test_no_other_method_is_answered(api: Client, board: Board, thread: Thread) -> None:
    for route in API:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - route.methods:
            answer = api.generic(method, address_of(route, board, thread))
            assert answer.status_code == NOT_ALLOWED, (route.name, method)
            assert answer["Content-Type"] == "application/problem+json"
            assert set(answer["Allow"].split(", ")) == route.methods


def test_a_feed_address_and_a_stopped_key_open_nothing(reader: User) -> None:
    made = new_feed(user=reader)
    assert made is not None
    assert with_key(made[1]).get("/api/v1/me").status_code == 401
    secret = key_of(reader)
    tokens.stop_all_tokens(user=reader)
    assert with_key(secret).get("/api/v1/me").status_code == 401


def test_other_sites_cannot_send_in_somebodys_name(
    reader: User, board: Board, thread_address: str
) -> None:
    """No cookie opens it, so a form elsewhere has nothing that does."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(reader)
    assert browser.post(f"{thread_address}/posts").status_code == 401
    assert browser.post("/api/v1/notices/read").status_code == 401


# The team --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.HCP, Role.MODERATOR, Role.ADMIN])
def test_the_team_is_kept_out_even_with_a_row_in_the_database(
    role: Role, texts: None, thread: Thread, board: Board
) -> None:
    person = make_hcp("nurse-nia") if role == Role.HCP else make_staff("mo", role)
    client = with_key(forced_key_of(person, TokenKind.API))
    for route in API:
        for method in route.methods:
            answer = client.generic(method, address_of(route, board, thread))
            assert answer.status_code == 401


def test_a_professional_who_got_in_all_the_same_would_get_an_error_and_no_post(
    monkeypatch: pytest.MonkeyPatch, thread_address: str
) -> None:
    """What professionals are shown is written down, or not sent: also here."""
    monkeypatch.setattr(tokens, "may_have_tokens", lambda user: True)
    client = with_key(forced_key_of(make_hcp("nurse-nia"), TokenKind.API))
    with pytest.raises(NotWrittenDown):
        client.get(thread_address)
    assert not HcpAccess.objects.exists()


# How often -------------------------------------------------------------------------------------


def test_too_often_is_told_with_the_seconds_to_wait(
    api: Client, guest: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_access, "API_LIMITS", (("api", 2, 60),))
    moment = timezone.now().replace(second=20, microsecond=0)
    with time_machine.travel(moment, tick=False) as clock:
        assert [api.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]
        answer = api.get("/api/v1/me")
        assert answer["Retry-After"] == "40"
        assert answer.json()["code"] == "too-often"
        assert with_key(key_of(guest)).get("/api/v1/me").status_code == 200
        clock.shift(41)
        assert api.get("/api/v1/me").status_code == 200


def test_writing_has_a_limit_of_its_own_and_reading_goes_on(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = (*token_access.API_LIMITS, ("api-write", 1, 600))
    monkeypatch.setattr(token_access, "WRITE_LIMITS", limits)
    moment = timezone.now().replace(minute=5, second=0, microsecond=0)
    with time_machine.travel(moment, tick=False):
        assert api.post("/api/v1/notices/read").status_code == 200
        assert api.post("/api/v1/notices/read").status_code == 429
        assert api.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("broken", ["add", "incr"])
def test_without_a_cache_nothing_is_answered_and_the_site_goes_on(
    broken: str, api: Client, reader: User, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, broken, fails)
    with caplog.at_level(logging.CRITICAL):
        answer = api.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-now")
    browser = Client()
    browser.force_login(reader)
    assert browser.get(reverse("forum:boards")).status_code == 200


def test_a_cache_that_forgets_what_it_was_told_counts_as_broken(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    monkeypatch.setattr(cache, "add", lambda *args, **kwargs: False)
    with caplog.at_level(logging.CRITICAL):
        assert api.get("/api/v1/me").status_code == 503


# While the site has a break ---------------------------------------------------------------------


def test_programs_are_told_of_a_break_in_their_own_way(api: Client, thread_address: str) -> None:
    pause.hold(Pause(Level.CLOSED), seconds=3600)
    answer = api.get(thread_address)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-now")
    assert int(answer["Retry-After"]) > 0
    pause.hold(Pause(Level.READ_ONLY), seconds=3600)
    assert api.get(thread_address).status_code == 200
    assert api.post(f"{thread_address}/posts").json()["code"] == "not-now"
