"""Sending a report, page by page: signed out, signed in, unnamed, suspended, in a hurry."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import Block, CutOff, HcpChoice, HiddenHcp, Role, User
from forum.actions.edit import edit_post
from forum.models import Audience, Board, HcpAccess, Post, Status, Surface
from moderation.models import Category, Report
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

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

REPORT = reverse("moderation:report")
STATUS = reverse("moderation:report_status")
NOT_HERE = 404
MOST_SUBMITS = 7


@pytest.fixture
def board(db: None) -> Board:
    return make_board("feelings")


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren")


@pytest.fixture
def reporter(db: None) -> User:
    return make_member("robin")


@pytest.fixture
def post(author: User, board: Board) -> Post:
    thread = publish_thread(author, board, title="Dinner", text="Just take what I take.")
    return fresh(thread.posts.get())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return response.content.decode()


def address_of(post: Post) -> str:
    return reverse("moderation:report_post", args=[post.public_id])


def begin(
    client: Client, category: Category = Category.BULLYING, *, at: str = REPORT, **fields: str
):
    """Answer the first page; returns the answer."""
    return client.post(at, {"key": new_public_id(), "category": category.value, **fields})


def name_of(response) -> str:
    """The name of the page that an answer leads to."""
    return response["Location"].rstrip("/").split("/")[-1]


def walk(client: Client, response, answers: dict[str, dict]) -> list[str]:
    """Answer the pages that follow, until it is sent; returns their names."""
    names = []
    while "/report/new/" in response["Location"]:
        name = name_of(response)
        names.append(name)
        assert client.get(response["Location"]).status_code == 200
        response = client.post(response["Location"], answers.get(name, {}))
        assert response.status_code == 302, text_of(response)
    return names


# The way through ---------------------------------------------------------------------------------


def test_help_now_stands_above_the_first_question(client, db):
    page = text_of(client.get(REPORT))
    main = page[page.index("<main") :]
    assert main.index(reverse("guides:help_now")) < main.index('name="category"')


def test_somebody_signed_out_is_asked_one_thing_a_page_and_gets_number_and_key(client, db):
    names = walk(
        client,
        begin(client, Category.BULLYING),
        {
            "rule": {"clause": "member_rules:no-bullying"},
            "words": {"words": "Someone keeps asking for my number."},
            "who": {"contact": "me@example.org"},
        },
    )
    assert names == ["rule", "words", "who", "check"]
    assert len(names) + 1 <= MOST_SUBMITS
    report = Report.objects.get()
    assert (report.words, report.contact) == (
        "Someone keeps asking for my number.",
        "me@example.org",
    )
    assert report.clause is not None
    assert report.clause.anchor == "no-bullying"
    page = text_of(client.get(reverse("moderation:report_sent", args=[report.number])))
    assert report.number in page
    assert report.key in page


def test_every_page_but_the_first_can_be_left_empty(client, db):
    names = walk(client, begin(client), {})
    report = Report.objects.get()
    assert names[-1] == "check"
    assert (report.words, report.contact, report.clause) == ("", "", None)


def test_a_member_walks_through_all_pages_in_seven_submits_at_most(reporter, author, post):
    other = publish_reply(author, post.thread, text="All of it.")
    client = signed_in(reporter)
    names = walk(
        client,
        begin(client, Category.DANGEROUS_ADVICE, at=address_of(post)),
        {"posts": {"posts": [other.public_id]}, "who": {"name": "yes"}},
    )
    assert names == ["rule", "posts", "words", "who", "check"]
    assert len(names) + 1 <= MOST_SUBMITS
    report = Report.objects.get()
    assert (report.reporter, report.post, report.about) == (reporter, post, author)
    kept = {row.revision.text for row in report.evidence.select_related("revision")}
    assert kept == {"Just take what I take.", "All of it."}


def test_in_a_hurry_it_takes_one_submit_from_a_post(reporter, post):
    client = signed_in(reporter)
    answer = begin(client, Category.GROOMING_OR_THREAT, at=address_of(post), send="1")
    report = Report.objects.get()
    assert (report.post, report.category) == (post, Category.GROOMING_OR_THREAT)
    assert report.number in answer["Location"]
    assert "Need help now?" in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize(
    "category, words",
    [
        (Category.SUICIDE_OR_OVERDOSE, "You don&#x27;t have to get through this alone"),
        (Category.MEDICAL_EMERGENCY, "Look after yourself first"),
        (Category.GROOMING_OR_THREAT, "Need help now?"),
    ],
)
def test_in_danger_help_stands_on_every_page_and_blocks_none(client, db, category, words):
    answer = begin(client, category)
    names = []
    while "/report/new/" in answer["Location"]:
        names.append(name_of(answer))
        page = text_of(client.get(answer["Location"])).replace("'", "&#x27;")
        assert words in page, names
        answer = client.post(answer["Location"])
    assert names == ["words", "who", "check"]
    assert words in text_of(client.get(answer["Location"])).replace("'", "&#x27;")


def test_a_wrong_decision_leads_to_the_appeal_and_to_ones_own_reports(reporter):
    client = signed_in(reporter)
    answer = begin(client, Category.DECISION_COMPLAINT)
    assert name_of(answer) == "decision"
    page = text_of(client.get(answer["Location"]))
    main = page[page.index("<main") :]
    assert reverse("forum:notices") in main
    assert reverse("moderation:own_reports") in main
    walk(client, answer, {"who": {"name": "yes"}})
    assert Report.objects.get().category == Category.DECISION_COMPLAINT


def test_a_category_is_needed_and_nothing_is_stored_before(client, db):
    page = text_of(client.post(REPORT, {"key": new_public_id()}))
    assert "Pick the one that fits best." in page
    assert 'href="#id_category_0"' in page
    assert "<title>Error:" in page
    assert not Report.objects.exists()


# Kept between pages ------------------------------------------------------------------------------


def test_what_was_answered_is_there_after_back_a_reload_and_a_pause(client, db):
    answer = begin(client, Category.OTHER)
    rule = answer["Location"]
    words = client.post(rule, {"clause": ""})["Location"]
    client.post(words, {"words": "It is hard to say."})
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert "It is hard to say." in text_of(client.get(words))
        check = words.replace("/words/", "/check/")
        assert "It is hard to say." in text_of(client.get(check))
        walk(client, client.post(words, {"words": "It is hard."}), {})
    assert Report.objects.get().words == "It is hard."


def test_two_tabs_hold_two_reports(client, db):
    one, other = begin(client, Category.SPAM), begin(client, Category.OTHER)
    one_words = client.post(one["Location"])
    other_words = client.post(other["Location"])
    walk(client, one_words, {"words": {"words": "One."}})
    walk(client, other_words, {"words": {"words": "Other."}})
    assert set(Report.objects.values_list("category", "words")) == {
        ("spam", "One."),
        ("other", "Other."),
    }


def test_sending_twice_files_it_once_and_shows_the_same_number(client, db):
    answer = begin(client, Category.SPAM)
    check = re.sub(r"/\w+/$", "/check/", answer["Location"])
    places = {client.post(check)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Report.objects.count() == 1
    assert client.get(check)["Location"] in places


def test_the_first_page_sent_again_is_still_the_same_report(reporter, post):
    client = signed_in(reporter)
    sent = {"key": new_public_id(), "category": "spam", "send": "1"}
    assert (
        client.post(address_of(post), sent)["Location"]
        == (client.post(address_of(post), sent)["Location"])
    )
    assert Report.objects.count() == 1


def test_a_change_from_the_check_page_leads_back_there(client, db):
    check = re.sub(r"/\w+/$", "/check/", begin(client)["Location"])
    change = check.replace("/check/", "/words/?check")
    assert client.post(change, {"words": "More."})["Location"] == check
    what = check.replace("/check/", "/what/?check")
    key = check.split("/")[-3]
    changed = client.post(what, {"key": key, "category": Category.SUICIDE_OR_OVERDOSE})
    assert changed["Location"] == check
    assert "get through this alone" in text_of(client.get(check))


def test_nobody_else_finds_the_pages_of_a_report(client, db):
    place = begin(client)["Location"]
    assert Client().get(place)["Location"] == REPORT
    assert Client().post(place)["Location"] == REPORT


def test_pages_that_a_report_does_not_have_are_not_there(client, db):
    place = begin(client, Category.SUICIDE_OR_OVERDOSE)["Location"]
    for name in ("rule", "posts", "decision", "nowhere"):
        assert client.get(place.replace("/words/", f"/{name}/")).status_code == NOT_HERE


# Which posts, which people -----------------------------------------------------------------------


def test_the_reported_post_is_shown_and_kept_as_it_was_read(reporter, author, post):
    client = signed_in(reporter)
    page = text_of(client.get(address_of(post)))
    assert "By wren in “Dinner”" in page
    assert "Just take what I take." in page
    answer = begin(client, Category.DANGEROUS_ADVICE, at=address_of(post))
    edit_post(post=post, author=author, version=post.version, text="Ask your team.")
    walk(client, answer, {"who": {"name": "yes"}})
    report = Report.objects.get()
    assert report.revision is not None
    assert report.revision.text == "Just take what I take."
    assert report.evidence.count() == 2


def test_a_post_that_its_author_takes_away_meanwhile_is_reported_and_not_shown(
    reporter, author, post
):
    client = signed_in(reporter)
    answer = begin(client, Category.BULLYING, at=address_of(post))
    in_state(post, Status.WITHDRAWN)
    check = re.sub(r"/\w+/$", "/check/", answer["Location"])
    page = text_of(client.get(check))
    assert "The post that you picked, as you read it" in page
    for hidden in ("Just take what I take.", "wren", "Dinner"):
        assert hidden not in page
    client.post(check)
    report = Report.objects.get()
    assert (report.post, report.about) == (post, author)


def test_only_posts_that_the_reporter_sees_can_be_added(reporter, author, post):
    seen = publish_reply(author, post.thread, text="All of it.")
    blocking = make_member("shy")
    unseen = publish_reply(blocking, post.thread, text="Nobody reads me.")
    Block.objects.create(blocker=blocking, blocked=reporter)
    client = signed_in(reporter)
    answer = begin(client, Category.BULLYING, at=address_of(post))
    place = answer["Location"].replace("/rule/", "/posts/")
    page = text_of(client.get(place))
    assert seen.public_id in page
    assert unseen.public_id not in page
    refused = client.post(place, {"posts": [unseen.public_id]})
    assert refused.status_code == 200
    assert "Error:" in text_of(refused)


def test_nobody_can_report_their_own_post_or_one_they_cannot_see(author, post, board):
    lark = make_member("lark", choice=HcpChoice.OPEN)
    thread = publish_thread(lark, board, title="Us", text="Us.", audience=Audience.PEERS)
    assert signed_in(author).get(address_of(post)).status_code == NOT_HERE
    hidden = address_of(thread.posts.get())
    assert signed_in(make_hcp("nurse")).get(hidden).status_code == NOT_HERE


def person(user: User) -> str:
    return reverse("moderation:report_person", args=[user.public_id])


def test_somebody_whom_one_meets_can_be_reported_with_their_posts(reporter, author, post):
    client = signed_in(reporter)
    assert "Report wren" in text_of(client.get(person(author)))
    answer = begin(client, Category.UNCOMFORTABLE, at=person(author))
    walk(client, answer, {"posts": {"posts": [post.public_id]}, "who": {"name": "yes"}})
    report = Report.objects.get()
    assert (report.about, report.post) == (author, None)
    assert [row.post_public_id for row in report.evidence.all()] == [post.public_id]


def test_somebody_whom_one_does_not_meet_is_not_there(reporter, author, post):
    assert signed_in(author).get(person(author)).status_code == NOT_HERE
    assert signed_in(reporter).get(person(make_member("silent"))).status_code == NOT_HERE
    Block.objects.create(blocker=author, blocked=reporter)
    assert signed_in(reporter).get(person(author)).status_code == NOT_HERE


def test_whoever_may_open_the_page_of_a_professional_can_report_them(reporter):
    nurse = make_hcp("nurse")
    page = reverse("forum:professional", args=[nurse.public_id])
    assert person(nurse) in text_of(signed_in(reporter).get(page))
    assert signed_in(reporter).get(person(nurse)).status_code == 200
    HiddenHcp.objects.create(member=reporter, hcp=nurse)
    assert signed_in(reporter).get(page).status_code == NOT_HERE
    assert signed_in(reporter).get(person(nurse)).status_code == NOT_HERE


# About a professional ----------------------------------------------------------------------------


def test_about_a_professional_it_is_said_plainly_and_done_at_once(reporter, board):
    nurse = make_hcp("nurse")
    post = publish_thread(nurse, board, title="News", text="Write to me.").posts.get()
    client = signed_in(reporter)
    assert "they cannot see your posts any more" in text_of(client.get(address_of(post)))
    answer = begin(client, Category.HCP_BOUNDARY, at=address_of(post))
    rule = text_of(client.get(answer["Location"]))
    assert "hcp_code:no-private-contact" in rule
    assert "hcp_code:no-doses" in rule
    walk(client, answer, {"who": {"name": "yes"}})
    assert CutOff.objects.filter(member=reporter, hcp=nurse).exists()
    number = Report.objects.get().number
    page = text_of(client.get(reverse("moderation:report_sent", args=[number])))
    assert "You are kept apart now" in page
    assert "Hide this person now" not in page


def test_an_unnamed_member_leaves_no_name_and_is_hidden_all_the_same(reporter):
    nurse = make_hcp("nurse")
    client = signed_in(reporter)
    walk(client, begin(client, Category.HCP_BOUNDARY, at=person(nurse)), {"who": {"name": "no"}})
    report = Report.objects.get()
    assert (report.reporter, report.contact, report.about) == (None, "", nurse)
    assert HiddenHcp.objects.filter(member=reporter, hcp=nurse).exists()
    page = text_of(client.get(reverse("moderation:report_sent", args=[report.number])))
    assert report.key in page
    assert report.number not in text_of(client.get(reverse("moderation:own_reports")))


def test_staff_cannot_stay_unnamed_as_nobody_decides_on_what_they_reported(post):
    moderator = make_staff("kim", Role.MODERATOR)
    client = signed_in(moderator)
    names = walk(client, begin(client, Category.SPAM, at=address_of(post)), {})
    assert "who" not in names
    assert Report.objects.get().reporter == moderator


def test_what_a_professional_reads_while_reporting_is_written_down(author, post):
    other = publish_reply(author, post.thread, text="All of it.")
    nurse = make_hcp("nurse")
    client = signed_in(nurse)
    answer = begin(client, Category.SPAM, at=address_of(post))
    client.get(answer["Location"].replace("/rule/", "/posts/"))
    read = HcpAccess.objects.filter(hcp=nurse, surface=Surface.REPORT)
    assert set(read.values_list("post", flat=True)) == {post.pk, other.pk}


# Who may -----------------------------------------------------------------------------------------


def test_a_suspended_member_can_report_and_follow(reporter):
    reporter.suspended_until = timezone.now() + timedelta(days=7)
    reporter.save()
    client = signed_in(reporter)
    walk(client, begin(client), {"words": {"words": "Help."}, "who": {"name": "yes"}})
    report = Report.objects.get()
    assert report.reporter == reporter
    own = text_of(client.get(reverse("moderation:own_report", args=[report.number])))
    assert "Help." in own


def test_the_person_can_be_hidden_from_the_page_after_sending(reporter, author, post):
    client = signed_in(reporter)
    place = begin(client, at=address_of(post), send="1")["Location"]
    assert "Hide wren now?" in text_of(client.get(place))
    number = Report.objects.get().number
    client.post(reverse("moderation:report_hide", args=[number]))
    assert Block.objects.filter(blocker=reporter, blocked=author).exists()
    assert "Hide wren now?" not in text_of(client.get(place))


def test_moderators_cannot_be_hidden(reporter, board):
    kim = make_staff("kim", Role.MODERATOR)
    post = publish_thread(kim, board, title="Rules", text="Please be kind.").posts.get()
    client = signed_in(reporter)
    place = begin(client, at=address_of(post), send="1")["Location"]
    assert "Hide this person now" not in text_of(client.get(place))
    client.post(reverse("moderation:report_hide", args=[Report.objects.get().number]))
    assert not Block.objects.exists()


def test_the_page_after_sending_is_not_there_for_others(client, reporter, post):
    begin(signed_in(reporter), at=address_of(post), send="1")
    number = Report.objects.get().number
    sent = reverse("moderation:report_sent", args=[number])
    assert client.get(sent)["Location"] == STATUS
    assert signed_in(make_member("else")).get(sent)["Location"] == STATUS
