"""The published schema is right: what comes back fits it, whatever is sent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import token_access
from accounts.models import User
from forum.api.guide import ERRORS, operations
from forum.api.schema import schema
from forum.models import Board, Thread
from tests.factories import publish_reply
from tests.keys import key_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 12  # of each way in, for each of good and bad input
WAYS = sorted(
    f"{method.upper()} {path}" for path, methods in schema()["paths"].items() for method in methods
)


@pytest.fixture
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_access, "API_LIMITS", ())
    monkeypatch.setattr(token_access, "WRITE_LIMITS", ())


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the connection of the test over requests, as Django's own test client does."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


def try_out(operation: Any, mode: GenerationMode, headers: dict, real: dict) -> list[int]:
    """Ask one way in with made-up input; the statuses that came back. Raises what does not fit.

    ``real``: parts of addresses that there are. Every second time they are used, else nearly all
    would be 404.
    """
    answered: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if len(answered) % 2 == 0:
            names = case.path_parameters or {}
            case.path_parameters = names | {n: real[n] for n in names if n in real}
        response = case.call(headers=headers)
        answered.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    ask()
    return answered


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_what_comes_back_fits_the_schema(
    mode: GenerationMode,
    reader: User,
    guest: User,
    board: Board,
    thread: Thread,
    no_limits: None,
    one_connection: None,
) -> None:
    publish_reply(guest, thread, text="Words.")
    loaded = schemathesis.openapi.from_dict(schema(), config=SchemathesisConfig())
    loaded.app = get_wsgi_application()
    headers = {
        "Authorization": f"Bearer {key_of(reader)}",
        "Host": "localhost",
        "Accept-Encoding": "identity",
    }
    real = {"slug": board.slug, "public_id": thread.public_id}
    for way in WAYS:
        method, _, path = way.partition(" ")
        assert try_out(loaded[path][method], mode, headers, real), way


# What is published -----------------------------------------------------------------------------


def test_the_schema_is_there_for_everybody(client: Client) -> None:
    answer = client.get(reverse("forum:api_schema"))
    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"].startswith("3.1")
    assert told == json.loads(json.dumps(schema()))
    assert all(
        operation["security"] == [{"Key": []}]
        for methods in told["paths"].values()
        for operation in methods.values()
    )


def test_errors_have_their_own_type_and_all_codes_are_explained(client: Client) -> None:
    made = schema()
    kinds = {
        (int(status) >= 400, kind)
        for methods in made["paths"].values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        for kind in answer["content"]
    }
    assert kinds == {(False, "application/json"), (True, "application/problem+json")}
    page = client.get(reverse("forum:api_guide")).content.decode()
    for code in ERRORS:
        assert f'id="{code}"' in page


def test_the_page_names_every_way_in_and_loads_nothing_from_afar(client: Client) -> None:
    page = client.get(reverse("forum:api_guide")).content.decode()
    assert len(operations()) == len(WAYS)
    for way in WAYS:
        assert way in page
    assert "cdn" not in page.lower()
