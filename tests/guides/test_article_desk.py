"""The pages of those who write, check and publish guides."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from guides.actions.samples import add_samples
from guides.actions.writing import save_version, start_version
from guides.checklist import CHECKLIST
from guides.models import Article, ArticleVersion
from tests.factories import make_hcp, make_member
from tests.guides.articles import (
    SOURCE,
    checked,
    draft,
    person,
    published_guide,
    sent,
    words,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts"), pytest.mark.one_database]

WORK = "/guides-work/"


def browser(user) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def where(version: ArticleVersion, name: str = "work_version") -> str:
    return reverse(f"guides:{name}", args=[version.article.slug, version.number])


def filled(**changed: object) -> dict:
    """What an editor types."""
    values = {
        "title": "Warm soup",
        "summary": "Soup helps.",
        "body": "Eat soup.\n\n## When\n\nOn cold days.",
        "sources": f"{SOURCE[0]} {SOURCE[1]}",
        "keywords": "broth",
        "change_note": "",
        "topic": "ill",
        "seen": "",
    }
    return {**values, **changed}


def test_members_and_moderators_find_no_pages_of_editors() -> None:
    version = draft()
    for user in (make_member("peer_open"), person("moderator", Role.MODERATOR)):
        for address in (WORK, WORK + "new/", where(version), where(version, "work_edit")):
            assert browser(user).get(address).status_code == 404


def test_a_guide_goes_from_the_first_word_to_the_site_through_the_pages() -> None:
    writer, checker = browser(make_hcp("writer")), browser(make_hcp("checker"))
    admin = browser(person("guides-admin", Role.ADMIN))
    writer.post(WORK + "new/", filled())
    version = ArticleVersion.objects.get()
    page = where(version)
    writer.post(page, {"do": "send", "seen": 1})
    assert "Guides to check" in checker.get(WORK).content.decode()
    assert "Warm soup" in checker.get(WORK).content.decode()
    assert 'value="approve"' in checker.get(page).content.decode()
    assert 'value="approve"' not in writer.get(page).content.decode()
    assert 'value="approve"' not in admin.get(page).content.decode()
    day = (timezone.localdate() + timedelta(days=100)).isoformat()
    answer = checker.post(
        page, {"do": "approve", "seen": 1, "checklist": list(CHECKLIST), "review_by": day}
    )
    assert answer.status_code == 302
    guest = Client()
    address = reverse("guides:article", args=["warm-soup"])
    assert guest.get(address).status_code == 404
    admin.post(page, {"do": "publish"})
    public = guest.get(address).content.decode()
    assert "Eat soup." in public
    assert "Checked by checker, Diabetes nurse" in public


def test_who_still_learns_to_review_writes_and_is_offered_no_check() -> None:
    version, learner = sent(), browser(make_hcp("learner", in_shadow=True))
    work = learner.get(WORK).content.decode()
    assert "Guides to check" not in work
    assert "once your first decisions in the queue were confirmed" in work
    page = learner.get(where(version)).content.decode()
    assert 'value="approve"' not in page
    assert 'value="send_back"' not in page
    day = (timezone.localdate() + timedelta(days=100)).isoformat()
    data = {"do": "approve", "seen": 1, "checklist": list(CHECKLIST), "review_by": day}
    assert learner.post(where(version), data).status_code == 404


def test_a_preview_looks_just_like_the_page_of_readers() -> None:
    version = checked()
    admin = browser(person("guides-admin", Role.ADMIN))
    preview = article_in(admin.get(where(version)).content.decode())
    admin.post(where(version), {"do": "publish"})
    day = timezone.localdate().strftime("%-d %B %Y")
    public = article_in(Client().get(f"/guides/{version.article.slug}/").content.decode())
    since = public[public.index("<div><dt>On this site since") :]
    since = since[: since.index("</div>") + len("</div>")]
    assert day in since
    assert public.replace(since, "").split() == preview.split()


def article_in(page: str) -> str:
    """The article of a page."""
    return page[page.index("<article") : page.index("</article>")]


def test_a_check_without_every_line_ticked_says_so_and_keeps_what_was_typed() -> None:
    version = sent()
    answer = browser(make_hcp("checker")).post(
        where(version), {"do": "approve", "seen": 1, "checklist": ["true"], "words": "Nice."}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Tick every line, or send it back." in page
    assert "Nice." in page


def test_sending_back_without_words_is_refused_and_with_words_shows_them() -> None:
    version, checker = sent(), browser(make_hcp("checker"))
    assert checker.post(where(version), {"do": "send_back", "words": ""}).status_code == 422
    checker.post(where(version), {"do": "send_back", "words": "Say <b>more</b> on soup."})
    page = browser(version.written_by).get(where(version)).content.decode()
    assert "Say &lt;b&gt;more&lt;/b&gt; on soup." in page


@pytest.mark.parametrize("do", ["approve", "publish", "retire", "nonsense", ""])
def test_an_admin_who_sends_what_no_page_offers_changes_nothing(do) -> None:
    version = sent()
    day = (timezone.localdate() + timedelta(days=100)).isoformat()
    data = {
        "do": do,
        "seen": 1,
        "checklist": list(CHECKLIST),
        "review_by": day,
        "words": "x",
    }
    answer = browser(person("guides-admin", Role.ADMIN)).post(where(version), data)
    assert answer.status_code in (302, 404)
    version.refresh_from_db()
    assert (version.status, version.reviewed_by) == ("in_review", None)


def test_two_editors_the_second_sees_the_difference_and_keeps_every_word() -> None:
    version, other = draft(), make_hcp("other-hcp")
    save_version(version=version, editor=other, seen=1, words=words("Their title"))
    mine = browser(version.written_by)
    address = where(version, "work_edit")
    answer = mine.post(address, filled(title="My title", seen=1))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else saved this in between" in page
    assert 'value="My title"' in page
    assert "<del>Their</del>" in page
    version.refresh_from_db()
    assert version.title == "Their title"
    mine.post(address, filled(title="My title", seen=2))
    version.refresh_from_db()
    assert version.title == "My title"


@pytest.mark.parametrize(
    "wrong,field",
    [
        ({"title": ""}, "title"),
        ({"body": "See http://example.org/ for more."}, "body"),
        ({"body": "See example.org for more."}, "body"),
        ({"sources": "http://example.org/"}, "sources"),
        ({"sources": "https://example.org/"}, "sources"),
        ({"sources": "NHS http://www.nhs.uk/"}, "sources"),
        ({"sources": "NHS https://you@evil.example/"}, "sources"),
        ({"topic": "nonsense"}, "topic"),
    ],
)
def test_what_cannot_be_stored_is_named_at_its_field_and_stays(wrong, field) -> None:
    answer = browser(make_hcp("writer")).post(WORK + "new/", filled(**wrong))
    assert field in answer.context["form"].errors
    assert "Soup helps." in answer.content.decode()
    assert not ArticleVersion.objects.exists()


def test_the_page_shows_what_a_version_changes() -> None:
    first = published_guide()
    editor = make_hcp("editor")
    second = start_version(article=first.article, editor=editor)
    save_version(version=second, editor=editor, seen=1, words=words(body="Socks run."))
    page = browser(editor).get(where(second)).content.decode()
    assert "<ins>run.</ins>" in page
    assert "<del>wander." in page


def test_overdue_guides_come_first_with_the_oldest_on_top() -> None:
    for title, days in (("Younger", 380), ("Older", 400), ("Fresh", 10)):
        published_guide(title=title, at=timezone.now() - timedelta(days=days))
    page = browser(person("guides-admin", Role.ADMIN)).get(WORK).content.decode()
    overdue = page[page.index("Overdue for a check") : page.index("My guides")]
    assert overdue.index("Older") < overdue.index("Younger")
    assert "Fresh" not in overdue


@pytest.mark.both_databases
def test_the_list_costs_the_same_for_one_guide_and_for_twenty(
    django_assert_max_num_queries,
) -> None:
    add_samples()
    for number in range(3):
        sent(title=f"Guide {number}")
    client = browser(person("guides-admin", Role.ADMIN))
    with django_assert_max_num_queries(12) as few:
        client.get(WORK)
    for number in range(12):
        draft(title=f"Draft {number}")
    with django_assert_max_num_queries(len(few)):
        client.get(WORK)


def test_a_sample_is_taken_up_with_one_button_and_an_admin_puts_it_on_top() -> None:
    add_samples()
    hcp, admin = browser(make_hcp("writer")), browser(person("guides-admin", Role.ADMIN))
    answer = hcp.post(reverse("guides:work_start", args=["driving"]))
    assert answer["Location"] == "/guides-work/driving/2/edit/"
    place = reverse("guides:work_place", args=["driving"])
    assert hcp.post(place, {"place": "top"}).status_code == 404
    admin.post(place, {"place": "top"})
    assert Article.objects.get(slug="driving").is_featured
    admin.post(place, {"place": "list"})
    assert not Article.objects.get(slug="driving").is_featured


@pytest.mark.parametrize("seen", ["", "x", "9" * 5000, "-1", "²"])
def test_a_number_that_no_page_sent_changes_nothing(seen) -> None:
    version = draft()
    browser(version.written_by).post(where(version), {"do": "send", "seen": seen})
    version.refresh_from_db()
    assert version.status == "draft"


def test_readers_get_no_trace_of_what_is_being_written() -> None:
    first = published_guide()
    editor = make_hcp("editor")
    second = start_version(article=first.article, editor=editor)
    save_version(version=second, editor=editor, seen=1, words=words("Zebra secrets"))
    for client in (Client(), browser(make_member("peer_open"))):
        for address in ("/guides/", "/guides/?q=zebra+secrets", f"/guides/{first.article.slug}/"):
            page = client.get(address).content.decode()
            assert "Zebra secrets" not in page.replace('value="zebra secrets"', "")
