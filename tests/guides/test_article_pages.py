"""The public pages of guides: who wrote and checked them, what is old, what nobody may see yet."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpProfile, Role
from guides.actions.publishing import feature
from guides.actions.samples import add_samples
from guides.models import ArticleFeedback, Topic
from tests.factories import make_member
from tests.guides.articles import checked, draft, person, published_guide, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts"), pytest.mark.one_database]


def page_of(version, client: Client) -> str:
    """The page of a guide as this browser gets it."""
    return client.get(address(version)).content.decode()


def address(version) -> str:
    return reverse("guides:article", args=[version.article.slug])


def test_a_guide_says_who_wrote_and_checked_it_when_and_from_what(client) -> None:
    version = published_guide()
    page = page_of(version, client)
    assert "Checked by checking-doctor, Diabetes nurse, on" in page
    assert "writing-nurse, Diabetes nurse" in page
    assert "Next check by" in page
    assert "https://www.nhs.uk/conditions/type-1-diabetes/" in page
    assert '<h2 dir="auto">What helps</h2>' in page
    assert "overdue" not in page
    assert "noindex" not in page


def test_an_overdue_guide_says_so_plainly_and_is_still_there(client) -> None:
    version = published_guide()
    assert version.review_by is not None
    with time_machine.travel(timezone.now() + timedelta(days=364)):
        assert "overdue" not in page_of(version, client)
    with time_machine.travel(timezone.now() + timedelta(days=368)):
        assert "This guide is overdue for a check. Ask your team." in page_of(version, client)
        assert "Overdue for a check" in client.get(reverse("guides:articles")).content.decode()


@pytest.mark.parametrize("make", [draft, sent, checked])
def test_what_is_not_published_is_not_there_for_anybody(make, client) -> None:
    version = make(title="Wandering zebras")
    client.force_login(make_member("peer_open"))
    assert client.get(address(version)).status_code == 404
    assert "zebras" not in client.get(reverse("guides:articles")).content.decode()
    client.force_login(version.written_by)
    assert client.get(address(version)).status_code == 404


def test_a_check_by_somebody_who_left_stays_and_says_what_it_is(client) -> None:
    version = published_guide()
    HcpProfile.objects.filter(user=version.reviewed_by).update(revoked_at=timezone.now())
    page = page_of(version, client)
    assert "Checked by checking-doctor" in page
    assert "They do not work here as a professional now." in page


def test_guests_get_no_cookie_and_their_copy_is_kept_for_a_short_while_only(client) -> None:
    version = published_guide()
    for each in (address(version), reverse("guides:articles")):
        answer = client.get(each)
        assert not answer.cookies
        assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=300"}
        assert "Cookie" in answer["Vary"]


def test_what_a_visitor_with_a_session_sees_is_never_kept(client) -> None:
    version = published_guide()
    client.post(reverse("moderation:report"), {"category": "spam", "key": "x" * 14})
    assert client.cookies
    assert "no-store" in client.get(address(version))["Cache-Control"]


def test_what_somebody_sees_who_is_signed_in_is_never_kept(client) -> None:
    version = published_guide()
    client.force_login(make_member("peer_open"))
    for each in (address(version), reverse("guides:articles")):
        assert "no-store" in client.get(each)["Cache-Control"]


def test_an_answer_is_counted_without_a_cookie_or_a_name(client) -> None:
    version = published_guide()
    strict = Client(enforce_csrf_checks=True)
    where = reverse("guides:feedback", args=[version.article.slug])
    for answer in ("clear", "clear", "unclear", "nonsense", "version_id"):
        response = strict.post(where, {"answer": answer}, follow=True)
        assert response.status_code == 200
        assert "Thank you." in response.content.decode()
    assert not strict.cookies
    feedback = ArticleFeedback.objects.get(version=version)
    assert (feedback.clear, feedback.unclear) == (2, 1)


def test_nobody_can_say_anything_about_what_is_not_published(client) -> None:
    version = checked()
    where = reverse("guides:feedback", args=[version.article.slug])
    assert client.post(where, {"answer": "clear"}).status_code == 404
    assert not ArticleFeedback.objects.exists()


def test_a_topic_narrows_the_list_and_an_unknown_one_does_not(client) -> None:
    published_guide(title="Warm soup", topic=Topic.ILL)
    published_guide(title="Long socks", topic=Topic.SPORT)
    page = client.get(reverse("guides:articles"), {"topic": "ill"}).content.decode()
    assert "Warm soup" in page
    assert "Long socks" not in page
    page = client.get(reverse("guides:articles"), {"topic": "nonsense"}).content.decode()
    assert "Warm soup" in page
    assert "Long socks" in page


def test_what_admins_put_on_top_stands_first(client) -> None:
    published_guide(title="Aardvarks")
    version = published_guide(title="Zebras")
    feature(article=version.article, admin=person("guides-admin", Role.ADMIN))
    page = client.get(reverse("guides:articles")).content.decode()
    assert page.index("Start here") < page.index("Zebras") < page.index("Aardvarks")


@pytest.mark.both_databases
def test_the_pages_cost_few_queries_however_many_guides_there_are(
    client, django_assert_num_queries
) -> None:
    add_samples()
    where = address(published_guide())
    with django_assert_num_queries(1):
        client.get(reverse("guides:articles"))
    with django_assert_num_queries(2):
        client.get(where)


def test_words_of_a_guide_cannot_carry_scripts(client) -> None:
    version = published_guide(
        title="<b>Bold</b> socks",
        body="## <script>alert(1)</script>\n\n<img src=x onerror=y> [x](javascript:z)\n",
    )
    page = page_of(version, client)
    for bad in ("<script>alert", "<img", 'href="javascript', "<b>Bold"):
        assert bad not in page
