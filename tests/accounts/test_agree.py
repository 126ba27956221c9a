"""A text that changed in substance asks again before the next post; reading goes on."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.consent import agree_again, asked_again, in_force
from accounts.models import Clause, Consent, Document, DocumentKind, Method, Purpose, Role, User
from accounts.models.document import hash_of
from accounts.viewer import Barrier, viewer_of
from forum.actions.reactions import toggle_reaction
from forum.errors import MUST_AGREE, NotVisible, Refused
from forum.models import Board, Draft, Post, ReactionKind
from tests.factories import (
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_thread,
    submit_thread,
)

pytestmark = pytest.mark.usefixtures("texts")

AGREE = reverse("accounts:agree")
RULES, OLDER, TEEN = (
    DocumentKind.MEMBER_RULES,
    DocumentKind.NOTICE_OLDER,
    DocumentKind.NOTICE_TEEN,
)


def publish(kind: DocumentKind, *, material: bool = True, line: str = "Be very kind.") -> Document:
    """A new version of a text, as an admin would publish it."""
    version = f"1.0.{Document.objects.filter(kind=kind).count()}"
    document = Document.objects.create(
        kind=kind, version=version, title=f"{kind} {version}", changes="One rule is clearer."
    )
    Clause.objects.create(
        document=document, position=1, anchor="be-kind", line=line, why="Because.", source="Us"
    )
    document.content_hash = hash_of(document)
    document.is_material = material
    document.published_at = timezone.now()
    document.save()
    return document


@pytest.fixture
def wren(texts: None) -> User:
    return make_member("wren", age=19)


@pytest.fixture
def board(db: None) -> Board:
    return make_board("everyday")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_somebody_who_agreed_to_all_of_it_may_write(wren):
    viewer = viewer_of(wren)
    assert (viewer.must_agree, viewer.may_write) == (False, True)


@pytest.mark.parametrize("kind", [RULES, OLDER])
def test_a_material_version_stops_writing_and_not_reading(wren, kind):
    publish(kind)
    viewer = viewer_of(wren)
    assert (viewer.must_agree, viewer.may_read, viewer.may_write) == (True, True, False)


@pytest.mark.parametrize("kind", [TEEN, DocumentKind.HCP_CODE])
def test_a_text_for_others_asks_nobody_else(wren, kind):
    publish(kind)
    assert viewer_of(wren).may_write


def test_a_version_that_changes_nothing_in_substance_asks_nobody(wren):
    publish(RULES, material=False)
    assert viewer_of(wren).may_write


def test_a_draft_asks_nobody(wren):
    Document.objects.create(kind=RULES, version="9", title="Draft")
    assert viewer_of(wren).may_write


def test_a_member_without_any_agreement_is_asked(texts):
    user = User.objects.create_user(
        email="new@people.example", pseudonym="new", birth_year=2005, birth_month=1
    )
    assert viewer_of(user).must_agree


def test_staff_are_not_asked(texts):
    kim = make_staff("kim", Role.MODERATOR)
    publish(RULES)
    assert viewer_of(kim).may_write


def test_growing_into_another_age_group_asks_again_and_growing_within_it_does_not(texts):
    with time_machine.travel(datetime(2026, 6, 15, 12, tzinfo=timezone.get_current_timezone())):
        teen = make_member("teen", age=15)
        assert viewer_of(teen).may_write
    # Born in December: 16 from the first of January on.
    with time_machine.travel(datetime(2026, 12, 31, 12, tzinfo=timezone.get_current_timezone())):
        assert viewer_of(teen).may_write
    with time_machine.travel(datetime(2027, 1, 1, 12, tzinfo=timezone.get_current_timezone())):
        assert viewer_of(teen).must_agree
        asked = asked_again(teen, timezone.now())
        assert [asking.text.kind for asking in asked] == [OLDER]
        agree_again(user=teen, texts=[asking.text for asking in asked])
        agreed = in_force(teen, Purpose.JOIN)
        assert agreed is not None
        assert (agreed.method, agreed.age_group) == (Method.AGE_CHANGE, "16-17")
    with time_machine.travel(datetime(2028, 6, 1, 12, tzinfo=timezone.get_current_timezone())):
        assert viewer_of(teen).may_write


def test_nobody_can_post_or_react_before_they_agree(wren, board):
    thread = publish_thread(make_member("friend"), board, title="Lows", text="At three again.")
    publish(RULES)
    with pytest.raises(Refused) as refused:
        submit_thread(wren, board, title="Mine", text="Something.")
    assert refused.value.message == MUST_AGREE
    with pytest.raises(NotVisible):
        toggle_reaction(
            post=Post.objects.get(thread=thread), author=wren, kind=ReactionKind.choices[0][0]
        )


def test_the_thread_can_be_read_and_leads_to_the_text(wren, board):
    thread = publish_thread(make_member("friend"), board, title="Lows", text="At three again.")
    publish(RULES)
    address = reverse("forum:thread", args=[thread.public_id])
    page = browser(wren).get(address).content.decode()
    assert "At three again." in page
    assert f"{AGREE}?next={address}" in page
    assert f'action="{reverse("forum:reply", args=[thread.public_id])}"' not in page


def test_words_that_were_sent_too_early_are_kept_until_after_the_agreement(wren, board):
    thread = publish_thread(make_member("friend"), board, title="Lows", text="At three again.")
    publish(RULES)
    client = browser(wren)
    data = {"key": "2" * 14, "text": "Juice by the bed.", "audience": "community"}
    answer = client.post(reverse("forum:reply", args=[thread.public_id]), data)
    check = reverse("forum:check", args=["2" * 14])
    assert answer["Location"] == check
    assert f"{AGREE}?next={check}" in client.get(check).content.decode()
    shown = client.get(AGREE, {"next": check})
    hashes = [asking.document.content_hash for asking in shown.context["texts"]]
    assert client.post(AGREE, {"next": check, "text": hashes})["Location"] == check
    assert Draft.objects.filter(author=wren, key="2" * 14).exists()
    client.post(check, {"do": "send"})
    assert Post.objects.filter(author=wren, text="Juice by the bed.").exists()


def test_the_page_shows_what_changed_the_new_words_and_one_button(wren):
    old = Document.objects.current(RULES)
    new = publish(RULES, line="Be very kind indeed.")
    page = browser(wren).get(AGREE).content.decode()
    assert "One rule is clearer." in page
    assert "<ins>Be very kind indeed.</ins>" in page
    gone = old.clauses.order_by("position").first().line
    assert f"<del>{escape(gone)}" in page
    form = page[page.index(f'action="{AGREE}"') :]
    assert form[: form.index("</form>")].count('type="submit"') == 1
    assert f'name="text" value="{new.content_hash}"' in page


def test_agreeing_adds_one_record_for_each_text_and_leads_back(wren):
    rules, notice = publish(RULES), publish(OLDER)
    data = {"next": "/boards/", "text": [notice.content_hash, rules.content_hash]}
    answer = browser(wren).post(AGREE, data)
    assert answer["Location"] == "/boards/"
    assert viewer_of(wren).may_write
    added = Consent.objects.filter(user=wren, method=Method.ASKED_AGAIN)
    assert {(row.document_id, row.document_hash) for row in added} == {
        (rules.pk, rules.content_hash),
        (notice.pk, notice.content_hash),
    }


def test_nobody_agrees_to_words_that_they_were_not_shown(wren):
    shown = publish(RULES)
    newer = publish(RULES, line="Something else entirely.")
    before = Consent.objects.count()
    answer = browser(wren).post(AGREE, {"text": [shown.content_hash]})
    assert answer.status_code == 200
    assert "The text changed while you were reading." in answer.content.decode()
    assert newer.content_hash in answer.content.decode()
    assert Consent.objects.count() == before
    assert viewer_of(wren).must_agree


def test_agreeing_twice_adds_nothing(wren):
    rules = publish(RULES)
    client = browser(wren)
    client.post(AGREE, {"text": [rules.content_hash]})
    before = Consent.objects.count()
    assert client.post(AGREE, {"text": [rules.content_hash]}).status_code == 302
    assert Consent.objects.count() == before


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"],
)
def test_the_way_back_never_leads_to_another_site(wren, foreign):
    rules = publish(RULES)
    client = browser(wren)
    assert "evil" not in client.get(AGREE, {"next": foreign}).content.decode()
    answer = client.post(AGREE, {"next": foreign, "text": [rules.content_hash]})
    assert answer["Location"] == reverse("accounts:me")


def test_somebody_with_nothing_to_agree_to_can_go_on(wren):
    page = browser(wren).get(AGREE).content.decode()
    assert "You have agreed to all of it" in page


def test_what_must_be_known_of_agreements_costs_no_query_of_its_own(
    wren, django_assert_num_queries
):
    with django_assert_num_queries(1):
        viewer_of(wren)


def test_a_professional_signs_again_only_after_a_change_in_substance(texts):
    nurse = make_hcp("nurse")
    publish(DocumentKind.HCP_CODE, material=False)
    assert viewer_of(nurse).barrier is None
    publish(DocumentKind.HCP_CODE, material=True)
    assert viewer_of(nurse).barrier == Barrier.HCP_NOT_CURRENT


def test_an_agreement_is_not_undone_by_an_older_text(wren):
    late = timezone.now() + timedelta(days=1)
    assert not asked_again(wren, late)
