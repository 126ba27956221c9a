"""What the database itself refuses about guides, on both databases, whatever the code does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Role
from guides.actions.writing import save_version
from guides.errors import Conflict
from guides.models import Article, ArticleEvent, ArticleSource, ArticleVersion, VersionStatus
from tests.factories import make_hcp, make_member
from tests.guides.articles import checked, draft, person, published_guide, sent, words
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts")]


def refused(act: Callable[[], object]) -> bool:
    """Whether the database says no; nothing of it stays."""
    try:
        with transaction.atomic():
            act()
    except DatabaseError:
        return True
    return False


def change(version: ArticleVersion, **values: object) -> bool:
    """Whether the database refuses to change these columns."""
    return refused(lambda: ArticleVersion.objects.filter(pk=version.pk).update(**values))


def review(reviewer) -> dict:
    """The columns of a check."""
    today = timezone.localdate()
    return {
        "reviewed_by": reviewer,
        "reviewed_on": today,
        "review_by": today + timedelta(days=365),
    }


ALLOWED = {
    "draft": {"in_review", "retired"},
    "in_review": {"draft", "checked"},
    "checked": {"draft", "published"},
    "published": {"retired"},
}
MAKE = {"draft": draft, "in_review": sent, "checked": checked, "published": published_guide}


@pytest.mark.parametrize("state", MAKE)
def test_a_version_goes_only_the_ways_that_there_are(state) -> None:
    version = MAKE[state]()
    hcp = make_hcp("other-hcp")
    for wanted in VersionStatus.values:
        if wanted == state:
            continue
        values: dict = {"status": wanted}
        if wanted in ("draft", "in_review"):
            values |= {"reviewed_by": None, "reviewed_on": None, "review_by": None}
        elif version.reviewed_by is None and wanted in ("checked", "published"):
            values |= review(hcp)
        if wanted in ("published", "sample") and version.published_at is None:
            values["published_at"] = timezone.now()
        with transaction.atomic():
            assert change(version, **values) == (wanted not in ALLOWED[state]), wanted
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", ["in_review", "checked", "published"])
@pytest.mark.parametrize("column", ["title", "summary", "body", "html", "keywords", "digest"])
def test_words_that_are_or_were_checked_are_fixed(state, column) -> None:
    version = MAKE[state]()
    assert change(version, **{column: "Something else"})
    assert change(version, revision=99)


def test_who_wrote_it_is_fixed_from_the_start() -> None:
    version = draft()
    assert change(version, written_by=make_hcp("other-hcp"))
    assert change(version, number=7)
    assert not change(version, title="A better title")


def test_the_check_of_what_was_published_is_fixed() -> None:
    version = published_guide()
    other = make_hcp("other-hcp")
    assert change(version, reviewed_by=other)
    assert change(version, review_by=timezone.localdate() + timedelta(days=900))
    assert change(version, published_at=timezone.now())
    assert change(version, reviewer_profession="Professor")


def test_a_reviewer_is_a_checked_professional_who_wrote_none_of_it() -> None:
    version = sent()
    saved = sent(title="Long socks")
    helper = make_hcp("helping-hcp")
    ArticleEvent.objects.create(
        version=saved, kind="saved", actor=helper, at=timezone.now(), revision=1
    )
    for who, one in (
        (version.written_by, version),
        (person("guides-admin", Role.ADMIN), version),
        (make_member("peer_open"), version),
        (make_hcp("revoked", revoked_at=timezone.now()), version),
        (make_hcp("on-hold", suspended_at=timezone.now()), version),
        (make_hcp("learner", in_shadow=True), version),
        (helper, saved),
    ):
        assert change(one, status="checked", **review(who)), who
    assert not change(version, status="checked", **review(helper))


def test_nothing_is_published_without_a_check_and_no_sample_claims_one() -> None:
    version = checked()
    assert change(version, status="published", published_at=timezone.now(), reviewed_by=None)
    assert change(version, status="published")  # without a day
    article = Article.objects.create(slug="a", topic="ill", created_at=timezone.now())
    values = {
        "article": article,
        "number": 1,
        "title": "A",
        "created_at": timezone.now(),
        "saved_at": timezone.now(),
    }
    hcp = make_hcp("other-hcp")
    for wrong in (
        {"is_sample": True, "written_by": hcp},
        {"is_sample": True, **review(hcp)},
        {"is_sample": False, "written_by": None},
        {"is_sample": True, "status": "sample", "published_at": timezone.now()},
        {"written_by": hcp, "status": "published", "published_at": timezone.now(), **review(hcp)},
    ):
        assert refused(lambda wrong=wrong: ArticleVersion.objects.create(**values, **wrong)), wrong
    assert not refused(lambda: ArticleVersion.objects.create(**values, is_sample=True))


def test_a_check_must_be_repeated_after_it_was_made() -> None:
    version, today = sent(), timezone.localdate()
    values = review(make_hcp("other-hcp")) | {"review_by": today}
    assert change(version, status="checked", **values)


def test_a_guide_has_one_version_in_work_and_one_on_the_site() -> None:
    version = draft()
    values = {
        "article": version.article,
        "number": 2,
        "title": "B",
        "written_by": version.written_by,
        "created_at": timezone.now(),
        "saved_at": timezone.now(),
    }
    assert refused(lambda: ArticleVersion.objects.create(**values))


def test_sources_are_https_and_fixed_with_the_words() -> None:
    version = draft()
    for url in ("http://example.org/", "ftp://example.org/", "javascript:x", ""):
        assert refused(
            lambda url=url: ArticleSource.objects.create(
                version=version, position=9, title="A", url=url
            )
        )
    kept = published_guide(title="Long socks")
    source = ArticleSource.objects.filter(version=kept)
    assert refused(lambda: source.update(url="https://example.org/"))
    assert refused(lambda: source.update(version=version))
    assert refused(lambda: source.delete())
    assert refused(
        lambda: ArticleSource.objects.create(
            version=kept, position=5, title="A", url="https://example.org/"
        )
    )


def test_versions_and_events_are_never_removed_and_events_never_changed() -> None:
    version = draft()
    events = ArticleEvent.objects.filter(version=version)
    assert refused(lambda: events.update(words="x"))
    assert refused(lambda: events._raw_delete(events.db))
    versions = ArticleVersion.objects.filter(pk=version.pk)
    assert refused(lambda: versions._raw_delete(versions.db))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_one_saves_and_one_is_told(texts) -> None:

    version = draft()
    one, two = person("writing-nurse", Role.HCP), make_hcp("other-hcp")
    results = at_once(
        lambda: save_version(version=version, editor=one, seen=1, words=words("One")),
        lambda: save_version(version=version, editor=two, seen=1, words=words("Two")),
    )
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
    after = ArticleVersion.objects.get(pk=version.pk)
    assert after.revision == 2
    assert ArticleEvent.objects.filter(version=version, kind="saved").count() == 1
