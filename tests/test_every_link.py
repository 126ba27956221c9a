"""Every page that can be reached by links has a title and one heading, and leads to no dead end."""

import re
from collections import deque
from datetime import timedelta
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.models import Role, User
from forum.actions.reading import save_post
from forum.models import Notice, Post
from moderation.actions.reporting import file_report
from moderation.models import Category, DecisionKind
from tests.applicants import make_applicant
from tests.crawl import links_in
from tests.factories import (
    decided,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_thread,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
MOST_PAGES = 150
TITLE = re.compile(r"<title>\s*(Error: )?(\S.*?) - [^<]+</title>", re.S)
HEADING = re.compile(r"<h([1-6])[ >]")
# Files, other sites' pages, and addresses of signing out.
NOT_PAGES = re.compile(r"/static/|\.(json|csv|jsonl|txt|xml|ico)$|/json/$|as=text|logout|leave-now")


@pytest.fixture
def people() -> dict[str, User]:
    """A small site with something on every desk."""
    publish_texts()
    people = {
        "member": make_member("DozyOtter", age=19),
        "teen": make_member("NewSparrow", age=15),
        "hcp": make_hcp("NurseTeal"),
        "moderator": make_staff("CalmHarbour", Role.MODERATOR),
        "admin": make_staff("DeskLamp", Role.ADMIN),
    }
    make_applicant("AskingHeron")
    member, friend = people["member"], make_member("MarmaladeMoth", age=20)
    board = make_board("everyday")
    thread = publish_thread(friend, board, title="Night lows again", text="Who else?")
    publish_reply(member, thread, text="I keep juice by the bed.")
    opening = Post.objects.get(thread=thread, is_opening=True)
    save_post(user=member, post=opening)
    # Their decisions are of this minute, and told later.
    Notice.objects.all().delete()
    before = timezone.now() - timedelta(hours=1)
    words = {"title": "Numbers", "text": "You should take 12 units."}
    submit_thread(friend, board, **words)
    for kind in (DecisionKind.ASK_CHANGE, DecisionKind.PUBLISH):
        held = submit_thread(member, board, at=before, **words)
        decided(held, kind, at=before + timedelta(minutes=1))
    file_report(
        category=Category.BULLYING, submission_key="m" * 14, reporter=member, post=opening, words=""
    )
    return people


@pytest.mark.parametrize(
    "who, start",
    [
        ("", "home"),
        ("teen", "home"),
        ("member", "accounts:me"),
        ("hcp", "accounts:me"),
        ("moderator", "moderation:queue"),
        ("admin", "moderation:desk"),
    ],
)
def test_every_link_leads_to_a_page_with_a_title_and_one_heading(
    who: str, start: str, people: dict[str, User]
) -> None:
    client = Client()
    if who:
        client.force_login(people[who])
    seen: set[str] = set()
    waiting = deque([(reverse(start), "the start"), (reverse("home"), "the start")])
    wrong = []
    while waiting and len(seen) < MOST_PAGES:
        address, found_on = waiting.popleft()
        if address in seen or NOT_PAGES.search(address):
            continue
        seen.add(address)
        answer = client.get(address, follow=True)
        if answer.status_code >= 400:
            wrong.append(f"{address} on {found_on} answers {answer.status_code}")
            continue
        if "text/html" not in answer["Content-Type"]:
            continue
        page = answer.content.decode()
        if not TITLE.search(page):
            wrong.append(f"{address} has no title")
        levels = [int(level) for level in HEADING.findall(page[page.index("<main") :])]
        if levels.count(1) != 1:
            wrong.append(f"{address} has {levels.count(1)} main headings")
        if any(after > before + 1 for before, after in pairwise(levels)):
            wrong.append(f"{address} leaves out a level of headings: {levels}")
        waiting.extend((link, address) for link in links_in(address, answer))
    assert wrong == []
    assert len(seen) > 20
