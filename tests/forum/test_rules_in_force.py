"""Which rules are in force: the newest published version, and never none."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from forum.actions.rules import publish_shipped
from forum.models import Origin, Ruleset, RuleTrip
from forum.rules import findings_in, rules_in_force
from forum.screening import RULES_VERSION, SHIPPED, Kind, Rank, hash_of
from forum.screening.measure import Figures

pytestmark = pytest.mark.django_db


def changed(phrase: str) -> dict:
    """The shipped rules, in which these words are abuse as well."""
    tables = {name: dict(table) for name, table in SHIPPED.items()}
    rule = {
        "id": "abuse.made-up-1",
        "why": "Made up.",
        "rank": "hold",
        "severity": 2,
        "phrases": [phrase],
        "hits": [phrase],
        "passes": ["hello"],
    }
    tables["abuse"]["rule"] = [*tables["abuse"]["rule"], rule]
    return tables


def publish(tables: object, *, number: int = 1, **fields: object) -> Ruleset:
    now = timezone.now()
    values = {"content_hash": hash_of(tables), "saved_at": now, "published_at": now, **fields}
    return Ruleset.objects.create(number=number, tables=tables, **values)


def kinds_of(text: str) -> list[Kind]:
    return [finding.kind for finding in findings_in(title="", text=text)]


def test_without_a_version_the_rules_of_the_software_are_in_force() -> None:
    assert rules_in_force().version == RULES_VERSION
    assert kinds_of("kys") == [Kind.ABUSE]


def test_the_newest_published_version_is_in_force_at_the_next_text() -> None:
    publish(changed("purple teapot"))
    assert kinds_of("there was a purple teapot") == [Kind.ABUSE]
    publish(changed("green teapot"), number=2)
    assert kinds_of("there was a purple teapot") == []
    assert kinds_of("there was a green teapot") == [Kind.ABUSE]


def test_a_draft_changes_nothing() -> None:
    tables = changed("purple teapot")
    Ruleset.objects.create(tables=tables, content_hash=hash_of(tables), saved_at=timezone.now())
    assert kinds_of("there was a purple teapot") == []


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"abuse": {}},
        {"abuse": "what"},
        {"nonsense": {"rule": []}},
        [],
        {**SHIPPED, "crisis": {"rule": []}},
        {**SHIPPED, "contact": {**SHIPPED["contact"], "settings": {}}},
        {**SHIPPED, "dose": {**SHIPPED["dose"], "rule": [{"id": "dose.x"}]}},
        {**SHIPPED, "dose": {**SHIPPED["dose"], "sets": {"you": 7}}},
    ],
)
def test_a_version_that_does_not_compile_leaves_the_rules_of_the_software(broken: object) -> None:
    publish(broken)
    assert rules_in_force().version == RULES_VERSION
    assert kinds_of("I want to kill myself") == [Kind.CRISIS]


def test_a_version_that_was_tampered_with_is_not_used() -> None:
    publish(changed("purple teapot"), content_hash="0" * 64)
    assert kinds_of("there was a purple teapot") == []
    assert kinds_of("kys") == [Kind.ABUSE]


def test_asking_for_the_rules_costs_two_queries_once_they_are_known(
    django_assert_num_queries,
) -> None:
    publish(changed("purple teapot"))
    rules_in_force()
    with django_assert_num_queries(2):
        rules_in_force()


def test_a_tripped_rule_informs_and_keeps_its_ticket() -> None:
    (before,) = findings_in(title="", text="I make myself sick and I hate it")
    RuleTrip.objects.create(rule=before.rule, tripped_at=timezone.now(), hits=30, usual=1)
    (after,) = findings_in(title="", text="I make myself sick and I hate it")
    assert (before.rank, after.rank) == (Rank.HOLD, Rank.INFORM)
    assert after.severity == before.severity == 1
    assert after.kind == Kind.CRISIS


def test_a_tripped_rule_about_danger_now_goes_on_holding() -> None:
    (before,) = findings_in(title="", text="I want to kill myself")
    RuleTrip.objects.create(rule=before.rule, tripped_at=timezone.now(), hits=30, usual=1)
    assert findings_in(title="", text="I want to kill myself") == [before]


def test_a_rule_that_was_reset_holds_again() -> None:
    now = timezone.now()
    RuleTrip.objects.create(rule="eating.numbers-1", tripped_at=now, hits=30, usual=1, reset_at=now)
    (finding,) = findings_in(title="", text="my goal weight is 42 kg")
    assert finding.rank == Rank.HOLD


# Versions ----------------------------------------------------------------------------------------


def test_a_new_site_starts_with_the_rules_of_the_software_and_their_figures() -> None:
    assert publish_shipped()
    assert not publish_shipped()
    first = Ruleset.objects.get()
    assert (first.number, first.origin) == (1, Origin.SHIPPED)
    assert Figures.from_json(first.figures or {}).recall[Kind.CRISIS].whole > 50
    assert rules_in_force().version == RULES_VERSION


def test_newer_rules_of_the_software_follow_older_ones_of_it() -> None:
    publish(changed("purple teapot"), origin=Origin.SHIPPED)
    assert publish_shipped()
    assert Ruleset.objects.published().first().number == 2


def test_the_software_does_not_undo_what_admins_changed() -> None:
    publish(changed("purple teapot"), origin=Origin.DESK)
    assert not publish_shipped()
    assert kinds_of("there was a purple teapot") == [Kind.ABUSE]


def test_the_database_keeps_published_versions_as_they_are() -> None:
    rules = Ruleset.objects.filter(pk=publish(changed("purple teapot")).pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rules.update(changes="what")
    with pytest.raises(DatabaseError), transaction.atomic():
        rules.delete()


def test_there_is_one_draft_at_most_and_each_number_once() -> None:
    now = timezone.now()
    values = {"tables": {}, "content_hash": "x", "saved_at": now}
    Ruleset.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruleset.objects.create(**values)
    Ruleset.objects.create(**values, number=1, published_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruleset.objects.create(**values, number=1, published_at=now + timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruleset.objects.create(**values, number=2)
