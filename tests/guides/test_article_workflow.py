"""From draft to the site and off it: who may do what, in which order, and never otherwise."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from guides.actions.publishing import feature, publish, retire, unfeature
from guides.actions.reviewing import approve, in_months, send_back
from guides.actions.samples import add_samples
from guides.actions.writing import (
    discard,
    save_version,
    send_version,
    start_article,
    start_version,
    take_back,
    words_of,
)
from guides.checklist import CHECKLIST
from guides.errors import Conflict, NotAllowed, Refused
from guides.models import Article, ArticleEvent, ArticleVersion, EventKind, Topic, VersionStatus
from tests.factories import give_mfa, make_hcp, make_member, make_staff_without_mfa
from tests.guides.articles import checked, draft, person, published_guide, sent, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts"), pytest.mark.one_database]

MAKE = {"draft": draft, "in_review": sent, "checked": checked, "published": published_guide}


def fresh(version: ArticleVersion) -> ArticleVersion:
    """The version as it stands now."""
    return ArticleVersion.objects.get(pk=version.pk)


def yes(version: ArticleVersion, reviewer: User, **changed) -> ArticleVersion:
    """Approve with everything ticked."""
    options = {"seen": version.revision, "checklist": CHECKLIST, **changed}
    return approve(version=version, reviewer=reviewer, **options)


def somebody(kind: str) -> User:
    """A person of each kind who did not write the guide."""
    match kind:
        case "admin":
            return person("other-admin", Role.ADMIN)
        case "moderator":
            return person("other-moderator", Role.MODERATOR)
        case "member":
            return make_member("other-member")
        case "hcp_without_mfa":
            user = make_hcp("other-hcp")
            user.authenticator_set.all().delete()  # type: ignore[attr-defined]
            return user
        case "hcp_lapsed":
            return make_hcp("lapsed", expires_at=timezone.now() - timedelta(days=1))
        case "hcp_revoked":
            return make_hcp("revoked", revoked_at=timezone.now() - timedelta(days=1))
        case "hcp_on_hold":
            return make_hcp("on-hold", suspended_at=timezone.now() - timedelta(days=1))
        case "hcp_in_shadow":
            return make_hcp("learner", in_shadow=True)
        case "hcp_old_code":
            return make_hcp("old-code", code_version="0.1")
    return make_hcp("other-hcp")


STOPPED = ["hcp_without_mfa", "hcp_lapsed", "hcp_revoked", "hcp_on_hold", "hcp_old_code"]


# Who may do what -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["moderator", "member", *STOPPED])
def test_only_current_professionals_and_admins_write(kind) -> None:
    user, version = somebody(kind), draft()
    for act in (
        lambda: start_article(editor=user, topic=Topic.ILL, words=words()),
        lambda: start_version(article=version.article, editor=user),
        lambda: save_version(version=version, editor=user, seen=1, words=words("New")),
        lambda: send_version(version=version, editor=user, seen=1),
        lambda: take_back(version=version, editor=user),
        lambda: discard(version=version, editor=user),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert fresh(version).title == version.title


@pytest.mark.parametrize("kind", ["hcp", "hcp_in_shadow", "admin"])
def test_professionals_and_admins_write(kind) -> None:
    version = start_article(editor=somebody(kind), topic=Topic.ILL, words=words("Warm soup"))
    assert (version.article.slug, version.number, version.status) == ("warm-soup", 1, "draft")
    assert version.writer_profession == ("" if kind == "admin" else "Diabetes nurse")


@pytest.mark.parametrize("kind", ["admin", "moderator", "member", "hcp_in_shadow", *STOPPED])
def test_nobody_but_a_current_professional_says_that_a_guide_is_right(kind) -> None:
    version, user = sent(), somebody(kind)
    with pytest.raises(NotAllowed):
        yes(version, user)
    assert fresh(version).reviewed_by is None


@pytest.mark.parametrize("kind", ["moderator", "member", "hcp_in_shadow", *STOPPED])
def test_nor_does_anybody_else_send_one_back(kind) -> None:
    version, user = sent(), somebody(kind)
    with pytest.raises(NotAllowed):
        send_back(version=version, reviewer=user, words="No.")
    assert fresh(version).status == "in_review"


@pytest.mark.parametrize("kind", ["hcp", "moderator", "member"])
def test_only_admins_publish_take_off_and_put_on_top(kind) -> None:
    user, ready, on_site = somebody(kind), checked(), published_guide(title="Long socks")
    for act in (
        lambda: publish(version=ready, admin=user),
        lambda: retire(version=on_site, admin=user, words="Old."),
        lambda: feature(article=on_site.article, admin=user),
        lambda: unfeature(article=on_site.article, admin=user),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert fresh(ready).status == "checked"
    assert fresh(on_site).status == "published"


def test_the_writer_never_checks_their_own_guide() -> None:
    version = sent()
    for act in (lambda: yes(version, version.written_by), lambda: back(version)):
        with pytest.raises(Refused):
            act()
    assert fresh(version).status == "in_review"


def back(version: ArticleVersion) -> None:
    """Send it back oneself."""
    assert version.written_by is not None
    send_back(version=version, reviewer=version.written_by, words="Hm.")


def test_whoever_changed_a_word_of_it_does_not_check_it_either() -> None:
    version, other = draft(), make_hcp("other-hcp")
    version = save_version(version=version, editor=other, seen=1, words=words("Better"))
    send_version(version=version, editor=other, seen=2)
    with pytest.raises(Refused):
        yes(fresh(version), other)
    assert yes(fresh(version), make_hcp("third-hcp")).status == "checked"


def test_a_professional_who_set_up_the_second_step_again_can_check() -> None:
    user = somebody("hcp_without_mfa")
    give_mfa(user)
    assert yes(sent(), user).reviewed_by == user


# In which order --------------------------------------------------------------------------------

# What each act does in each state: the state afterwards, "same" (nothing happens) or "refused".
TABLE = {
    "save": {"draft": "draft"},
    "send": {"draft": "in_review", "in_review": "same"},
    "take_back": {"draft": "same", "in_review": "draft", "checked": "draft"},
    "discard": {"draft": "retired"},
    "approve": {"in_review": "checked"},
    "send_back": {"in_review": "draft"},
    "publish": {"checked": "published", "published": "same"},
    "retire": {"published": "retired"},
}


def do(act: str, version: ArticleVersion) -> object:
    """Do it as somebody who may."""
    hcp, admin = person("acting-hcp", Role.HCP), person("guides-admin", Role.ADMIN)
    acts = {
        "save": lambda: save_version(
            version=version, editor=admin, seen=version.revision, words=words("Changed")
        ),
        "send": lambda: send_version(version=version, editor=admin, seen=version.revision),
        "take_back": lambda: take_back(version=version, editor=admin),
        "discard": lambda: discard(version=version, editor=admin),
        "approve": lambda: yes(version, hcp),
        "send_back": lambda: send_back(version=version, reviewer=hcp, words="Say more."),
        "publish": lambda: publish(version=version, admin=admin),
        "retire": lambda: retire(version=version, admin=admin, words="Out of date."),
    }
    return acts[act]()


@pytest.mark.both_databases
@pytest.mark.parametrize("act", TABLE)
@pytest.mark.parametrize("state", MAKE)
def test_each_act_does_what_the_table_says(act, state) -> None:
    version = MAKE[state]()
    outcome = TABLE[act].get(state, "refused")
    events = ArticleEvent.objects.count()
    if outcome == "refused":
        with pytest.raises(Refused):
            do(act, version)
    else:
        done = do(act, version)
        assert (done is False) == (outcome == "same")
    after = fresh(version)
    assert after.status == (state if outcome in ("refused", "same") else outcome)
    changed = outcome not in ("refused", "same")
    assert ArticleEvent.objects.count() == events + changed
    assert (after.reviewed_by is not None) == (
        after.status in ("checked", "published", "retired") and (state, act) != ("draft", "discard")
    )


def test_a_guide_without_a_source_is_not_checked() -> None:
    version = draft(sources=())
    with pytest.raises(Refused):
        send_version(version=version, editor=version.written_by, seen=1)


@pytest.mark.parametrize("missing", CHECKLIST)
def test_every_line_of_the_checklist_counts(missing) -> None:
    version = sent()
    with pytest.raises(Refused):
        yes(version, make_hcp("other-hcp"), checklist=[key for key in CHECKLIST if key != missing])
    assert fresh(version).status == "in_review"


def test_what_was_confirmed_is_kept() -> None:
    version = checked()
    event = ArticleEvent.objects.get(version=version, kind=EventKind.APPROVED)
    assert event.checklist == list(CHECKLIST)
    assert event.revision == version.revision


def test_a_check_lasts_twelve_months_at_most_and_ends_after_today() -> None:
    today, hcp = timezone.localdate(), make_hcp("other-hcp")
    version = sent()
    for day in (today, today - timedelta(days=1)):
        with pytest.raises(Refused):
            yes(version, hcp, review_by=day)
    version = yes(version, hcp, review_by=today + timedelta(days=4000))
    assert version.review_by == in_months(today, 12)
    sooner = yes(sent(title="Long socks"), hcp, review_by=today + timedelta(days=30))
    assert sooner.review_by == today + timedelta(days=30)


def test_sending_back_needs_words_and_admins_can_do_it_until_it_is_published() -> None:
    admin = person("guides-admin", Role.ADMIN)
    for version in (sent(title="One"), checked(title="Two")):
        with pytest.raises(Refused):
            send_back(version=version, reviewer=admin, words="  ")
        send_back(version=version, reviewer=admin, words="Please shorten it.")
        after = fresh(version)
        assert (after.status, after.reviewed_by, after.reviewer_profession) == ("draft", None, "")
        event = ArticleEvent.objects.filter(version=version).latest("pk")
        assert (event.kind, event.words) == ("sent_back", "Please shorten it.")


# Versions --------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_new_version_takes_the_place_of_the_one_before() -> None:
    first = published_guide()
    writer = make_hcp("second-writer")
    second = start_version(article=first.article, editor=writer)
    assert (second.number, second.status) == (2, "draft")
    assert words_of(second) == words_of(first)
    assert fresh(first).status == "published"
    send_version(version=second, editor=writer, seen=1)
    second = yes(fresh(second), make_hcp("third"))
    publish(version=second, admin=person("guides-admin", Role.ADMIN))
    assert (fresh(first).status, fresh(second).status) == ("retired", "published")
    assert fresh(first).reviewed_by is not None


@pytest.mark.both_databases
def test_only_one_version_is_worked_on_at_a_time() -> None:
    first = published_guide()
    one = start_version(article=first.article, editor=make_hcp("a-writer"))
    other = start_version(article=first.article, editor=make_hcp("b-writer"))
    assert one == other
    assert other.written_by == one.written_by


def test_a_sample_becomes_a_guide_only_by_writing_and_checking() -> None:
    add_samples()
    article = Article.objects.get(slug="sick-days")
    sample = ArticleVersion.objects.get(article=article)
    hcp, admin = make_hcp("a-writer"), person("guides-admin", Role.ADMIN)
    with pytest.raises(Refused):
        yes(sample, hcp)
    with pytest.raises(Refused):
        publish(version=sample, admin=admin)
    version = start_version(article=article, editor=hcp)
    assert (version.is_sample, version.written_by) == (False, hcp)
    send_version(version=version, editor=hcp, seen=1)
    with pytest.raises(Refused):
        yes(fresh(version), hcp)
    publish(version=yes(fresh(version), make_hcp("b-checker")), admin=admin)
    assert fresh(sample).status == VersionStatus.RETIRED


@pytest.mark.both_databases
def test_two_titles_that_are_the_same_get_two_addresses() -> None:
    assert draft().article.slug != draft().article.slug
    assert draft(title="你好").article.slug


# Two editors -----------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_second_of_two_editors_is_told_and_nothing_is_lost() -> None:
    version, other = draft(), make_hcp("other-hcp")
    save_version(version=version, editor=other, seen=1, words=words("Theirs"))
    with pytest.raises(Conflict) as conflict:
        save_version(version=version, editor=version.written_by, seen=1, words=words("Mine"))
    assert conflict.value.version.title == "Theirs"
    assert fresh(version).title == "Theirs"
    save_version(
        version=version,
        editor=version.written_by,
        seen=conflict.value.version.revision,
        words=words("Mine"),
    )
    assert fresh(version).title == "Mine"


@pytest.mark.both_databases
def test_what_was_not_read_is_neither_sent_nor_checked() -> None:
    version, writer = draft(), person("writing-nurse", Role.HCP)
    save_version(version=version, editor=writer, seen=1, words=words("Changed"))
    with pytest.raises(Conflict):
        send_version(version=version, editor=writer, seen=1)
    send_version(version=version, editor=writer, seen=2)
    with pytest.raises(Conflict):
        yes(fresh(version), make_hcp("other-hcp"), seen=1)


def test_saving_the_same_words_changes_nothing() -> None:
    version = draft()
    save_version(version=version, editor=version.written_by, seen=1, words=words())
    assert fresh(version).revision == 1


def test_an_editor_who_has_no_second_step_yet_cannot_write() -> None:
    with pytest.raises(NotAllowed):
        draft(make_staff_without_mfa("new-admin", Role.ADMIN))
