"""Guides beside what they know nothing of: the search of posts, reports, search engines."""

import xml.etree.ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from forum.see_also import see_also
from guides.actions.samples import add_samples
from tests.factories import make_member
from tests.guides.articles import draft, published_guide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]


def signed_in() -> Client:
    client = Client()
    client.force_login(make_member("peer_open"))
    return client


def test_a_search_of_posts_shows_three_guides_at_most_above_them() -> None:
    add_samples()
    client = signed_in()
    page = client.get(reverse("forum:search"), {"q": "hypo"}).content.decode()
    assert 'href="/guides/when-you-go-low/"' in page
    assert "Sample, not checked yet" in page
    assert (
        client.get(reverse("forum:search"), {"q": "team"}).content.decode().count('href="/guides/')
        == 4
    )  # the menu, and three
    page = client.get(reverse("forum:search"), {"q": "trombone"}).content.decode()
    assert "found-guides" not in page


def test_other_pages_do_not_ask_for_guides(django_assert_max_num_queries) -> None:
    add_samples()
    client = signed_in()
    with django_assert_max_num_queries(40) as queries:
        client.get(reverse("forum:boards"), {"q": "hypo"})
    assert not [query for query in queries.captured_queries if "guides_" in query["sql"]]


def test_a_report_from_a_guide_begins_with_its_name(client) -> None:
    version = published_guide()
    page = client.get(reverse("guides:article", args=[version.article.slug])).content.decode()
    address = reverse("moderation:report") + "?guide=Odd+socks+at+night"
    assert f'href="{address}"' in page
    key = client.get(address).context["form"]["key"].value()
    answer = client.post(address, {"category": "misinformation", "key": key}, follow=True)
    assert answer.status_code == 200
    words = client.get(reverse("moderation:report_step", args=[key, "words"])).content.decode()
    assert "About the guide “Odd socks at night”:" in words


def test_a_title_in_the_address_of_a_report_is_short_and_on_one_line(client) -> None:
    address = reverse("moderation:report") + "?guide=" + "a%0A" * 200
    key = client.get(address).context["form"]["key"].value()
    client.post(address, {"category": "misinformation", "key": key})
    words = client.session["report_drafts"][key]["words"]
    assert len(words) < 130
    assert "\n" not in words.strip()


def test_search_engines_are_told_of_checked_guides_and_of_no_others(client) -> None:
    add_samples()
    published_guide(title="Warm soup")
    draft(title="Wandering zebras")
    answer = client.get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    tree = ET.fromstring(answer.content)  # noqa: S314 - our own
    found = [each.text for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{settings.SITE_URL}/guides/warm-soup/" in found
    assert f"{settings.SITE_URL}/guides/" in found
    assert not [each for each in found if "zebras" in each or "driving" in each]
    for each in found:
        page = client.get(each.removeprefix(settings.SITE_URL))
        assert page.status_code == 200, each
        assert "noindex" not in page.content.decode(), each
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_the_front_door_leads_to_the_guides(client) -> None:
    page = client.get(reverse("home")).content.decode()
    assert 'href="/guides/"' in page[page.index("<main") :]


def test_somebody_who_asks_is_shown_the_guides_that_fit() -> None:
    add_samples()
    found = see_also("my levels crash after football training")
    assert found[0].url == "/guides/sport-without-fear/"
    assert found[0].title == "Sport and moving more (sample, not checked yet)"
    assert see_also("does anyone play the trombone in a brass band") == []


def test_the_help_page_leads_to_guides_without_asking_for_any(client) -> None:
    page = client.get(reverse("guides:help_now")).content.decode()
    assert 'href="/guides/?topic=lows-and-highs"' in page
