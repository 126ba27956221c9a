"""Every address is in the table, and lets in exactly those whom the table names."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.access import Access, access
from accounts.documents import publish_texts
from accounts.middleware import AccessMiddleware, allows
from accounts.viewer import GUEST, Viewer
from tests.crawl import LONG_WALK
from tests.facts import PERSONAS, World
from tests.routes import ASKS_AGAIN, ONE_ROLE, ROUTES, Route
from tests.world import build_world

pytestmark = pytest.mark.one_database

# Addresses of what this world does not have: a page answers 404 there.
NOT_THERE = re.compile("/nowhere/|/2{14}/")

# One for each set of pages; the others differ in the posts they see, and `make walks` asks as them.
OF_EACH_RIGHT = {
    "peer_open",
    "suspended_member",
    "hcp_nurse",
    "hcp_unverified",
    "hcp_expired",
    "moderator",
    "moderator_without_mfa",
    "admin_one",
}

OUR_APPS = ("accounts.", "config.", "forum.", "guides.", "moderation.")
OURS = [route for route in ROUTES if not route.own_guard]
ALLAUTHS = [route for route in ROUTES if route.own_guard]
# Addresses of the table's routes with the one method that is safe to try on all of them.
GUARDED = [route for route in OURS if route.kind not in (Access.PUBLIC, Access.KEY)]
BY_KEY = [route for route in OURS if route.kind == Access.KEY]


WHO_MAY = {
    Access.ACCOUNT: {name for name in PERSONAS if name != "guest"},
    Access.READER: {name for name, persona in PERSONAS.items() if not persona.stopped},
    Access.REVIEWER: {
        "moderator",
        "hcp_nurse",
        "hcp_hidden_from",
        "hcp_of_hidden_clinic",
        "hcp_recused",
        "hcp_reported",
        "admin_one",
    },
    Access.ADMIN: {"admin_one"},
}


def patterns(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern with its full name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            namespace = f"{entry.namespace}:" if entry.namespace else ""
            yield from patterns(entry, prefix + namespace)
        else:
            yield f"{prefix}{entry.name}", entry


@pytest.fixture(scope="module")
def world(module_db: None) -> World:
    publish_texts()
    return build_world()


def browser_of(world: World, name: str) -> Client:
    """A browser in which this persona is signed in."""
    client = Client(raise_request_exception=True)
    user = world.people[name]
    if user is not None:
        client.force_login(user)
    return client


def test_every_pattern_is_in_the_table_and_the_table_has_no_other() -> None:
    assert sorted(name for name, _ in patterns()) == sorted(route.name for route in ROUTES)


def test_every_view_of_ours_declares_who_may_use_it_as_the_table_says() -> None:
    declared = {
        name: getattr(pattern.callback, "access", None)
        for name, pattern in patterns()
        if pattern.callback.__module__.startswith(OUR_APPS)
    }
    assert declared == {route.name: route.kind for route in OURS}


def test_only_views_of_allauth_check_for_themselves() -> None:
    modules = {
        name: pattern.callback.__module__
        for name, pattern in patterns()
        if not pattern.callback.__module__.startswith(OUR_APPS)
    }
    assert modules.keys() == {route.name for route in ALLAUTHS}
    assert all(module.startswith("allauth.") for module in modules.values()), modules


def test_guests_are_sent_to_sign_in(world: World, undone: None) -> None:
    client = browser_of(world, "guest")
    wrong = []
    for route in GUARDED:
        for address in route.addresses(world)[:3]:
            for method in route.methods:
                response = client.generic(method, address)
                where = response.headers.get("Location", "")
                if not where.startswith(reverse("account_login") + "?next="):
                    wrong.append((route.name, method, address, response.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "route", [r for r in ALLAUTHS if r.kind == Access.ACCOUNT], ids=lambda route: route.name
)
def test_guests_are_sent_to_sign_in_by_allauth_as_well(
    route: Route, world: World, undone: None
) -> None:
    response = browser_of(world, "guest").get(route.addresses(world)[0])
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in OF_EACH_RIGHT else LONG_WALK)
        for name in PERSONAS
        if name != "guest"
    ],
)
def test_signed_in_people_without_the_right_find_nothing(
    name: str, world: World, undone: None
) -> None:
    client = browser_of(world, name)
    wrong = []
    for route in GUARDED:
        response = client.get(route.addresses(world)[0])
        if response.status_code not in may_get(route, name, world):
            wrong.append((route.name, response.status_code))
        elif name == "moderator_without_mfa" and name not in WHO_MAY[route.kind]:
            assert response["Location"] == reverse("mfa_index")
    assert wrong == []


def may_get(route: Route, name: str, world: World) -> tuple[int, ...]:
    """The statuses that this person may get for the first address of a route."""
    if name in WHO_MAY[route.kind]:
        nothing = [address for address in route.addresses(world) if NOT_THERE.search(address)]
        is_page = "GET" in route.methods and len(route.addresses(world)) == 1 and not nothing
        is_page = is_page and route.name not in ASKS_AGAIN
        role = PERSONAS[name].role
        is_theirs = ONE_ROLE.get(route.name, role) == role
        return (200,) if is_page and is_theirs else (200, 302, 404, 405)
    return (302,) if name == "moderator_without_mfa" else (404,)


@pytest.mark.parametrize("name", PERSONAS)
def test_a_session_opens_nothing_that_wants_a_key(name: str, world: World, undone: None) -> None:
    client = browser_of(world, name)
    answers = {
        (client.generic(method, address).status_code, bool(client.get(address).cookies))
        for route in BY_KEY
        for method in route.methods
        for address in route.addresses(world)[:2]
    }
    assert answers
    assert answers <= {(401, False), (404, False)}


def test_no_other_method_is_answered(world: World, undone: None) -> None:
    """Asked as an admin, who gets past every other check."""
    client = browser_of(world, "admin_one")
    wrong = []
    for route in OURS:
        if route.kind == Access.KEY:
            continue  # asked with a key in tests/forum/api/
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - route.methods:
            response = client.generic(method, route.addresses(world)[0])
            if response.status_code != 405:
                wrong.append((route.name, method, response.status_code))
    assert wrong == []


def test_what_may_not_be_seen_looks_like_what_is_not_there(world: World, undone: None) -> None:
    """The same page word for word: nothing tells that there is something."""
    client = browser_of(world, "hcp_nurse")
    hidden = world.item("opening plain published peers everyone").post
    missing = "22222222222222"
    for name, public_id in (
        ("forum:thread", hidden.thread.public_id),
        ("forum:post", hidden.public_id),
        ("forum:edit", hidden.public_id),
        ("moderation:item", hidden.public_id),
        ("moderation:report_post", hidden.public_id),
    ):
        kept = client.get(reverse(name, args=[public_id]))
        nothing = client.get(reverse(name, args=[missing]))
        assert (kept.status_code, nothing.status_code) == (404, 404)
        assert without_nonces(kept) == without_nonces(nothing)


def without_nonces(response: HttpResponse) -> tuple[bytes, list[str]]:
    """Body and names of headers; no page without scripts of its own has a nonce in its body."""
    return response.content, sorted(response.headers)


# The middleware itself ---------------------------------------------------------------------------


def some_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


def answer_for(view: object, viewer: Viewer, request_factory: RequestFactory) -> object:
    request = request_factory.get("/somewhere/")
    request.viewer = viewer  # type: ignore[attr-defined]
    request.user = type("Person", (), {"is_authenticated": True})()
    middleware = AccessMiddleware(some_view)
    return middleware.process_view(request, view, (), {})  # type: ignore[arg-type]


def test_a_view_without_a_declaration_is_refused(
    rf: RequestFactory, world: World, undone: None
) -> None:
    admin = Viewer(user_id=1, role="admin")  # type: ignore[arg-type]
    assert admin.may_administer
    answer = answer_for(some_view, admin, rf)
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 404


def test_a_declaration_that_a_decorator_hides_is_refused(
    rf: RequestFactory, world: World, undone: None
) -> None:
    declared = access(Access.READER)(partial(some_view))

    def wrapped(request: HttpRequest) -> HttpResponse:
        return declared(request)

    answer = answer_for(wrapped, Viewer(user_id=1, role="admin"), rf)  # type: ignore[arg-type]
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 404


def test_an_unknown_kind_lets_nobody_in() -> None:
    admin = Viewer(user_id=1, role="admin")  # type: ignore[arg-type]
    assert allows(Access.ADMIN, admin)
    assert not allows("owner", admin)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Access.READER, Access.REVIEWER, Access.ADMIN])
def test_the_guest_may_do_none_of_it(kind: Access) -> None:
    assert not allows(kind, GUEST)


# The demo ----------------------------------------------------------------------------------------


def test_the_demo_has_no_address_on_a_real_site(world: World, undone: None) -> None:
    assert not [name for name, _ in patterns() if "demo" in name]
    for address in ("/demo/", "/demo/sign-in/", "/demo/sign-in/anything/"):
        assert browser_of(world, "guest").get(address).status_code == 404
        assert browser_of(world, "guest").post(address).status_code == 404


def settings_under(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own and print whether the demo is on."""
    return subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.DEMO)"],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "only-for-this-test",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "hosts", ["forum.example.org", "localhost,forum.example.org", "*", ".example.org"]
)
def test_the_demo_does_not_start_where_others_could_reach_it(hosts: str) -> None:
    result = settings_under(DEMO="1", DEBUG="0", ALLOWED_HOSTS=hosts)
    assert result.returncode != 0
    assert "ImproperlyConfigured" in result.stderr
    assert "ALLOWED_HOSTS must be local" in result.stderr


def test_the_demo_starts_on_this_machine() -> None:
    result = settings_under(DEMO="1", DEBUG="0", ALLOWED_HOSTS="localhost,127.0.0.1")
    assert (result.returncode, result.stdout.strip()) == (0, "True"), result.stderr
