"""Before somebody sends a question: threads that asked the same, and guides. Never in the way."""

from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.ids import new_public_id
from accounts.models import Block, User
from accounts.viewer import viewer_of
from forum.actions.drafts import save_draft
from forum.models import Audience, Board, HcpAccess, Post, Status
from forum.queries.similar import MOST_SHOWN, MOST_WORDS, similar_threads, telling_words
from tests.factories import in_state, make_board, make_hcp, make_member, publish_thread


@pytest.fixture
def board(texts: None) -> Board:
    return make_board("school")


@pytest.fixture
def author(board: Board) -> User:
    return make_member("author")


@pytest.fixture
def asker(board: Board) -> User:
    return make_member("asker")


def similar(person: User, title: str, text: str = "") -> list[str]:
    found = similar_threads(viewer_of(person), title=title, text=text)
    return [thread.title for thread in found]


def test_the_closest_comes_first_and_what_shares_little_is_not_shown(board, author, asker):
    publish_thread(author, board, title="Hypo in my maths exam", text="What did they let you do?")
    publish_thread(author, board, title="Exam rooms", text="Can a hypo kit lie on the desk?")
    publish_thread(author, board, title="Exam results", text="I passed!")
    publish_thread(author, board, title="Camping", text="Cold insulin.")
    assert similar(asker, "Hypos in an exam?") == ["Hypo in my maths exam", "Exam rooms"]


def test_words_that_all_threads_have_find_nothing(board, author, asker):
    publish_thread(author, board, title="Can anybody help me", text="What do you do?")
    assert similar(asker, "Can somebody help?", "What do you think") == []


def test_only_a_few_words_are_looked_for():
    assert len(telling_words("", " ".join(f"word{chr(97 + n)}x" for n in range(20)))) <= MOST_WORDS
    assert telling_words('") OR title : (*', "'; DROP --") == ["title", "drop"]


def test_what_one_may_not_see_is_not_shown_and_ones_own_is_not_news(board, author, asker):
    blocked = make_member("blocked")
    Block.objects.create(blocker=asker, blocked=blocked)
    publish_thread(blocked, board, title="Night hypo alarms", text="Unmet.")
    publish_thread(asker, board, title="Night hypo alarms mine", text="Own.")
    adults = make_board("grown-ups", groups=[])
    publish = publish_thread(author, board, title="Night hypo alarms held", text="Held.")
    in_state(publish.posts.get(), Status.HELD)
    moved = publish_thread(author, board, title="Night hypo alarms elsewhere", text="No.")
    type(moved).objects.filter(pk=moved.pk).update(board=adults)
    assert similar(asker, "Night hypo alarms") == []
    peers = publish_thread(
        author, board, title="Night hypo alarms peers", text="P.", audience=Audience.PEERS
    )
    assert similar(asker, "Night hypo alarms") == [peers.title]
    # Staff see all boards, but nothing that is held or for peers alone.
    assert similar(make_hcp("nurse"), "Night hypo alarms") == [
        "Night hypo alarms elsewhere",
        "Night hypo alarms mine",
        "Night hypo alarms",
    ]


def test_there_are_five_at_most_for_the_same_number_of_questions(board, author, asker):
    counts = []
    for _ in range(2):
        for number in range(6):
            publish_thread(author, board, title=f"Pump alarms {number}", text="Words.")
        with CaptureQueriesContext(connection) as asked:
            assert len(similar(asker, "Pump alarms at night")) == MOST_SHOWN
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5


# The check page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guide:
    title: str
    url: str


def guides(text: str, limit: int) -> list[Guide]:
    """Stands for the look-up of a site: one guide more than was asked for."""
    return [Guide(f"Guide {number} on {text.split()[0]}", "/x/") for number in range(limit + 1)]


def check_page(person: User, board: Board, title: str, text: str) -> tuple[Client, str, str]:
    draft = save_draft(author=person, key=new_public_id(), board=board, title=title, text=text)
    client = Client()
    client.force_login(person)
    address = reverse("forum:check", args=[draft.key])
    return client, address, client.get(address).content.decode()


def test_the_check_page_shows_threads_and_guides_and_sends_all_the_same(
    board, author, asker, settings
):
    settings.SEE_ALSO = f"{__name__}.guides"
    thread = publish_thread(author, board, title="Pump alarms", text="At night.")
    client, address, page = check_page(asker, board, "Pump alarms", "Mine beep.")
    assert reverse("forum:thread", args=[thread.public_id]) in page
    assert page.count("on Pump") == 3
    assert client.post(address, {"do": "send"}).status_code == 302
    assert Post.objects.filter(author=asker).exists()


def test_without_a_look_up_of_guides_nothing_is_shown_in_its_place(board, asker, settings):
    settings.SEE_ALSO = ""
    assert "Good to read" not in check_page(asker, board, "Pump alarms", "Mine beep.")[2]


def test_beside_words_of_danger_there_is_only_help(board, author, asker):
    publish_thread(author, board, title="Want to die of boredom in class", text="Fine today.")
    page = check_page(asker, board, "Boredom class", "I want to kill myself.")[2]
    assert "asked this already" not in page


def test_what_a_professional_is_shown_there_is_written_down(board, author):
    thread = publish_thread(author, board, title="Pump alarms", text="At night.")
    page = check_page(make_hcp("nurse"), board, "Pump alarms", "A leaflet.")[2]
    assert thread.title in page
    assert HcpAccess.objects.filter(post__thread=thread).exists()
