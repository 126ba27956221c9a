"""Break-glass: two admins show the least of one post to one professional, and tell the author."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HcpChoice, HiddenHcp, HiddenWorkplace, Recusal, Role, User, Workplace
from accounts.viewer import viewer_of
from forum.actions.audience import narrow
from forum.actions.edit import edit_post
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Audience, HcpAccess, Notice, NoticeKind, Post, Surface
from moderation import audit
from moderation.actions import breakglass
from moderation.actions.breakglass import Delay, approve, ask, open_it, refuse, sweep, tell_author
from moderation.actions.reporting import file_report
from moderation.breakglass import place_of, professionals_for, words_without_name
from moderation.models import AuditEvent, BreakGlass, Category, GlassState, Risk
from tests.factories import fresh, make_board, make_hcp, make_member, make_staff, publish_thread

pytestmark = pytest.mark.usefixtures("texts")

REASON = "They wrote of far too much insulin, and we know no place to send help to."
WHY_WAIT = "They said they would run off if anybody was told about this."
TEXT = (
    "Pip here, it is wren.\n\nI took all of it at once. I feel very odd now.\n\nCall 020 7946 0123."
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOT_HERE, REFUSED = 404, 422


@pytest.fixture
def author(db: None) -> User:
    return make_member("wren", choice=HcpChoice.NONE)


@pytest.fixture
def post(author: User) -> Post:
    thread = publish_thread(
        author, make_board("nights"), title="Tonight", text=TEXT, audience=Audience.PEERS
    )
    return thread.posts.get()


@pytest.fixture
def first(db: None) -> User:
    return make_staff("ada", Role.ADMIN)


@pytest.fixture
def second(db: None) -> User:
    return make_staff("grace", Role.ADMIN)


@pytest.fixture
def nurse(texts: None) -> User:
    return make_hcp("tealwing")


@pytest.fixture
def asked(post: Post, nurse: User, first: User, second: User) -> BreakGlass:
    return asking(post, nurse, first, passage="I took all of it at once.")


@pytest.fixture
def approved(asked: BreakGlass, second: User) -> BreakGlass:
    approve(exception=asked, admin=second)
    return again(asked)


def asking(post: Post, hcp: User, admin: User, **fields: object) -> BreakGlass:
    values: dict = {"risk": Risk.LIFE, "reason": REASON, "question": "What now?", **fields}
    return ask(post=post, hcp=hcp, admin=admin, **values)


def again(exception: BreakGlass) -> BreakGlass:
    """As the database has it now."""
    return BreakGlass.objects.select_related("revision", "author").get(pk=exception.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(exception: BreakGlass) -> str:
    return reverse("moderation:broken_glass", args=[exception.public_id])


def desk_page_of(exception: BreakGlass) -> str:
    return reverse("moderation:break_glass", args=[exception.public_id])


def verbs(exception: BreakGlass) -> list[str]:
    events = AuditEvent.objects.filter(subject_public_id=exception.public_id).order_by("number")
    return list(events.values_list("verb", flat=True))


def notices_to(user: User) -> list[Notice]:
    return list(Notice.objects.filter(recipient=user, kind=NoticeKind.EMERGENCY).order_by("pk"))


# Asking ------------------------------------------------------------------------------------------


def test_asking_shows_nobody_anything_yet(asked: BreakGlass, nurse: User, author: User) -> None:
    assert asked.state(timezone.now()) == GlassState.ASKED
    assert signed_in(nurse).get(page_of(asked)).status_code == NOT_HERE
    assert notices_to(nurse) == []
    assert notices_to(author) == []
    assert verbs(asked) == ["break_glass_asked"]


def test_the_other_admins_learn_at_once_that_one_is_waiting(
    asked: BreakGlass, first: User, second: User
) -> None:
    (notice,) = notices_to(second)
    assert notice.link == desk_page_of(asked)
    assert notice.mail_due_at is not None
    assert "insulin" not in notice.message
    assert notices_to(first) == []


def test_asking_twice_gives_the_same_one(asked: BreakGlass, post: Post, first: User) -> None:
    assert asking(post, asked.hcp, first).pk == asked.pk
    assert verbs(asked) == ["break_glass_asked"]


def test_a_reason_of_a_few_words_is_not_enough(post: Post, nurse: User, first: User) -> None:
    with pytest.raises(Refused):
        asking(post, nurse, first, reason="Looks bad.")
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize(
    "how", ["hides", "hides from the clinic", "recused", "open post", "lapsed"]
)
def test_some_professionals_are_never_shown_a_post(
    how: str, post: Post, author: User, first: User
) -> None:
    clinic = Workplace.objects.create(name="Clinic")
    code = "0.0.0" if how == "lapsed" else None
    fields = {"code_version": code} if code else {}
    someone = make_hcp("someone", workplaces=[clinic], **fields)
    if how == "hides":
        HiddenHcp.objects.create(member=author, hcp=someone)
    elif how == "hides from the clinic":
        HiddenWorkplace.objects.create(member=author, workplace=clinic)
    elif how == "recused":
        Recusal.objects.create(member=author, hcp=someone)
    elif how == "open post":
        Post.objects.filter(pk=post.pk).update(audience=Audience.COMMUNITY)
        type(post.thread).objects.filter(pk=post.thread_id).update(audience=Audience.COMMUNITY)
    assert someone not in professionals_for(fresh(post), at=timezone.now())
    with pytest.raises(Refused):
        asking(post, someone, first)


def test_members_and_moderators_are_no_professionals(post: Post, first: User, second: User) -> None:
    for person in (make_member("robin"), make_staff("calm", Role.MODERATOR), second):
        with pytest.raises(Refused):
            asking(post, person, first)


@pytest.mark.one_database
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.HCP, Role.MEMBER])
def test_only_admins_ask(role: Role, post: Post, nurse: User) -> None:
    person = {
        Role.MODERATOR: lambda: make_staff("calm", Role.MODERATOR),
        Role.HCP: lambda: nurse,
        Role.MEMBER: lambda: make_member("robin"),
    }[role]()
    with pytest.raises(NotVisible):
        asking(post, make_hcp("other-nurse"), person)


def test_nobody_asks_about_a_post_of_their_own(first: User, nurse: User) -> None:
    own = publish_thread(
        first, make_board("news"), title="Mine", text="My own words.", audience=Audience.PEERS
    ).posts.get()
    with pytest.raises(NotVisible):
        asking(own, nurse, first)


# The least of the post ----------------------------------------------------------------------------


@pytest.mark.one_database
@pytest.mark.parametrize(
    "passage,found",
    [
        ("took all of it", "took all of it"),
        ("  all of it\r\nat once. ", "all of it at once."),
        ("once. I feel very odd now.\n\nCall", "once. I feel very odd now.\n\nCall"),
        ("", TEXT),
        ("took half of it", None),
        ("TOOK ALL", None),
    ],
)
def test_a_passage_is_taken_word_for_word(passage: str, found: str | None) -> None:
    place = place_of(passage, TEXT)
    assert (TEXT[place[0] : place[1]] if place else None) == found


def test_words_that_are_not_in_the_post_are_refused(post: Post, nurse: User, first: User) -> None:
    with pytest.raises(Refused):
        asking(post, nurse, first, passage="I took nothing.")


def test_only_the_passage_is_shown(approved: BreakGlass) -> None:
    assert words_without_name(approved) == "I took all of it at once."


def test_name_and_contact_details_are_taken_out_of_the_passage(
    post: Post, nurse: User, first: User
) -> None:
    shown = words_without_name(asking(post, nurse, first))
    assert "wren" not in shown.lower()
    assert "7946" not in shown
    assert "I took all of it at once." in shown


def test_a_later_change_of_the_post_changes_nothing_that_was_approved(
    approved: BreakGlass, post: Post, author: User, nurse: User
) -> None:
    edit_post(post=post, author=author, version=post.version, text="Never mind, all fine.")
    assert words_without_name(again(approved)) == "I took all of it at once."
    assert "Never mind" not in signed_in(nurse).get(page_of(approved)).content.decode()


# The second admin ---------------------------------------------------------------------------------


def test_the_second_admin_opens_it_for_one_hour(approved: BreakGlass, second: User) -> None:
    at = approved.approved_at
    assert at is not None
    assert approved.approved_by == second
    assert approved.expires_at == at + HOUR
    assert approved.state(at) == GlassState.OPEN
    assert approved.state(at + HOUR - MINUTE) == GlassState.OPEN
    assert approved.state(at + HOUR) == GlassState.OVER


def test_nobody_approves_what_they_asked_for(asked: BreakGlass, first: User, nurse: User) -> None:
    with pytest.raises(Refused):
        approve(exception=asked, admin=first)
    assert again(asked).approved_at is None
    answer = signed_in(first).post(desk_page_of(asked), {"do": "approve", "tell": "0"})
    assert answer.status_code == REFUSED
    assert "another admin must approve" in answer.content.decode()
    assert signed_in(nurse).get(page_of(asked)).status_code == NOT_HERE


@pytest.mark.parametrize(
    "field,who,rule",
    [
        ("approved_by", "first", "break_glass_two_admins"),
        ("approved_by", "author", "conflict: own post"),
        ("approved_by", "nurse", "conflict: peers only"),
        ("asked_by", "author", "break_glass_asked_by_no_party"),
        ("asked_by", "nurse", "break_glass_asked_by_no_party"),
        ("hcp", "author", "break_glass_asked_by_no_party"),
    ],
)
def test_the_database_itself_wants_two_admins_who_are_no_party(
    field: str, who: str, rule: str, asked: BreakGlass, request: pytest.FixtureRequest
) -> None:
    values: dict = {field: request.getfixturevalue(who)}
    if field == "approved_by":
        values["approved_at"] = timezone.now()
    refused_by_the_database(asked, rule, **values)


@pytest.mark.parametrize(
    "values,rule",
    [
        ({"reason": "Too short."}, "break_glass_has_reason"),
        ({"risk": "curious"}, "break_glass_risk_known"),
        ({"excerpt_end": 0}, "break_glass_has_passage"),
        ({"approved_at": timezone.now()}, "break_glass_approved_whole"),
        ({"refused_at": timezone.now()}, "break_glass_refused_whole"),
        ({"delayed_until": timezone.now()}, "break_glass_delay_has_reason"),
        ({"told_at": timezone.now()}, "break_glass_told_of_what_happened"),
    ],
)
def test_the_database_keeps_the_rest_whole(values: dict, rule: str, asked: BreakGlass) -> None:
    refused_by_the_database(asked, rule, **values)


def refused_by_the_database(exception: BreakGlass, rule: str, **values: object) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        BreakGlass.objects.filter(pk=exception.pk).update(**values)


def test_two_at_a_time_for_one_post_and_person_cannot_stand(asked: BreakGlass) -> None:
    copy = again(asked)
    copy.pk, copy.public_id = None, "2" * 14
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.bulk_create([copy])


def test_who_reported_the_post_does_not_approve(
    asked: BreakGlass, post: Post, second: User
) -> None:
    file_report(
        category=Category.SUICIDE_OR_OVERDOSE, submission_key="r" * 14, reporter=second, post=post
    )
    with pytest.raises(Refused):
        approve(exception=asked, admin=second)


def test_approving_twice_does_it_once(
    approved: BreakGlass, second: User, author: User, nurse: User
) -> None:
    later = approved.approved_at
    assert later is not None
    assert not approve(exception=approved, admin=second, at=later + MINUTE)
    assert again(approved).expires_at == approved.expires_at
    assert len(notices_to(author)) == len(notices_to(nurse)) == 1
    assert verbs(approved).count("break_glass_approved") == 1


def test_it_can_be_refused_and_then_not_approved(
    asked: BreakGlass, second: User, first: User, nurse: User, author: User
) -> None:
    assert refuse(exception=asked, admin=second)
    assert not refuse(exception=asked, admin=second)
    with pytest.raises(StaleVersion):
        approve(exception=asked, admin=make_staff("edith", Role.ADMIN))
    assert signed_in(nurse).get(page_of(asked)).status_code == NOT_HERE
    assert notices_to(author) == []
    assert len(notices_to(first)) == 1
    assert verbs(asked) == ["break_glass_asked", "break_glass_refused"]


def test_who_asked_can_take_it_back(asked: BreakGlass, first: User) -> None:
    assert refuse(exception=asked, admin=first)
    assert again(asked).state(timezone.now()) == GlassState.REFUSED


def test_what_was_approved_cannot_be_refused_any_more(approved: BreakGlass, first: User) -> None:
    with pytest.raises(StaleVersion):
        refuse(exception=approved, admin=first)


def test_after_a_day_nobody_can_approve_it(asked: BreakGlass, second: User, post: Post) -> None:
    with pytest.raises(StaleVersion):
        approve(exception=asked, admin=second, at=asked.asked_at + timedelta(hours=24))


def test_one_can_ask_anew_when_the_first_has_lapsed(
    asked: BreakGlass, post: Post, nurse: User, first: User
) -> None:
    at = asked.asked_at + timedelta(hours=25)
    newer = asking(post, nurse, first, at=at)
    assert newer.pk != asked.pk
    assert verbs(asked)[-1] == "break_glass_lapsed"


def test_an_admin_with_a_block_between_them_and_the_author_does_neither(
    asked: BreakGlass, second: User, author: User
) -> None:
    author.blocks_made.create(blocked=second)
    with pytest.raises(NotVisible):
        approve(exception=asked, admin=second)
    assert signed_in(second).get(desk_page_of(asked)).status_code == NOT_HERE


def test_a_site_with_one_admin_says_that_nobody_can_approve(
    post: Post, nurse: User, first: User
) -> None:
    User.objects.filter(role=Role.ADMIN).exclude(pk=first.pk).update(is_active=False)
    exception = asking(post, nurse, first)
    client = signed_in(first)
    for address in (
        reverse("moderation:break_glasses"),
        reverse("moderation:break_glass_ask", args=[post.public_id]),
        desk_page_of(exception),
    ):
        assert "You are the only admin here" in client.get(address).content.decode()
    assert client.post(desk_page_of(exception), {"do": "approve", "tell": "0"}).status_code == (
        REFUSED
    )
    assert signed_in(nurse).get(page_of(exception)).status_code == NOT_HERE


# Reading ------------------------------------------------------------------------------------------


def test_the_professional_reads_the_passage_without_name_title_and_links(
    approved: BreakGlass, nurse: User, post: Post
) -> None:
    answer = signed_in(nurse).get(page_of(approved))
    words = answer.content.decode()
    assert answer.status_code == 200
    assert "I took all of it at once." in words
    assert "What now?" in words
    for kept in ("wren", "Tonight", "very odd", post.public_id, post.thread.public_id, REASON):
        assert kept not in words
    assert "no-store" in answer["Cache-Control"]


def test_the_notice_to_the_professional_has_the_link_and_no_words(
    approved: BreakGlass, nurse: User
) -> None:
    (notice,) = notices_to(nurse)
    assert notice.link == page_of(approved)
    assert notice.post is None
    assert "took" not in notice.message
    assert page_of(approved) in signed_in(nurse).get(reverse("forum:notices")).content.decode()


def test_every_opening_is_in_the_log(approved: BreakGlass, nurse: User) -> None:
    client = signed_in(nurse)
    client.get(page_of(approved))
    client.get(page_of(approved))
    opened = AuditEvent.objects.filter(verb="break_glass_opened")
    assert [event.actor for event in opened] == [nurse, nurse]
    assert not list(audit.faults())


def test_nobody_else_finds_it(
    approved: BreakGlass, author: User, first: User, second: User
) -> None:
    others = [
        author,
        first,
        second,
        make_hcp("other-nurse"),
        make_staff("calm", Role.MODERATOR),
        make_member("robin"),
    ]
    for person in others:
        assert signed_in(person).get(page_of(approved)).status_code == NOT_HERE, person
        assert signed_in(person).post(page_of(approved), {"words": "x"}).status_code == NOT_HERE
    assert Client().get(page_of(approved)).status_code == 302
    assert "break_glass_opened" not in verbs(approved)


def test_when_the_hour_is_over_nobody_finds_it_even_before_the_sweep(
    approved: BreakGlass, nurse: User
) -> None:
    past = timezone.now() - MINUTE
    BreakGlass.objects.filter(pk=approved.pk).update(expires_at=past)
    assert signed_in(nurse).get(page_of(approved)).status_code == NOT_HERE
    assert signed_in(nurse).post(page_of(approved), {"words": "late"}).status_code == NOT_HERE
    assert again(approved).answer == ""


def test_the_one_door_stays_shut(approved: BreakGlass, nurse: User, post: Post) -> None:
    viewer = viewer_of(nurse)
    assert not Post.objects.visible_to(viewer).filter(pk=post.pk).exists()
    assert not Post.objects.handleable_by(viewer).filter(pk=post.pk).exists()
    client = signed_in(nurse)
    client.get(page_of(approved))
    for name, public_id in (
        ("forum:thread", post.thread.public_id),
        ("forum:reply", post.thread.public_id),
        ("forum:post", post.public_id),
        ("forum:history", post.public_id),
        ("moderation:item", post.public_id),
        ("moderation:report_post", post.public_id),
    ):
        assert client.get(reverse(name, args=[public_id])).status_code == NOT_HERE, name


@pytest.mark.parametrize("how", ["hides", "recused", "not current", "suspended"])
def test_it_shuts_when_the_professional_may_not_meet_the_author_any_more(
    how: str, approved: BreakGlass, nurse: User, author: User
) -> None:
    if how == "hides":
        HiddenHcp.objects.create(member=author, hcp=nurse)
    elif how == "recused":
        Recusal.objects.create(member=author, hcp=nurse)
    elif how == "not current":
        nurse.hcp_profile.revoked_at = timezone.now()
        nurse.hcp_profile.save()
    else:
        nurse.suspended_until = timezone.now() + HOUR
        nurse.save()
    assert signed_in(nurse).get(page_of(approved)).status_code == NOT_HERE
    with pytest.raises(NotVisible):
        open_it(public_id=approved.public_id, hcp=nurse)


def test_the_professional_answers_once_and_both_admins_learn_of_it(
    approved: BreakGlass, nurse: User, first: User, second: User
) -> None:
    client = signed_in(nurse)
    assert client.post(page_of(approved), {"words": "Send an ambulance."}).status_code == 302
    client.post(page_of(approved), {"words": "Or do not."})
    assert again(approved).answer == "Send an ambulance."
    assert "answered" in notices_to(first)[-1].message
    assert "answered" in notices_to(second)[-1].message
    page = signed_in(first).get(desk_page_of(approved)).content.decode()
    assert "Send an ambulance." in page
    assert verbs(approved).count("break_glass_answered") == 1


# Telling the author -------------------------------------------------------------------------------


def test_the_author_is_told_at_once_by_whom_when_and_why(
    approved: BreakGlass, author: User, nurse: User
) -> None:
    (notice,) = notices_to(author)
    assert approved.told_at == approved.approved_at
    assert "Diabetes nurse" in notice.message
    assert "a life may be in danger" in notice.message
    assert timezone.localtime(approved.approved_at).strftime("%H:%M") in notice.message
    for private in (nurse.pseudonym, "ada", "grace", REASON, "took"):
        assert private not in notice.message
    page = signed_in(author).get(reverse("forum:notices")).content.decode()
    assert "Two admins showed your post" in page


def test_the_author_finds_the_opening_in_the_list_of_who_saw_their_posts(
    approved: BreakGlass, author: User, nurse: User, post: Post
) -> None:
    assert not HcpAccess.objects.filter(surface=Surface.BREAK_GLASS).exists()
    signed_in(nurse).get(page_of(approved))
    row = HcpAccess.objects.get(surface=Surface.BREAK_GLASS)
    assert (row.author, row.hcp, row.post) == (author, nurse, post)
    assert row.reason == str(Risk.LIFE.label)


@pytest.fixture
def delayed(asked: BreakGlass, second: User) -> BreakGlass:
    approve(exception=asked, admin=second, delay=Delay(WHY_WAIT, timedelta(hours=24)))
    return again(asked)


def test_telling_can_wait_and_then_nothing_tells_the_author(
    delayed: BreakGlass, author: User, nurse: User, second: User
) -> None:
    assert signed_in(nurse).get(page_of(delayed)).status_code == 200
    assert notices_to(author) == []
    assert not HcpAccess.objects.filter(surface=Surface.BREAK_GLASS).exists()
    assert (delayed.delayed_by, delayed.delay_reason) == (second, WHY_WAIT)
    assert sweep(at=timezone.now() + timedelta(hours=23)) == (1, 0)
    assert notices_to(author) == []


def test_when_the_delay_is_over_the_sweep_tells_the_author_once(
    delayed: BreakGlass, author: User, nurse: User
) -> None:
    signed_in(nurse).get(page_of(delayed))
    over = delayed.delayed_until
    assert over is not None
    assert sweep(at=over) == (1, 1)
    assert sweep(at=over + MINUTE) == (0, 0)
    (notice,) = notices_to(author)
    assert "We waited to tell you." in notice.message
    assert "did not open it" not in notice.message
    assert HcpAccess.objects.get(surface=Surface.BREAK_GLASS).hcp == nurse
    assert verbs(delayed).count("break_glass_author_told") == 1


def test_the_author_also_learns_when_it_was_never_opened(delayed: BreakGlass, author: User) -> None:
    sweep(at=delayed.delayed_until)
    (notice,) = notices_to(author)
    assert "did not open it" in notice.message
    assert not HcpAccess.objects.filter(surface=Surface.BREAK_GLASS).exists()


def test_an_admin_can_end_the_delay(delayed: BreakGlass, author: User, first: User) -> None:
    answer = signed_in(first).post(desk_page_of(delayed), {"do": "tell"})
    assert answer.status_code == 302
    assert len(notices_to(author)) == 1
    assert not tell_author(exception=delayed, admin=first)
    told = AuditEvent.objects.get(verb="break_glass_author_told")
    assert told.actor == first


@pytest.mark.one_database
@pytest.mark.parametrize(
    "delay",
    [
        Delay("Because.", timedelta(hours=4)),
        Delay(WHY_WAIT, timedelta(hours=73)),
        Delay(WHY_WAIT, timedelta(0)),
    ],
)
def test_a_delay_needs_a_reason_and_ends_after_three_days(
    delay: Delay, asked: BreakGlass, second: User
) -> None:
    with pytest.raises(Refused):
        approve(exception=asked, admin=second, delay=delay)
    assert again(asked).approved_at is None


def test_before_approval_there_is_nothing_to_tell(
    asked: BreakGlass, author: User, first: User
) -> None:
    assert not tell_author(exception=asked)
    assert not tell_author(exception=asked, admin=first)
    assert notices_to(author) == []


# What can happen in which state -------------------------------------------------------------------

ACTIONS: dict[str, Callable[[BreakGlass, User, datetime], bool]] = {
    "approve": lambda exception, admin, at: approve(exception=exception, admin=admin, at=at),
    "refuse": lambda exception, admin, at: refuse(exception=exception, admin=admin, at=at),
    "tell": lambda exception, admin, at: tell_author(exception=exception, admin=admin, at=at),
    "expire": lambda exception, admin, at: breakglass.expire(exception=exception, at=at),
    "open": lambda exception, admin, at: bool(
        open_it(public_id=exception.public_id, hcp=exception.hcp, at=at)
    ),
    "answer": lambda exception, admin, at: breakglass.answer(
        public_id=exception.public_id, hcp=exception.hcp, words="Call 999.", at=at
    ),
}
# What each action does in each state: it happens, changes nothing, or is refused.
YES, NOTHING, STALE, GONE = True, False, StaleVersion, NotVisible
HAPPENS: dict[GlassState, dict[str, object]] = {
    GlassState.ASKED: {
        "approve": YES,
        "refuse": YES,
        "tell": NOTHING,
        "expire": NOTHING,
        "open": GONE,
        "answer": GONE,
    },
    GlassState.OPEN: {
        "approve": NOTHING,
        "refuse": STALE,
        "tell": YES,
        "expire": NOTHING,
        "open": YES,
        "answer": YES,
    },
    GlassState.REFUSED: {
        "approve": STALE,
        "refuse": NOTHING,
        "tell": NOTHING,
        "expire": NOTHING,
        "open": GONE,
        "answer": GONE,
    },
    GlassState.LAPSED: {
        "approve": STALE,
        "refuse": STALE,
        "tell": NOTHING,
        "expire": YES,
        "open": GONE,
        "answer": GONE,
    },
    GlassState.OVER: {
        "approve": NOTHING,
        "refuse": STALE,
        "tell": YES,
        "expire": YES,
        "open": GONE,
        "answer": GONE,
    },
}


@pytest.mark.one_database
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", GlassState)
def test_what_can_happen_in_which_state(
    state: GlassState, action: str, asked: BreakGlass, second: User
) -> None:
    at = timezone.now()
    if state in (GlassState.OPEN, GlassState.OVER):
        approve(exception=asked, admin=second, delay=Delay(WHY_WAIT, timedelta(hours=72)), at=at)
    elif state == GlassState.REFUSED:
        refuse(exception=asked, admin=second, at=at)
    if state in (GlassState.LAPSED, GlassState.OVER):
        at += timedelta(hours=25)
    assert again(asked).state(at) == state
    expected = HAPPENS[state][action]
    before = AuditEvent.objects.count()
    if isinstance(expected, type):
        with pytest.raises(expected):
            ACTIONS[action](asked, second, at)
    else:
        assert ACTIONS[action](asked, second, at) is expected
    assert (AuditEvent.objects.count() > before) is (expected is YES)


# The desk -----------------------------------------------------------------------------------------


def test_an_admin_asks_and_another_approves_on_the_pages(
    post: Post, nurse: User, first: User, second: User
) -> None:
    listing = reverse("moderation:break_glasses")
    asker = signed_in(first)
    found = asker.get(listing, {"post": f"https://forum.example/p/{post.public_id}/"})
    ask_page = reverse("moderation:break_glass_ask", args=[post.public_id])
    assert found["Location"] == ask_page
    assert "I took all of it" in asker.get(ask_page).content.decode()
    assert AuditEvent.objects.filter(verb="read_for_break_glass", actor=first).count() == 1
    sent = asker.post(
        ask_page,
        {
            "risk": Risk.SERIOUS_HARM,
            "reason": REASON,
            "hcp": nurse.public_id,
            "passage": "I feel very odd now.",
            "question": "",
        },
    )
    exception = BreakGlass.objects.get()
    assert sent["Location"] == desk_page_of(exception)
    approver = signed_in(second)
    page = approver.get(desk_page_of(exception)).content.decode()
    assert REASON in page
    assert "I feel very odd now." in page
    approver.post(desk_page_of(exception), {"do": "approve", "tell": "0", "delay_reason": ""})
    assert "I feel very odd now." in signed_in(nurse).get(page_of(exception)).content.decode()
    listed = asker.get(listing).content.decode()
    assert "Someone may be badly hurt" in listed
    assert "very odd" not in listed


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(
    post: Post, nurse: User, first: User
) -> None:
    page = reverse("moderation:break_glass_ask", args=[post.public_id])
    answer = signed_in(first).post(
        page, {"risk": Risk.LIFE, "reason": REASON, "hcp": nurse.public_id, "passage": "Not there."}
    )
    assert answer.status_code == REFUSED
    words = answer.content.decode()
    assert "not in the post" in words
    assert "Not there." in words
    assert not BreakGlass.objects.exists()


def test_waiting_to_tell_needs_words_on_the_page_as_well(asked: BreakGlass, second: User) -> None:
    answer = signed_in(second).post(desk_page_of(asked), {"do": "approve", "tell": "24"})
    assert answer.status_code == REFUSED
    assert "Say why telling them has to wait." in answer.content.decode()
    assert again(asked).approved_at is None


def test_there_is_no_way_to_ask_for_a_post_that_professionals_read_anyway(
    first: User, nurse: User
) -> None:
    open_to_all = publish_thread(
        make_member("robin"), make_board("open"), title="Hello", text="Hello there."
    ).posts.get()
    page = reverse("moderation:break_glass_ask", args=[open_to_all.public_id])
    assert "can read this post already" in signed_in(first).get(page).content.decode()
    narrow([open_to_all.pk])
    assert nurse.public_id in signed_in(first).get(page).content.decode()


def test_a_post_that_is_not_there_gives_an_error_at_the_field(first: User) -> None:
    answer = signed_in(first).get(reverse("moderation:break_glasses"), {"post": "2" * 14})
    assert "There is no such post" in answer.content.decode()


def test_reading_one_at_the_desk_is_in_the_log(asked: BreakGlass, second: User) -> None:
    signed_in(second).get(desk_page_of(asked))
    assert verbs(asked)[-1] == "read_break_glass"


def test_the_log_holds_no_words_of_the_member(approved: BreakGlass, nurse: User) -> None:
    signed_in(nurse).get(page_of(approved))
    for event in AuditEvent.objects.filter(subject_public_id=approved.public_id):
        assert "took" not in str(event.data)
        assert "insulin" not in str(event.data)
