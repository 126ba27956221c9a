"""The check page: the right card above the untouched text, contact details marked."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import User
from forum.actions.drafts import save_draft
from forum.cards import marked, preview
from forum.check import check_cards
from forum.models import Board, Thread
from forum.screening import Kind
from tests.factories import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

LINK = "Look at https://cheap.example/now please"


def page_of(
    author: User, text: str, *, thread: Thread | None = None, board: Board | None = None
) -> str:
    draft = save_draft(
        author=author,
        key=new_public_id(),
        thread=thread,
        board=board,
        title="Ring 07700 900123" if board else "",
        text=text,
        audience="community",
    )
    client = Client()
    client.force_login(author)
    return client.get(reverse("forum:check", args=[draft.key])).content.decode()


def kinds(author: User, text: str) -> list[str]:
    return [card.kind for card in check_cards(title="", text=text, author=author)]


def test_contact_details_are_marked_in_the_preview(seasoned, thread):
    page = page_of(seasoned("anna"), "Hi! My number is **07700 900123** ok", thread=thread)
    assert "<mark>07700 900123</mark>" in page
    assert "Take the contact details out" in page


def test_contact_details_are_marked_in_the_title_too(seasoned, board):
    assert "Ring <mark>07700 900123</mark>" in page_of(seasoned("anna"), "Hello", board=board)


def test_marking_touches_no_tag_and_opens_no_hole():
    html = preview("[a](https://a.example/07700900123) <b> 07700900123", ["07700900123", "<b>"])
    assert 'href="https://a.example/07700900123"' in html
    assert "<mark>07700900123</mark>" in html
    assert "<mark>&lt;b&gt;</mark>" in html
    assert marked("<i>07", ["07", "<i>"]) == "<mark>&lt;i&gt;</mark><mark>07</mark>"
    assert marked("plain", []) == "plain"


def test_a_professional_reads_before_sending_that_a_dose_is_refused(nurse, thread):
    page = page_of(nurse, "You should take 6 units.", thread=thread)
    assert "No doses from professionals" in page
    assert "#no-doses" in page
    assert "reads it first" not in page


def test_a_member_is_asked_to_rephrase_a_dose(seasoned, thread):
    page = page_of(seasoned("anna"), "You should take 6 units.", thread=thread)
    assert "This sounds like a dose for somebody else" in page
    assert "reads it first" in page


def test_words_that_only_sound_overwhelmed_are_not_said_to_wait(seasoned, thread):
    page = page_of(seasoned("anna"), "I can't cope any more", thread=thread)
    assert "panel-help" in page
    assert "reads it before others do" not in page
    assert "I can&#x27;t cope any more" in page or "I can't cope any more" in page


def test_an_unknown_link_is_pointed_out_to_people_who_are_new(board):
    assert kinds(make_member("newcomer"), LINK) == [Kind.PROMO]


def test_an_unknown_link_by_others_is_sent_without_a_word(seasoned, nurse, thread, client):
    anna = seasoned("anna")
    assert kinds(anna, LINK) == []
    assert kinds(nurse, LINK) == []
    client.force_login(anna)
    form = {"key": new_public_id(), "text": LINK, "audience": "peers"}
    response = client.post(reverse("forum:reply", args=[thread.public_id]), form)
    assert "/check/" not in response["Location"]
    assert anna.posts.filter(text=LINK, status="published").exists()
