"""Hiding a part: others read a mark in its place everywhere; its author sees what was hidden."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from forum import summaries
from forum.actions.edit import edit_post
from forum.actions.hide_part import NoSuchPassage, mark
from forum.models import HiddenPart, Post, SearchEntry, Status, Thread
from forum.search import index
from moderation.actions.decide import ReasonsMissing, decide
from moderation.actions.proposals import approve, decide_or_propose
from moderation.actions.second import SecondNeeded
from moderation.actions.undo import undo
from moderation.models import Decision, DecisionKind, Proposal
from tests.factories import (
    any_clause,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
    submit_reply,
)
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.django_db

SECRET = "Greenhill Academy"
TEXT = f"I go to {SECRET} and hate PE.\n\nDo you know {SECRET} too?"


@pytest.fixture
def thread(texts: None) -> Thread:
    board = make_board("school")
    return publish_thread(make_seasoned("host", board), board, title="PE", text="Who hates PE?")


@pytest.fixture
def author(texts: None) -> User:
    return make_member("wren")


@pytest.fixture
def moderator(texts: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def held(author: User, thread: Thread) -> Post:
    return in_state(submit_reply(author, thread, text=TEXT), Status.HELD)


def hide(post: Post, moderator: User, *passages: str, **values) -> Decision:
    defaults = {"clause": any_clause(), "message": "Please leave out the school."}
    return decide(
        post=post,
        moderator=moderator,
        kind=DecisionKind.HIDE_PART,
        version=fresh(post).version,
        passages=passages,
        **{**defaults, **values},
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_post_comes_out_with_a_mark_wherever_the_words_stood(held, moderator):
    hide(held, moderator, SECRET)
    post = fresh(held)
    assert post.status == Status.PUBLISHED
    assert post.text == TEXT.replace(SECRET, mark())
    assert SECRET not in post.html
    assert post.html.count("a moderator hid a few words") == 2
    assert summaries.wrong_rows() == []


def test_the_wording_with_the_words_is_kept(held, moderator):
    hide(held, moderator, SECRET)
    assert list(held.revisions.values_list("text", flat=True)) == [
        TEXT,
        TEXT.replace(SECRET, mark()),
    ]
    assert [part.words for part in HiddenPart.objects.all()] == [SECRET, SECRET]


@pytest.mark.parametrize("who", ["other", "nurse", "ada"])
def test_nobody_else_reads_the_words_on_any_page(held, moderator, thread, who):
    make = {
        "other": lambda: make_member("other"),
        "nurse": lambda: make_hcp("nurse"),
        "ada": lambda: make_staff("ada", Role.ADMIN),
    }
    hide(held, moderator, SECRET)
    client = client_of(make[who]())
    addresses = [
        reverse("forum:thread", args=[thread.public_id]),
        reverse("forum:reply", args=[thread.public_id]) + f"?quote={held.public_id}",
        reverse("forum:search") + "?q=Greenhill",
        reverse("moderation:report_post", args=[held.public_id]),
    ]
    for address in addresses:
        assert SECRET not in client.get(address, follow=True).content.decode()
    assert "a moderator hid a few words" in client.get(addresses[0]).content.decode()
    history = reverse("forum:history", args=[held.public_id])
    assert client.get(history).status_code == 404


def test_the_search_no_longer_knows_the_words(held, moderator):
    hide(held, moderator, SECRET)
    assert "Greenhill" not in SearchEntry.objects.get(post=held).body
    assert held not in index.missing_or_wrong()


def test_its_author_sees_which_words_were_hidden(held, moderator, author, thread):
    hide(held, moderator, SECRET)
    page = client_of(author).get(reverse("forum:thread", args=[thread.public_id]))
    assert f"<mark>{SECRET}</mark>" in page.content.decode()
    assert "Only you can see them" in page.content.decode()


def test_a_quote_of_the_words_is_no_longer_shown(held, moderator, thread):
    post = in_state(held, Status.PUBLISHED)
    quoting = submit_reply(thread.author, thread, text="Oh?", quote=post, excerpt=SECRET)
    assert quoting.quotes.exists()
    post = in_state(post, Status.HELD)
    hide(post, moderator, SECRET)
    page = client_of(make_member("other")).get(reverse("forum:thread", args=[thread.public_id]))
    assert SECRET not in page.content.decode()


@pytest.mark.parametrize(
    "passages", [[], [""], ["Redhill"], ["greenhill academy"], [TEXT], [SECRET, "Redhill"]]
)
def test_a_passage_that_is_not_in_the_text_or_all_of_it_is_refused(held, moderator, passages):
    before = list(Post.objects.order_by("pk").values())
    with pytest.raises(NoSuchPassage):
        hide(held, moderator, *passages)
    assert list(Post.objects.order_by("pk").values()) == before
    assert not Decision.objects.filter(post=held).exists()
    assert held.revisions.count() == 1


def test_words_that_the_title_has_too_are_refused(author, moderator, thread):
    from_title = in_state(
        publish_thread(author, thread.board, title=f"{SECRET}?", text=TEXT).posts.get(),
        Status.HELD,
    )
    with pytest.raises(NoSuchPassage):
        hide(from_title, moderator, SECRET)


@pytest.mark.parametrize("lacking", [{"clause": None}, {"message": " "}])
def test_hiding_a_part_needs_a_rule_and_a_message(held, moderator, lacking):
    with pytest.raises(ReasonsMissing):
        hide(held, moderator, SECRET, **lacking)


def test_passages_that_overlap_become_one_mark(held, moderator):
    hide(held, moderator, "I go to Greenhill", "Greenhill Academy and")
    assert fresh(held).text.startswith(f"{mark()} hate PE.")


def test_undo_brings_the_words_back_everywhere(held, moderator):
    before = fresh(held)
    undo(decision=hide(held, moderator, SECRET), moderator=moderator)
    post = fresh(held)
    assert (post.text, post.html, post.status) == (before.text, before.html, Status.HELD)
    assert not HiddenPart.objects.exists()
    assert post.revisions.order_by("-number").first().text == TEXT
    assert held not in index.missing_or_wrong()


def test_an_author_who_changes_the_post_cannot_bring_the_words_back_without_a_look(thread):
    author = make_seasoned("seasoned", thread.board)
    post = in_state(submit_reply(author, thread, text=TEXT), Status.HELD)
    hide(post, make_staff("robin", Role.MODERATOR), SECRET)
    edit_post(post=post, author=author, version=fresh(post).version, text=TEXT)
    post = fresh(post)
    assert (post.status, post.has_ticket) == (Status.HELD, True)


def test_the_card_hides_a_part_with_a_plain_form(held, moderator):
    client = client_of(moderator)
    item = reverse("moderation:item", args=[held.public_id])
    sent = {
        "version": held.version,
        "kind": "hide_part",
        "passages": f"{SECRET}\n",
        "clause": any_clause().anchor,
        "message": "Please leave out the school.",
    }
    assert client.post(item, {**sent, "passages": "Redhill"}).status_code == 422
    assert client.post(item, {**sent, "passages": ""}).status_code == 422
    assert fresh(held).status == Status.HELD
    assert client.post(item, sent).status_code == 302
    assert SECRET not in fresh(held).text


def propose(post: Post, person: User, *passages: str) -> Proposal:
    made = decide_or_propose(
        post=post,
        moderator=person,
        kind=DecisionKind.HIDE_PART,
        version=fresh(post).version,
        passages=passages,
        clause=any_clause(),
        message="Please leave out the school.",
    )
    assert isinstance(made, Proposal)
    return made


@pytest.fixture
def learner(texts: None) -> User:
    return make_hcp("learner", in_shadow=True)


@pytest.fixture
def staff_post(thread: Thread) -> Post:
    return in_state(
        submit_reply(make_staff("loud", Role.MODERATOR), thread, text=TEXT), Status.HELD
    )


def test_a_professional_who_learns_proposes_a_part_and_a_second_person_hides_it(
    held, learner, moderator
):
    proposal = propose(held, learner, SECRET)
    assert SECRET in fresh(held).text
    assert SECRET not in repr(list(Proposal.objects.values()))
    assert approve(proposal=proposal, person=moderator)
    assert fresh(held).text == TEXT.replace(SECRET, mark())
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decision.kind) == ("approved", DecisionKind.HIDE_PART)


def test_hiding_other_words_than_proposed_decides_otherwise(held, learner, moderator):
    proposal = propose(held, learner, SECRET)
    hide(held, moderator, "hate PE")
    proposal.refresh_from_db()
    assert proposal.status == "changed"


def test_what_cannot_be_hidden_cannot_be_proposed(held, learner):
    with pytest.raises(NoSuchPassage):
        propose(held, learner, "Redhill")
    assert not Proposal.objects.exists()


def test_a_part_of_a_post_of_the_team_takes_two_admins(staff_post):
    first, second = make_staff("ada", Role.ADMIN), make_staff("grace", Role.ADMIN)
    with pytest.raises(SecondNeeded):
        hide(staff_post, first, SECRET)
    proposal = propose(staff_post, first, SECRET)
    assert approve(proposal=proposal, person=second)
    assert SECRET not in fresh(staff_post).text


def test_the_database_hides_no_part_of_the_team_for_one_person(staff_post, moderator):
    post = fresh(staff_post)
    values = {"kind": DecisionKind.HIDE_PART, "clause": any_clause(), "message": "Sorry."}
    states = {"status_before": post.status, "status_after": Status.PUBLISHED}
    with pytest.raises(DatabaseError, match="decision_on_staff_needs_two"), transaction.atomic():
        Decision.objects.create(
            post=post,
            author=post.author,
            moderator=moderator,
            post_version=post.version,
            decided_at=timezone.now(),
            **values,
            **states,
        )


def test_the_database_keeps_the_places_of_a_proposal(held, learner):
    proposal = propose(held, learner, SECRET)
    with pytest.raises(DatabaseError, match="proposal_facts_stay"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(passages=[[0, 1]])
    proposal.pk, proposal.public_id, proposal.passages = None, "2" * 14, None
    proposal.proposed_by = make_hcp("other", in_shadow=True)
    with pytest.raises(DatabaseError, match="proposal_part_has_places"), transaction.atomic():
        proposal.save(force_insert=True)


def test_the_page_of_a_proposal_shows_the_words_while_it_waits(held, learner, moderator):
    proposal = propose(held, learner, "hate PE")
    page = reverse("moderation:proposal", args=[proposal.public_id])
    assert "<mark>hate PE</mark>" in client_of(moderator).get(page).content.decode()
    approve(proposal=proposal, person=moderator)
    assert "hate PE" not in client_of(moderator).get(page).content.decode()
