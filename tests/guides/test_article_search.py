"""Finding guides: by search, and by what somebody is about to ask."""

import pytest
from django.urls import reverse

from accounts.models import Role
from guides.actions.publishing import retire
from guides.actions.samples import add_samples
from guides.queries.search import SeeAlso, search, see_also, stem
from tests.guides.articles import draft, person, published_guide

pytestmark = pytest.mark.django_db


def slugs(text: str) -> list[str]:
    """Addresses of what a search finds, best first."""
    return [found.slug for found in search(text)]


@pytest.mark.parametrize(
    "text,best",
    [
        ("hypo", "when-you-go-low"),
        ("HYPOS", "when-you-go-low"),
        ("ketones", "high-and-ketones"),
        ("keto", "high-and-ketones"),
        ("driving licence", "driving"),
        ("Prüfung exam", "school-and-exams"),
        ("drinking", "nights-out-and-alcohol"),
        ("drink alcohol", "nights-out-and-alcohol"),
        ("burnout", "fed-up-with-diabetes"),
        ("adult clinic", "moving-to-adult-care"),
        ("beeping", "sensors-and-alarms-at-night"),
        ("aeroplane flight", "travel"),
        ("contraception", "sex-and-relationships"),
    ],
)
def test_a_search_finds_the_guide_that_one_wants_first(text, best) -> None:
    add_samples()
    assert slugs(text)[0] == best


@pytest.mark.parametrize("text", ["", "   ", "!!", "trombone", "trombone lacquer valves keto"])
def test_a_search_that_fits_nothing_finds_nothing(text) -> None:
    add_samples()
    assert search(text) == []


def test_accents_and_capitals_make_no_difference(texts) -> None:
    published_guide(title="Crème brûlée and you")
    assert slugs("creme BRULEE") == slugs("Crème Brûlée") == ["creme-brulee-and-you"]


def test_a_limit_is_kept() -> None:
    add_samples()
    assert len(search("team", limit=3)) == 3


def test_only_what_everybody_may_read_is_found(texts) -> None:
    draft(title="Wandering zebras")
    assert search("zebras") == []
    version = published_guide(title="Sleeping zebras")
    assert slugs("zebras") == ["sleeping-zebras"]
    retire(version=version, admin=person("guides-admin", Role.ADMIN), words="Out of date.")
    assert search("zebras") == []
    assert see_also("zebras sleeping", 3) == []


@pytest.mark.parametrize(
    "text,best",
    [
        ("my levels crash after football training, what do you do?", "Sport and moving more"),
        ("exam next week and my teacher says no sensor phone", "School, college and exams"),
        ("going to a party where everyone is drinking", "Nights out, parties and alcohol"),
        ("How do I tell my friends about jokes at school", "Talking to friends about it"),
        ("I'm so tired of diabetes, total burnout, i hate it", "When you are fed up with it"),
        ("first appointment at the adult clinic", "Moving to the adult clinic"),
        ("my sensor alarm beeps all night and I can't sleep", "Sensors, alarms and sleep"),
        (
            "flying to Spain, airport security and my pump",
            "Going away: trips, flights and festivals",
        ),
    ],
)
def test_a_question_gets_the_guide_that_fits(text, best) -> None:
    add_samples()
    assert see_also(text, 3)[0].title == f"{best} (sample, not checked yet)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        "What is your favourite film of the year?",
        "I got a new kitten and she is called Gerald",
        "does anyone else play the trombone in a brass band",
    ],
)
def test_a_question_that_no_guide_fits_gets_none(text) -> None:
    add_samples()
    assert see_also(text, 3) == []


def test_what_is_named_leads_to_the_guide_and_a_limit_is_kept(client) -> None:
    add_samples()
    found = see_also("hypo at night: my sensor alarm, low, shaky, sleep, ketones, sick", 2)
    assert 1 <= len(found) <= 2
    assert all(isinstance(each, SeeAlso) for each in found)
    assert client.get(found[0].url).status_code == 200
    assert see_also("hypo shaky", 0) == []


def test_a_search_costs_two_queries_at_most_and_one_afterwards(
    django_assert_num_queries, django_assert_max_num_queries
) -> None:
    add_samples()
    with django_assert_max_num_queries(2):
        search("hypo ketones")
    with django_assert_num_queries(1):
        see_also("hypo shaky sweets", 3)


@pytest.mark.parametrize(
    "word,same",
    [("drinks", "drink"), ("drinking", "drink"), ("ketones", "keton"), ("parties", "party")],
)
def test_endings_make_no_difference(word, same) -> None:
    assert stem(word) == same


def test_the_page_shows_what_was_found_and_echoes_the_words_safely(client) -> None:
    add_samples()
    page = client.get(reverse("guides:articles"), {"q": "hypo"}).content.decode()
    assert "When you go low" in page
    page = client.get(reverse("guides:articles"), {"q": "<script>x"}).content.decode()
    assert "<script>x" not in page
    assert "We found no guide for this." in page
