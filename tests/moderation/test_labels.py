"""Notes under posts: the author says yes or no first, and has the last word."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, CutOff, HcpChoice, HiddenHcp, Recusal, Role, User
from forum.actions.audience import narrow
from forum.actions.edit import edit_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Board, Label, Notice, NoticeKind, Post, Status, Thread
from forum.models.label import ANSWER_WITHIN, LabelStatus
from moderation.actions import labels
from moderation.models import AuditEvent, Decision
from tests.factories import (
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
)
from tests.seasoned import make_seasoned

pytestmark = pytest.mark.usefixtures("texts")

NOTE = "Heat can spoil insulin well before the date on the box."
SOURCE = "Diabetes UK, 2025"
LINK = "https://www.diabetes.org.uk/heat"
NOT_HERE = 404


@pytest.fixture
def board(db: None) -> Board:
    return make_board("travel")


@pytest.fixture
def author(board: Board) -> User:
    return make_seasoned("wren", board)


@pytest.fixture
def thread(author: User, board: Board) -> Thread:
    return publish_thread(author, board, title="Beach", text="Insulin is fine in the sun.")


@pytest.fixture
def post(thread: Thread) -> Post:
    return fresh(thread.posts.get())


@pytest.fixture
def nurse(texts: None) -> User:
    return make_hcp("nurse")


@pytest.fixture
def reader(db: None) -> User:
    return make_member("reader")


def propose(post: Post, writer: User, **changes) -> Label:
    values = {"note": NOTE, "source": SOURCE, "link": LINK, "version": fresh(post).version}
    return labels.propose_note(post=post, writer=writer, **{**values, **changes})


def shown(post: Post, writer: User, **changes) -> Label:
    label = propose(post, writer, **changes)
    assert labels.answer(label=label, person=post.author, agrees=True)
    return label


def again(label: Label) -> Label:
    return Label.objects.get(pk=label.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def thread_page(user: User, post: Post) -> str:
    address = reverse("forum:thread", args=[post.thread.public_id])
    return signed_in(user).get(address).content.decode()


def note_page(label: Label) -> str:
    return reverse("moderation:note", args=[label.public_id])


def told(user: User) -> list[str]:
    notices = Notice.objects.filter(recipient=user, kind=NoticeKind.LABEL)
    return list(notices.order_by("pk").values_list("message", flat=True))


def test_before_the_answer_only_the_two_of_them_see_it(post, nurse, author, reader):
    label = propose(post, nurse)
    for person in (reader, author, nurse):
        assert NOTE not in thread_page(person, post)
    assert NOTE in signed_in(author).get(note_page(label)).content.decode()
    assert NOTE in signed_in(nurse).get(note_page(label)).content.decode()
    others = (reader, make_hcp("other"), make_staff("kim", Role.MODERATOR))
    for other in (*others, make_staff("ada", Role.ADMIN)):
        assert signed_in(other).get(note_page(label)).status_code == NOT_HERE


def test_after_a_yes_all_who_see_the_post_see_it(post, nurse, author, reader):
    assert NOTE not in thread_page(reader, post)  # and the card is kept
    shown(post, nurse)
    for person in (reader, author, nurse, make_staff("ada", Role.ADMIN)):
        page = thread_page(person, post)
        assert NOTE in page
        assert "A health professional adds:" in page
        assert f'href="{LINK}"' in page
        assert "Diabetes nurse" in page
    assert NOTE in signed_in(author).get(reverse("forum:my_posts")).content.decode()
    assert len(told(nurse)) == 1


def test_after_a_no_nobody_else_sees_it_and_nobody_asks_again(post, nurse, author, reader):
    label = propose(post, nurse)
    assert labels.answer(label=label, person=author, agrees=False)
    assert not labels.answer(label=label, person=author, agrees=False)
    assert NOTE not in thread_page(reader, post)
    with pytest.raises(Refused):
        propose(post, nurse, note="Another try.")
    assert len(told(author)) == 1
    assert not Decision.objects.filter(author=author, clause__isnull=False).exists()


def test_no_answer_in_14_days_means_no(post, nurse, author, reader):
    label = propose(post, nurse)
    later = timezone.now() + ANSWER_WITHIN + timedelta(minutes=1)
    with pytest.raises(StaleVersion):
        labels.answer(label=label, person=author, agrees=True, at=later)
    assert labels.lapse(at=timezone.now()) == 0
    assert labels.lapse(at=later) == 1
    assert labels.lapse(at=later) == 0
    assert again(label).status == LabelStatus.LAPSED
    assert len(told(author)) == 1


def test_the_author_can_take_it_away_at_any_time(post, nurse, author, reader):
    label = shown(post, nurse)
    assert NOTE in thread_page(reader, post)
    client = signed_in(author)
    assert client.post(note_page(label), {"do": "take_off"}).status_code == 302
    assert NOTE not in thread_page(reader, post)
    assert not labels.take_off(label=label, person=author)
    with pytest.raises(StaleVersion):
        labels.answer(label=label, person=author, agrees=True)


def test_who_wrote_it_can_take_it_back(post, nurse, author, reader):
    label = shown(post, nurse)
    assert signed_in(nurse).post(note_page(label), {"do": "withdraw"}).status_code == 302
    assert NOTE not in thread_page(reader, post)
    assert propose(post, nurse, note="A better one.").status == LabelStatus.ASKED


def test_nobody_answers_or_ends_what_is_not_theirs(post, nurse, author, reader):
    label = propose(post, nurse)
    for person in (nurse, reader):
        with pytest.raises(NotVisible):
            labels.answer(label=label, person=person, agrees=True)
    for person in (author, reader):
        with pytest.raises(NotVisible):
            labels.withdraw(label=label, person=person)
    assert signed_in(nurse).post(note_page(label), {"do": "yes"}).status_code == NOT_HERE
    assert again(label).status == LabelStatus.ASKED


@pytest.mark.parametrize("agreed", [True, False])
def test_an_edit_takes_it_off_and_says_so_to_the_writer(post, nurse, author, reader, agreed):
    label = shown(post, nurse) if agreed else propose(post, nurse)
    edit_post(post=post, author=author, version=fresh(post).version, text="Keep it in the shade.")
    assert again(label).status == LabelStatus.OUTDATED
    assert NOTE not in thread_page(reader, post)
    assert "The post changed" in told(nurse)[-1]


def test_a_note_about_other_words_does_not_stand_even_where_nothing_took_it_off(
    post, nurse, reader
):
    shown(post, nurse)
    Post.objects.filter(pk=post.pk).update(text="Other words.")
    assert NOTE not in thread_page(reader, post)


def test_it_goes_with_the_post_out_of_reach_of_professionals(post, nurse, reader):
    shown(post, nurse)
    narrow([post.pk])
    assert NOTE not in thread_page(reader, post)


def test_a_reader_who_does_not_meet_the_writer_does_not_see_it(post, nurse, reader):
    shown(post, nurse)
    hiding, cutting = make_member("hiding"), make_member("cutting")
    HiddenHcp.objects.create(member=hiding, hcp=nurse)
    CutOff.objects.create(member=cutting, hcp=nurse)
    blocked, blocking = make_member("blocked"), make_member("blocking")
    kim = make_staff("kim", Role.MODERATOR)
    other = publish_reply(post.author, post.thread, text="And on the train too.")
    shown(other, kim, note="A word from a moderator.")
    Block.objects.create(blocker=blocking, blocked=kim)
    Block.objects.create(blocker=kim, blocked=blocked)
    assert NOTE in thread_page(reader, post)
    for person in (hiding, cutting):
        assert NOTE not in thread_page(person, post)
    assert "A word from a moderator." in thread_page(hiding, post)
    # What moderators say as moderators comes through an old block.
    for person in (blocked, blocking):
        assert "A word from a moderator." in thread_page(person, post)


@pytest.mark.parametrize("model", [HiddenHcp, CutOff, Recusal])
def test_it_goes_for_all_once_author_and_writer_are_kept_apart(post, nurse, author, reader, model):
    label = shown(post, nurse)
    model.objects.create(member=author, hcp=nurse)
    assert NOTE not in thread_page(reader, post)
    # Whoever stepped back themselves is still met by the member.
    still_met = model is Recusal
    assert (signed_in(author).get(note_page(label)).status_code == NOT_HERE) != still_met


def test_a_professional_who_was_cut_off_for_good_adds_nothing_more(post, nurse, reader):
    shown(post, nurse)
    nurse.hcp_profile.revoked_at = timezone.now()
    nurse.hcp_profile.save()
    assert NOTE not in thread_page(reader, post)


def test_a_dose_in_the_note_of_a_professional_is_refused_with_the_clause(post, nurse):
    with pytest.raises(Refused) as refused:
        propose(post, nurse, note="You should take 4 units for pizza.")
    assert refused.value.clause.anchor == "no-doses"
    page = signed_in(nurse).post(
        reverse("moderation:label", args=[post.public_id]),
        {
            "note": "You should take 4 units for pizza.",
            "source": SOURCE,
            "version": fresh(post).version,
        },
    )
    assert page.status_code == 422
    words = page.content.decode()
    assert refused.value.clause.anchor in words
    assert "4 units for pizza" in words  # what was typed stays
    assert not Label.objects.exists()


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://files.example/x", "data:text/html"])
def test_only_web_links(post, nurse, link):
    with pytest.raises(Refused):
        propose(post, nurse, link=link)
    page = signed_in(nurse).post(
        reverse("moderation:label", args=[post.public_id]),
        {"note": NOTE, "source": SOURCE, "link": link, "version": fresh(post).version},
    )
    assert page.status_code == 422
    label = propose(post, nurse)
    with pytest.raises(IntegrityError), transaction.atomic():
        Label.objects.filter(pk=label.pk).update(link=link)


def test_nothing_in_a_note_becomes_markup(post, nurse, reader):
    shown(post, nurse, note="<script>alert(1)</script> and **bold**")
    page = thread_page(reader, post)
    assert "<script>alert(1)</script>" not in page
    assert "**bold**" in page


def test_members_admins_and_the_author_write_none(post, author, reader):
    for person in (reader, author, make_staff("ada", Role.ADMIN)):
        with pytest.raises(NotVisible):
            propose(post, person)


def test_what_is_not_open_to_others_gets_none(post, nurse):
    in_state(post, Status.HIDDEN)
    with pytest.raises(NotVisible):
        propose(post, nurse)


def test_a_professional_who_learns_writes_none_yet(post):
    learner = make_hcp("learner", in_shadow=True)
    with pytest.raises(Refused):
        propose(post, learner)
    page = signed_in(learner).get(reverse("moderation:label", args=[post.public_id]))
    assert page.status_code == 200
    assert 'name="note"' not in page.content.decode()


def test_members_who_are_asked_first_get_notes_only_where_they_ask(board, nurse):
    careful = make_seasoned("careful", board)
    careful.hcp_choice = HcpChoice.ON_REQUEST
    careful.save()
    quiet = publish_thread(careful, board, title="Sun", text="Insulin likes the sun.")
    asking = publish_thread(
        careful, board, title="Sea", text="Does salt matter?", asks_professional=True
    )
    with pytest.raises(Refused):
        propose(quiet.posts.get(), nurse)
    assert propose(asking.posts.get(), nurse).status == LabelStatus.ASKED


def test_no_advice_means_no_notes_by_professionals(board, author, nurse):
    thread = publish_thread(author, board, title="Rant", text="So hot.", no_advice=True)
    with pytest.raises(Refused):
        propose(thread.posts.get(), nurse)


def test_the_same_twice_is_one_and_asks_once(post, nurse, author):
    assert propose(post, nurse) == propose(post, nurse)
    assert len(told(author)) == 1
    with pytest.raises(Refused):
        propose(post, nurse, note="Another one.")


def test_nobody_gets_more_than_a_few_questions_at_once(author, thread, post):
    posts = [post, *(publish_reply(author, thread, text=f"Day {n}.") for n in range(3))]
    writers = [make_hcp(f"nurse-{n}") for n in range(labels.MOST_QUESTIONS + 1)]
    for each, writer in zip(posts[:-1], writers[:-1], strict=True):
        propose(each, writer)
    with pytest.raises(Refused):
        propose(posts[-1], writers[-1])


def test_a_post_that_changed_since_is_read_again_first(post, nurse):
    with pytest.raises(StaleVersion):
        propose(post, nurse, version=fresh(post).version - 1)


def test_each_step_is_in_the_log_without_words(post, nurse, author):
    label = shown(post, nurse)
    labels.take_off(label=label, person=author)
    events = AuditEvent.objects.filter(verb__startswith="label_").order_by("number")
    verbs = [event.verb for event in events]
    assert verbs == ["label_asked", "label_yes", "label_taken_off"]
    assert NOTE not in repr([event.data for event in events])


def test_the_database_shows_none_without_an_answer(post, nurse):
    label = propose(post, nurse)
    with pytest.raises(IntegrityError), transaction.atomic():
        Label.objects.filter(pk=label.pk).update(status=LabelStatus.SHOWN)


def test_the_page_asks_with_equal_buttons_and_the_exact_note(post, nurse, author, reader):
    label = propose(post, nurse)
    client = signed_in(author)
    page = client.get(note_page(label)).content.decode()
    for answer in ("yes", "no"):
        assert f'class="button" name="do" value="{answer}"' in page
    assert client.post(note_page(label), {"do": "yes"}).status_code == 302
    assert NOTE in thread_page(reader, post)


def test_a_moderator_writes_one_from_the_card(post, author, reader):
    client = signed_in(make_staff("kim", Role.MODERATOR))
    form = reverse("moderation:label", args=[post.public_id])
    thread = reverse("forum:thread", args=[post.thread.public_id])
    assert form in client.get(thread).content.decode()
    assert form not in thread_page(reader, post)
    sent = {"note": NOTE, "source": SOURCE, "link": "", "version": fresh(post).version}
    assert client.post(form, sent).status_code == 302
    label = Label.objects.get()
    labels.answer(label=label, person=author, agrees=True)
    assert "A moderator adds:" in thread_page(reader, post)
