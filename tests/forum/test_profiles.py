"""Profiles: each piece for whom its owner likes, and none at all for those who meet no post."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    AgeGroup,
    Block,
    HcpChoice,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
    Workplace,
)
from forum.actions.profiles import Kept, ProfileWords, save_profile
from forum.errors import Refused
from forum.models import Audience, HcpAccess, Post, Profile, ShownTo, Status, Surface, Thread
from forum.models.profile import FIELDS
from tests.factories import (
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_staff,
    publish_reply,
    publish_thread,
    submit_reply,
)
from tests.seasoned import make_seasoned

NOBODY, PEERS, EVERYBODY = ShownTo.NOBODY, ShownTo.PEERS, ShownTo.EVERYBODY
OWN = reverse("forum:own_profile")
# What stands on the page for each piece.
SAYS = {
    "pronouns": "they/them",
    "since": "5 to 9 years",
    "uses": "Patch pump, Sensor (CGM)",
    "about": "I paint odd socks.",
    "joined": "Here since",
}
FILLED = ProfileWords(
    pronouns="they", since="under_10", uses=["patch", "cgm"], about="I paint odd socks."
)


def browser_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def page_of(user: User) -> str:
    return reverse("forum:profile", args=[user.public_id])


def status_for(viewer: User | None, user: User) -> int:
    return browser_of(viewer).get(page_of(user)).status_code


def words_for(viewer: User, user: User, query: str = "") -> str:
    response = browser_of(viewer).get(page_of(user) + query)
    assert response.status_code == 200
    return response.content.decode()


def shown(**levels: str) -> ProfileWords:
    return replace(FILLED, **{f"{name}_for": level for name, level in levels.items()})


@pytest.fixture
def adults(texts):
    return make_board("adults", groups=[AgeGroup.ADULT])


@pytest.fixture
def owner(adults) -> User:
    """A member with a thread for the community and a filled profile that nobody sees."""
    member = make_seasoned("owner", board=adults)
    publish_thread(member, adults, title="For all", text="Who else is up?")
    save_profile(user=member, words=FILLED)
    return member


def thread_of(user: User) -> Thread:
    return Thread.objects.get(author=user, title="For all")


# Who finds a profile at all --------------------------------------------------------------------


def test_only_who_reads_a_post_of_theirs_finds_the_profile(owner, adults):
    clinic = Workplace.objects.create(name="Hill Clinic")
    hidden = make_hcp("hidden")
    at_clinic = make_hcp("at-clinic", workplaces=[clinic])
    recused = make_hcp("recused")
    HiddenHcp.objects.create(member=owner, hcp=hidden)
    HiddenWorkplace.objects.create(member=owner, workplace=clinic)
    Recusal.objects.create(member=owner, hcp=recused)
    blocked, blocking = make_member("blocked"), make_member("blocking")
    Block.objects.create(blocker=owner, blocked=blocked)
    Block.objects.create(blocker=blocking, blocked=owner)
    finds = {
        "peer": (make_member("peer"), 200),
        "themselves": (owner, 200),
        "moderator": (make_staff("mo", Role.MODERATOR), 200),
        "admin": (make_staff("ada", Role.ADMIN), 200),
        "nurse": (make_hcp("nurse"), 200),
        "hidden": (hidden, 404),
        "at clinic": (at_clinic, 404),
        "recused": (recused, 404),
        "blocked": (blocked, 404),
        "blocking": (blocking, 404),
        "teenager": (make_member("teen", age=14), 404),
        "suspended": (make_member("out", suspended_until=timezone.now() + _week()), 404),
        "guest": (None, 302),
    }
    assert {name: status_for(who, owner) for name, (who, _) in finds.items()} == {
        name: status for name, (_, status) in finds.items()
    }


def _week():
    return timedelta(days=7)


def test_not_found_looks_the_same_as_nobody(owner):
    blocked = make_member("blocked")
    Block.objects.create(blocker=owner, blocked=blocked)
    client = browser_of(blocked)
    nobody = client.get(reverse("forum:profile", args=["2" * 14]))
    kept = client.get(page_of(owner))
    assert (kept.status_code, kept.content) == (404, nobody.content)


def test_ages_that_share_no_board_do_not_find_each_other(adults):
    teens = make_board("teens", groups=[AgeGroup.TEEN])
    both = make_board("both", groups=[AgeGroup.TEEN, AgeGroup.ADULT])
    adult, teen = make_seasoned("adult", board=adults), make_member("teen", age=14)
    publish_thread(teen, teens, title="School", text="Hello.")
    assert (status_for(teen, adult), status_for(adult, teen)) == (404, 404)
    publish_thread(teen, both, title="Both", text="Hello.")
    assert (status_for(teen, adult), status_for(adult, teen)) == (404, 200)


def test_a_member_without_a_post_is_found_by_themselves_and_admins_alone(adults):
    quiet = make_member("quiet")
    others = (make_member("peer"), make_staff("mo", Role.MODERATOR), make_hcp("nurse"))
    assert [status_for(who, quiet) for who in others] == [404] * 3
    found_by = (quiet, make_staff("ada", Role.ADMIN))
    assert [status_for(who, quiet) for who in found_by] == [200, 200]


def test_what_is_held_hidden_or_removed_opens_no_profile(adults):
    author, peer = make_member("author"), make_member("peer")
    thread = publish_thread(make_seasoned("host", board=adults), adults, title="T", text="Words.")
    held = submit_reply(author, thread, text="First.")
    assert held.status == Status.HELD
    assert status_for(peer, author) == 404
    posted = publish_reply(author, thread, text="Second.")
    assert status_for(peer, author) == 200
    for status in (Status.HIDDEN, Status.REMOVED):
        in_state(posted, status)
        assert status_for(peer, author) == 404
    assert status_for(author, author) == 200


def test_who_lets_no_professionals_in_has_no_profile_for_them_even_by_an_old_post(owner):
    nurse = make_hcp("nurse")
    thread = thread_of(owner)
    card = reverse("forum:thread", args=[thread.public_id])
    assert status_for(nurse, owner) == 200
    assert page_of(owner) in browser_of(nurse).get(card).content.decode()
    User.objects.filter(pk=owner.pk).update(hcp_choice=HcpChoice.NONE)
    # The old post stays as it was chosen for; nothing leads from it to a person.
    page = browser_of(nurse).get(card).content.decode()
    assert "owner" in page
    assert page_of(owner) not in page
    assert status_for(nurse, owner) == 404
    assert status_for(make_member("peer"), owner) == 200


def test_staff_and_closed_accounts_have_none(owner, adults):
    peer, mo = make_member("peer"), make_staff("mo", Role.MODERATOR)
    thread = thread_of(owner)
    publish_reply(mo, thread, text="Kind words.")
    assert status_for(peer, mo) == 404
    User.objects.filter(pk=owner.pk).update(closed_at=timezone.now())
    assert [status_for(who, owner) for who in (peer, make_staff("ada", Role.ADMIN))] == [404, 404]
    page = browser_of(peer).get(reverse("forum:thread", args=[thread.public_id])).content.decode()
    assert page_of(owner) not in page


def test_every_name_on_a_card_that_is_a_link_leads_somewhere(owner, adults):
    """A link that led nowhere would tell."""
    nurse, mo = make_hcp("nurse"), make_staff("mo", Role.MODERATOR)
    thread = thread_of(owner)
    peers_only = make_member("shy", choice=HcpChoice.NONE)
    for author in (nurse, mo, peers_only, make_member("open")):
        publish_reply(author, thread, text="Hello.")
    for viewer in (make_member("peer"), nurse, mo, make_staff("ada", Role.ADMIN), owner):
        client = browser_of(viewer)
        page = client.get(reverse("forum:thread", args=[thread.public_id])).content.decode()
        people = [user for user in User.objects.all() if page_of(user) in page]
        assert people
        assert {client.get(page_of(user)).status_code for user in people} == {200}


# Each piece ------------------------------------------------------------------------------------

SEES = {
    "peer": {PEERS, EVERYBODY},
    "moderator": {PEERS, EVERYBODY},
    "admin": {PEERS, EVERYBODY},
    "nurse": {EVERYBODY},
}


@pytest.mark.parametrize("who", SEES)
@pytest.mark.parametrize("level", list(ShownTo))
def test_each_piece_is_for_whom_it_was_picked(who, level, owner):
    viewer = {
        "peer": lambda: make_member("peer"),
        "moderator": lambda: make_staff("mo", Role.MODERATOR),
        "admin": lambda: make_staff("ada", Role.ADMIN),
        "nurse": lambda: make_hcp("nurse"),
    }[who]()
    for name in FIELDS:
        others = EVERYBODY if level == NOBODY else NOBODY
        levels = dict.fromkeys(FIELDS, others) | {name: level}
        save_profile(user=owner, words=shown(**levels))
        page = words_for(viewer, owner)
        for piece, says in SAYS.items():
            assert (says in page) == (levels[piece] in SEES[who]), (piece, levels[piece])


def test_to_a_professional_a_hidden_piece_is_as_if_it_were_not_there(owner):
    """Two worlds: one with everything for peers, one with nothing at all."""
    nurse = make_hcp("nurse")
    save_profile(user=owner, words=shown(**dict.fromkeys(FIELDS, PEERS)))
    full = browser_of(nurse).get(page_of(owner)).content
    Profile.objects.all().delete()
    assert browser_of(nurse).get(page_of(owner)).content == full


def test_to_a_peer_what_is_for_nobody_is_as_if_it_were_not_there(owner):
    peer = make_member("peer")
    filled = words_for(peer, owner)
    Profile.objects.all().delete()
    assert words_for(peer, owner) == filled


def test_without_a_choice_nothing_is_shown(owner):
    row = Profile.objects.get(user=owner)
    assert {getattr(row, f"{name}_for") for name in FIELDS} == {NOBODY}


def test_the_owner_sees_it_as_others_do(owner):
    save_profile(user=owner, words=shown(pronouns=PEERS, since=EVERYBODY))
    as_peers = words_for(owner, owner)
    as_professionals = words_for(owner, owner, "?as=professional")
    assert SAYS["pronouns"] in as_peers
    assert SAYS["since"] in as_peers
    assert SAYS["about"] not in as_peers
    assert SAYS["pronouns"] not in as_professionals
    assert SAYS["since"] in as_professionals
    nurse = make_hcp("nurse")
    # Nobody else can look through other eyes.
    assert SAYS["pronouns"] not in words_for(nurse, owner, "?as=peer")


# Its posts -------------------------------------------------------------------------------------


def test_it_lists_the_posts_that_this_viewer_may_see_and_counts_none(owner, adults):
    thread = publish_thread(owner, adults, title="Peerstitle", text="Pw.", audience=Audience.PEERS)
    publish_reply(owner, thread, text="Peersreply here.", audience=Audience.PEERS)
    opened = publish_thread(owner, adults, title="Opentitle", text="Openwords here.")
    peer, nurse = make_member("peer"), make_hcp("nurse")
    for_peer, for_nurse = words_for(peer, owner), words_for(nurse, owner)
    for words in ("Peerstitle", "Peersreply", "Opentitle", "Openwords"):
        assert words in for_peer
    for words in ("Peerstitle", "Peersreply"):
        assert words not in for_nurse
    assert "Openwords" in for_nurse
    assert "last seen" not in for_peer.lower()
    opening = Post.objects.get(thread=opened, is_opening=True)
    logged = HcpAccess.objects.filter(hcp=nurse, post=opening, surface=Surface.PROFILE)
    assert logged.count() == 1
    assert not HcpAccess.objects.filter(hcp=nurse, post__thread=thread).exists()


def test_it_has_pages_and_asks_the_same_for_few_and_for_many(owner, adults):
    peer = make_member("peer")
    few = _queries(peer, page_of(owner))
    posts = [
        Post.objects.get(
            thread=publish_thread(owner, adults, title=f"Title {number}", text="W."),
            is_opening=True,
        )
        for number in range(25)
    ]
    many = _queries(peer, page_of(owner))
    assert len(many) == len(few) <= 8
    first = words_for(peer, owner)
    assert "Title 24<" in first
    assert "Title 4<" not in first
    assert f"?after={posts[5].public_id}" in first
    second = words_for(peer, owner, f"?after={posts[5].public_id}")
    assert "Title 4<" in second
    assert "Title 24<" not in second
    # A post that the viewer may not see, or of somebody else, is no place to go on from.
    in_state(posts[5], Status.HIDDEN)
    assert "Title 24<" in words_for(peer, owner, f"?after={posts[5].public_id}")


def _queries(user: User, address: str) -> list[str]:
    client = browser_of(user)
    assert client.get(address).status_code == 200
    caches["cards"].clear()
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return [query["sql"] for query in captured.captured_queries]


def test_a_muted_word_keeps_the_excerpt_away(owner, adults):
    publish_thread(owner, adults, title="Cake", text="Marzipanwords for all.")
    peer = make_member("peer", muted_words=["marzipanwords"])
    assert "Marzipanwords" not in words_for(peer, owner)


def test_it_leads_to_report_and_hide_and_stays_out_of_search_engines(owner):
    peer, nurse = make_member("peer"), make_hcp("nurse")
    report = reverse("moderation:report_person", args=[owner.public_id])
    page = words_for(peer, owner)
    assert '<meta name="robots" content="noindex">' in page
    assert report in page
    assert browser_of(peer).get(report).status_code == 200
    newest = Post.objects.filter(author=owner).order_by("-created_at", "-pk").first()
    assert reverse("forum:block", args=[newest.public_id]) in page
    assert reverse("moderation:recuse", args=[newest.public_id]) in words_for(nurse, owner)
    assert report not in words_for(owner, owner)


# Filling it in ---------------------------------------------------------------------------------


def form_of(words: ProfileWords) -> dict[str, object]:
    return {name: getattr(words, name) for name in ProfileWords.__dataclass_fields__}


def test_a_member_fills_it_in(owner):
    client = browser_of(owner)
    assert SAYS["about"] in client.get(OWN).content.decode()
    words = shown(pronouns=PEERS, about=EVERYBODY)
    assert client.post(OWN, form_of(words))["Location"] == OWN
    row = Profile.objects.get(user=owner)
    assert (row.pronouns_for, row.about_for, row.since_for) == (PEERS, EVERYBODY, NOBODY)
    assert row.uses == ["patch", "cgm"]


@pytest.mark.parametrize(
    "about, says",
    [
        ("Write to me: wren@mail.example", "how to reach you"),
        ("I am wren_99 on insta, add me", "how to reach you"),
        ("Take 6 units of novorapid before pizza", "reads like a dose"),
        ("Look at https://shop.example", "links"),
        ("www.shop.example is mine", "links"),
    ],
)
def test_contact_details_and_doses_are_refused_beside_the_field(about, says, owner):
    client = browser_of(owner)
    response = client.post(OWN, form_of(replace(FILLED, about=about, about_for=PEERS)))
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert about in page
    assert "Error:" in page
    assert Profile.objects.get(user=owner).about == FILLED.about
    with pytest.raises(Refused):
        save_profile(user=owner, words=replace(FILLED, about=about))


def test_words_that_worry_are_kept_for_their_own_eyes_and_help_is_shown(owner):
    about = "Some days I want to kill myself."
    client = browser_of(owner)
    page = client.post(OWN, form_of(replace(FILLED, about=about, about_for=EVERYBODY)), follow=True)
    words = page.content.decode()
    assert "panel-help" in words
    assert "for your eyes only" in words
    row = Profile.objects.get(user=owner)
    assert (row.about, row.about_for) == (about, NOBODY)
    assert about not in words_for(make_member("peer"), owner)


def test_words_of_new_members_wait_until_their_first_posts_were_read(adults):
    new = make_member("new")
    words = replace(FILLED, about_for=PEERS, pronouns_for=PEERS)
    assert save_profile(user=new, words=words) == Kept.NEW
    row = Profile.objects.get(user=new)
    assert (row.about, row.about_for, row.pronouns_for) == (FILLED.about, NOBODY, PEERS)
    thread = publish_thread(make_seasoned("host", board=adults), adults, title="T", text="Words.")
    for number in range(3):
        publish_reply(new, thread, text=f"Hello {number}.")
    assert save_profile(user=new, words=words) == Kept.AS_PICKED
    assert Profile.objects.get(user=new).about_for == PEERS


def test_somebody_silenced_may_hide_words_but_not_show_new_ones(owner):
    save_profile(user=owner, words=replace(FILLED, about_for=EVERYBODY))
    User.objects.filter(pk=owner.pk).update(silenced_until=timezone.now() + _week())
    with pytest.raises(Refused):
        save_profile(user=owner, words=replace(FILLED, about="New words.", about_for=PEERS))
    save_profile(user=owner, words=replace(FILLED, about_for=NOBODY))
    assert Profile.objects.get(user=owner).about_for == NOBODY


def test_it_is_for_members_alone(texts):
    for user in (make_hcp("nurse"), make_staff("mo", Role.MODERATOR)):
        client = browser_of(user)
        assert client.get(OWN).status_code == 404
        assert client.post(OWN, form_of(FILLED)).status_code == 404
    assert not Profile.objects.exists()


def test_nonsense_is_not_taken(owner):
    response = browser_of(owner).post(
        OWN, form_of(replace(FILLED, pronouns="xx", uses=["needles"], about="w" * 301))
    )
    page = response.content.decode()
    assert "Please keep it under 300 characters." in page
    assert Profile.objects.get(user=owner).about == FILLED.about
