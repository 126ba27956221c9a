"""The reviewers' pages: what waits, one item, a decision, and what its author is told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, Role, User
from forum.models import Audience, Board, Notice, Post, Status
from moderation.models import AuditEvent, Claim, Decision, DecisionKind
from moderation.queue import claim
from tests.factories import (
    any_clause,
    decided,
    fresh,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    make_staff_without_mfa,
    minute_over,
    publish_thread,
    submit_reply,
    submit_thread,
)

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

QUEUE = reverse("moderation:queue")
NEXT = reverse("moderation:next")
NOT_HERE = 404
CONFLICT = 409
INVALID = 422


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def moderator(db: None) -> User:
    return make_staff("kim", Role.MODERATOR)


@pytest.fixture
def held(author: User, board: Board) -> Post:
    return submit_thread(author, board, title="Socks", text="My sensor came off in my sock.")


@pytest.fixture
def reviewer(client: Client, moderator: User) -> Client:
    client.force_login(moderator)
    return client


def address(post: Post) -> str:
    return reverse("moderation:item", args=[post.public_id])


def decision(post: Post, kind: DecisionKind, **fields: object) -> dict[str, object]:
    return {
        "version": fresh(post).version,
        "kind": kind.value,
        "clause": "",
        "message": "",
        "private_note": "",
        **fields,
    }


def text_of(response) -> str:
    return response.content.decode()


def test_the_queue_says_when_nothing_waits(reviewer):
    assert "Nothing is waiting" in text_of(reviewer.get(QUEUE))


def test_the_queue_shows_why_a_post_waits_and_none_of_its_words(reviewer, held):
    page = text_of(reviewer.get(QUEUE))
    assert "New thread in “Feelings”" in page
    assert "New or under 18" in page
    assert "Due in" in page
    assert address(held) in page
    assert "Socks" not in page
    assert "sensor" not in page
    assert held.author.pseudonym not in page


def test_the_queue_says_each_reason_once(reviewer, author, board):
    submit_thread(
        author, board, title="Call", text="Ring me on 07700 900123 or write to me@wren.example."
    )
    page = text_of(reviewer.get(QUEUE))
    assert page.count(">Contact details<") == 1


def test_a_post_that_waited_too_long_is_marked_as_overdue(reviewer, author, board):
    long_ago = timezone.now() - timedelta(days=2)
    submit_thread(author, board, title="Late", text="Nobody has looked yet.", at=long_ago)
    assert "Overdue by" in text_of(reviewer.get(QUEUE))


def test_start_leads_to_the_most_urgent_post(reviewer, held, author, board):
    urgent = submit_thread(author, board, title="Now", text="I want to die and I have a plan.")
    answer = reviewer.post(NEXT)
    assert answer["Location"] == address(urgent)


def test_the_queue_names_the_colleague_who_has_a_post(reviewer, held):
    claim(post=held, moderator=make_staff("robin", Role.MODERATOR))
    page = text_of(reviewer.get(QUEUE))
    assert "robin has this one" in page
    assert address(held) not in page


def test_a_post_that_a_colleague_has_cannot_be_opened(reviewer, held):
    claim(post=held, moderator=make_staff("robin", Role.MODERATOR))
    answer = reviewer.get(address(held))
    assert answer.status_code == CONFLICT
    assert "robin has this one" in text_of(answer)
    assert "sensor" not in text_of(answer)


def test_members_have_no_queue(client, author, held):
    client.force_login(author)
    assert client.get(QUEUE).status_code == NOT_HERE
    assert client.get(address(held)).status_code == NOT_HERE


def test_guests_are_asked_to_sign_in_first(client):
    assert client.get(QUEUE)["Location"].startswith(reverse("account_login"))


def test_a_moderator_without_a_second_factor_is_led_to_set_one_up(client, held):
    client.force_login(make_staff_without_mfa("new-kim", Role.MODERATOR))
    assert client.get(QUEUE)["Location"] == reverse("mfa_index")


def test_an_item_shows_the_passage_that_was_found(reviewer, author, board):
    post = submit_thread(author, board, title="Call", text="Ring me on 07700 900123 tonight.")
    page = text_of(reviewer.get(address(post)))
    assert "Contact details" in page
    assert "<mark>07700 900123</mark>" in page


def test_what_was_written_is_never_taken_for_html_in_a_passage(reviewer, author, board):
    post = submit_thread(author, board, title="Call", text='Mail <b>"x"</b> me@wren.example today.')
    page = text_of(reviewer.get(address(post)))
    assert "<mark>" in page
    assert "<b>" not in page


def test_an_item_shows_the_two_posts_before_it_and_no_earlier_one(reviewer, board):
    thread = publish_thread(make_member("first"), board, title="Trains", text="Opening words.")
    for number in (1, 2):
        reply = submit_reply(make_member(f"other{number}"), thread, text=f"Reply number {number}.")
        decided(reply, DecisionKind.PUBLISH)
    waiting = submit_reply(make_member("newest"), thread, text="The one that waits.")
    page = text_of(reviewer.get(address(waiting)))
    assert "Opening words." not in page
    assert page.index("Reply number 1.") < page.index("Reply number 2.")
    assert page.index("Reply number 2.") < page.index("Trains") < page.index("The one that waits.")


def test_an_item_shows_the_authors_standing_and_not_their_name(reviewer, board):
    author = make_member("wren")
    decided(submit_thread(author, board, title="One", text="Fine."), DecisionKind.PUBLISH)
    decided(submit_thread(author, board, title="Two", text="Not so."), DecisionKind.REMOVE)
    post = submit_thread(author, board, title="Three", text="Waits.")
    page = text_of(reviewer.get(address(post)))
    assert "Posts that were fine: 1." in page
    assert "Decisions that named a rule: 1." in page
    assert "wren" not in page


def test_reading_an_item_is_in_the_audit_log(reviewer, held, moderator):
    reviewer.get(address(held))
    event = AuditEvent.objects.get(verb="read_for_review")
    assert (event.actor, event.subject_public_id) == (moderator, held.public_id)


def test_publishing_shows_the_post_to_others_and_leads_on_to_the_next(
    reviewer, held, author, board
):
    other = submit_thread(author, board, title="Next", text="The next one.")
    answer = reviewer.post(address(held), decision(held, DecisionKind.PUBLISH))
    assert answer["Location"] == address(other)
    assert fresh(held).status == Status.PUBLISHED
    assert not Claim.objects.filter(post=held).exists()


def test_the_author_reads_the_rule_and_the_message_of_a_decision(reviewer, held, author):
    rule = any_clause()
    reviewer.post(
        address(held),
        decision(
            held, DecisionKind.REMOVE, clause=rule.anchor, message="This one was unkind, sorry."
        ),
    )
    assert fresh(held).status == Status.REMOVED
    notice = Notice.objects.get(recipient=author)
    assert rule.line in notice.message
    assert "This one was unkind, sorry." in notice.message
    minute_over(held)
    own = Client()
    own.force_login(author)
    page = text_of(own.get(reverse("forum:notices")))
    assert "This one was unkind, sorry." in page


def test_the_author_never_reads_the_note_for_the_team(reviewer, held, author):
    reviewer.post(
        address(held),
        decision(
            held,
            DecisionKind.HIDE,
            clause=any_clause().anchor,
            message="Hidden for now.",
            private_note="Third time this week.",
        ),
    )
    assert Decision.objects.get().private_note == "Third time this week."
    minute_over(held)
    own = Client()
    own.force_login(author)
    for name in ("forum:notices", "forum:my_posts"):
        assert "Third time" not in text_of(own.get(reverse(name)))


def test_a_missing_rule_is_said_at_the_field_and_the_message_stays(reviewer, held):
    sent = decision(held, DecisionKind.REMOVE, message="You wrote this in anger, I think.")
    answer = reviewer.post(address(held), sent)
    page = text_of(answer)
    assert answer.status_code == INVALID
    assert "<title>Error:" in page
    assert 'id="id_clause_error"' in page
    assert 'href="#id_clause"' in page
    assert 'id="id_clause"' in page
    assert "Pick the rule that this is about." in page
    assert "You wrote this in anger, I think." in page
    assert fresh(held).status == Status.HELD


def test_a_missing_message_is_said_and_the_chosen_rule_stays(reviewer, held):
    rule = any_clause()
    answer = reviewer.post(address(held), decision(held, DecisionKind.HIDE, clause=rule.anchor))
    page = text_of(answer)
    assert answer.status_code == INVALID
    assert "These are our usual words." in page
    assert "We hid your post for now" in page
    assert "Say it in a kinder way." in page
    assert fresh(held).status == Status.HELD
    shown = [option for option in page.split("<label") if 'name="clause"' in option]
    assert [f'value="{rule.anchor}"' in option for option in shown if " checked" in option] == [
        True
    ]


def test_every_rule_in_force_can_be_picked(reviewer, held):
    page = text_of(reviewer.get(address(held)))
    for clause in any_clause().document.clauses.all():
        assert f'name="clause" value="{clause.anchor}"' in page


def test_a_post_that_changed_meanwhile_is_shown_anew_and_not_decided(reviewer, held):
    sent = decision(held, DecisionKind.PUBLISH, private_note="Looks fine to me.")
    Post.objects.filter(pk=held.pk).update(
        version=held.version + 1, text="Other words.", html="<p>Other words.</p>"
    )
    answer = reviewer.post(address(held), sent)
    page = text_of(answer)
    assert answer.status_code == INVALID
    assert "This changed while you were looking." in page
    assert "Other words." in page
    assert "Looks fine to me." in page
    assert f'name="version" value="{held.version + 1}"' in page
    assert not Decision.objects.exists()


def test_whoever_is_second_sees_what_the_first_decided(reviewer, held):
    late = decision(held, DecisionKind.REMOVE, clause=any_clause().anchor, message="Not this.")
    decided(held, DecisionKind.PUBLISH)
    answer = reviewer.post(address(held), late)
    page = text_of(answer)
    assert answer.status_code == CONFLICT
    assert "Somebody was faster" in page
    assert "Publish" in page
    assert fresh(held).status == Status.PUBLISHED


def test_an_item_can_be_given_back(reviewer, held):
    reviewer.get(address(held))
    answer = reviewer.post(reverse("moderation:release", args=[held.public_id]))
    assert answer["Location"] == QUEUE
    assert not Claim.objects.exists()


def test_professionals_are_shown_nothing_that_is_for_peers_only(client, board):
    author = make_member("wren", choice=HcpChoice.OPEN)
    for_peers = submit_thread(
        author, board, title="Us", text="Only for us.", audience=Audience.PEERS
    )
    for_all = submit_thread(author, board, title="All", text="For all.")
    client.force_login(make_hcp("nurse"))
    page = text_of(client.get(QUEUE))
    assert address(for_all) in page
    assert address(for_peers) not in page
    assert "1 post waits" in page
    assert client.get(address(for_peers)).status_code == NOT_HERE


def test_what_was_passed_to_the_safeguarding_lead_leaves_the_moderators_queue(reviewer, held):
    reviewer.post(address(held), decision(held, DecisionKind.SAFEGUARD))
    assert address(held) not in text_of(reviewer.get(QUEUE))
    admin = Client()
    admin.force_login(make_staff("ada", Role.ADMIN))
    page = text_of(admin.get(QUEUE))
    assert address(held) in page
    assert "Safeguarding lead" in page


def test_what_was_about_somebodys_welfare_is_never_held_against_them(reviewer, author, board):
    hurt = submit_thread(author, board, title="Tired", text="I want to die and I have a plan.")
    decided(hurt, DecisionKind.ASK_CHANGE)
    post = submit_thread(author, board, title="Three", text="Waits.")
    page = text_of(reviewer.get(address(post)))
    assert "Decisions that named a rule: 0." in page
