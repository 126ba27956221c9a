"""Rules of screening at the desk: drafts, publishing, going back, trying, throttled rules."""

import copy
import re
from datetime import timedelta
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from forum.errors import NotVisible, Refused, StaleVersion
from forum.models import Notice, NoticeKind, Origin, Ruleset, RuleTrip
from forum.rules import findings_in
from forum.screening import RULEBOOK, SHIPPED, Kind, hash_of
from forum.screening.measure import Figures
from moderation.actions import screening
from moderation.actions.screening import (
    discard_draft,
    go_back,
    hash_in_force,
    judge,
    publish_draft,
    reset,
    save_draft,
    start_draft,
    tell_of_trips,
)
from moderation.audit import faults
from moderation.models import AuditEvent
from moderation.screening import differences, pieces_of
from tests.factories import make_member, make_staff
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def admin(db: None) -> User:
    return make_staff("kim", Role.ADMIN)


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def first(db: None) -> Ruleset:
    """The rules of the software as version 1."""
    now = timezone.now()
    return Ruleset.objects.create(
        number=1,
        origin=Origin.SHIPPED,
        tables=SHIPPED,
        content_hash=hash_of(SHIPPED),
        figures=judge(SHIPPED).figures.as_json(),
        saved_at=now,
        published_at=now,
    )


@pytest.fixture
def draft(first: Ruleset, admin: User) -> Ruleset:
    return start_draft(origin=Origin.DESK, admin=admin)


def shipped() -> dict:
    """A copy of the shipped rules, to change."""
    return copy.deepcopy(dict(SHIPPED))


def with_rule(phrase: str = "purple teapot", **fields: object) -> dict:
    """The shipped rules and one more about abuse."""
    tables = shipped()
    rule = {
        "id": "abuse.made-up-1",
        "why": "Made up.",
        "rank": "hold",
        "severity": 2,
        "phrases": [phrase],
        "hits": [phrase],
        "passes": ["hello"],
        **fields,
    }
    tables["abuse"]["rule"].append(rule)
    return tables


def without_suicide() -> dict:
    """The shipped rules, but blind for most of what is most serious."""
    tables = shipped()
    rules = tables["crisis"]["rule"]
    tables["crisis"]["rule"] = [rule for rule in rules if rule["id"] != "crisis.suicide-1"]
    return tables


def saved(draft: Ruleset, admin: User, tables: dict, changes: str = "") -> Ruleset:
    return save_draft(
        draft=draft, admin=admin, seen_hash=draft.content_hash, tables=tables, changes=changes
    )


def published(draft: Ruleset, admin: User, reason: str = "") -> Ruleset:
    return publish_draft(
        draft=draft,
        admin=admin,
        seen_hash=draft.content_hash,
        seen_in_force=hash_in_force(),
        reason=reason,
    )


def kinds_of(text: str) -> list[Kind]:
    return [finding.kind for finding in findings_in(title="", text=text)]


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("number").values_list("verb", flat=True))


# Drafts ------------------------------------------------------------------------------------------


def test_a_draft_begins_as_the_rules_in_force_with_their_figures(first, admin):
    draft = start_draft(origin=Origin.DESK, admin=admin)
    assert draft.is_draft
    assert draft.content_hash == first.content_hash
    assert draft.figures == first.figures
    assert verbs() == ["screening_draft_started"]


def test_there_is_one_draft_and_a_second_start_goes_on_with_it(draft, admin):
    assert start_draft(origin=Origin.SHIPPED, admin=admin) == draft
    assert verbs() == ["screening_draft_started"]


def test_a_draft_can_begin_anew_from_the_rules_of_the_software(draft, admin):
    published(saved(draft, admin, with_rule()), admin)
    fresh = start_draft(origin=Origin.SHIPPED, admin=admin)
    assert fresh.content_hash == hash_of(SHIPPED)


def test_saving_measures_what_was_saved(draft, admin):
    before = Figures.from_json(draft.figures or {}).recall[Kind.CRISIS]
    blind = saved(draft, admin, without_suicide())
    after = Figures.from_json(blind.figures or {}).recall[Kind.CRISIS]
    assert after.part < before.part
    assert after.whole == before.whole


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(draft, admin):
    other = make_staff("lee", Role.ADMIN)
    saved(Ruleset.objects.get(pk=draft.pk), other, with_rule())
    with pytest.raises(StaleVersion):
        saved(draft, admin, without_suicide())
    assert Ruleset.objects.get(pk=draft.pk).tables == with_rule()


def test_what_is_not_rules_is_not_saved(draft, admin):
    with pytest.raises(Refused, match="nope"):
        saved(draft, admin, with_rule("{nope}"))


def test_a_draft_without_a_kind_can_be_saved_and_not_published(draft, admin):
    tables = shipped()
    tables["promo"]["rule"] = []
    draft = saved(draft, admin, tables)
    assert draft.figures is None
    with pytest.raises(Refused, match="promo"):
        published(draft, admin)


def test_a_discarded_draft_is_gone_and_what_is_published_stays(draft, first, admin):
    discard_draft(draft=draft, admin=admin)
    assert not Ruleset.objects.filter(number=None).exists()
    with pytest.raises(NotVisible):
        discard_draft(draft=first, admin=admin)
    with pytest.raises(NotVisible):
        saved(first, admin, with_rule())


# Publishing --------------------------------------------------------------------------------------


def test_published_rules_are_in_force_from_the_next_text_on(draft, admin):
    assert kinds_of("there was a purple teapot") == []
    rules = published(saved(draft, admin, with_rule(), changes="Teapots"), admin)
    assert (rules.number, rules.published_by, rules.changes) == (2, admin, "Teapots")
    assert kinds_of("there was a purple teapot") == [Kind.ABUSE]
    assert verbs()[-1] == "screening_published"
    assert list(faults()) == []


def test_rules_that_say_the_same_are_not_published(draft, admin):
    with pytest.raises(Refused) as refused:
        published(draft, admin)
    assert refused.value.message == screening.NOTHING_NEW


def test_rules_whose_examples_fail_are_not_published(draft, admin):
    draft = saved(draft, admin, with_rule(hits=["green teapot"]))
    with pytest.raises(Refused) as refused:
        published(draft, admin)
    assert refused.value.message == screening.EXAMPLES_WRONG


def test_rules_blind_for_people_in_danger_need_a_reason_which_is_kept(draft, admin):
    draft = saved(draft, admin, without_suicide())
    with pytest.raises(Refused) as refused:
        published(draft, admin, reason="  ")
    assert refused.value.message == screening.FINDS_TOO_LITTLE
    assert kinds_of("I want to kill myself") == [Kind.CRISIS]
    rules = published(draft, admin, reason="It flooded the queue.")
    assert rules.reason == "It flooded the queue."
    assert AuditEvent.objects.latest("number").data["below_target"] is True


def test_what_was_changed_after_it_was_seen_is_not_published(draft, admin):
    seen = draft.content_hash
    draft = saved(draft, admin, with_rule())
    with pytest.raises(StaleVersion):
        publish_draft(
            draft=draft, admin=admin, seen_hash=seen, seen_in_force=hash_in_force(), reason=""
        )


def test_what_was_compared_with_other_rules_is_not_published(draft, admin):
    seen = hash_in_force()
    published(saved(draft, admin, with_rule()), admin)
    draft = start_draft(origin=Origin.DESK, admin=admin)
    draft = saved(draft, admin, with_rule("green teapot"))
    with pytest.raises(StaleVersion):
        publish_draft(
            draft=draft,
            admin=admin,
            seen_hash=draft.content_hash,
            seen_in_force=seen,
            reason="",
        )


@pytest.mark.django_db(transaction=True)
def test_two_admins_publish_at_once_and_one_of_them_wins(admin, first):
    other = make_staff("lee", Role.ADMIN)
    draft = saved(start_draft(origin=Origin.DESK, admin=admin), admin, with_rule())
    seen = hash_in_force()

    def publish(by: User) -> Ruleset:
        return publish_draft(
            draft=draft, admin=by, seen_hash=draft.content_hash, seen_in_force=seen, reason=""
        )

    results = at_once(lambda: publish(admin), lambda: publish(other))
    assert sum(isinstance(result, Ruleset) for result in results) == 1
    assert all(isinstance(r, Ruleset | StaleVersion | NotVisible) for r in results), results
    assert list(Ruleset.objects.published().values_list("number", flat=True)) == [2, 1]


# Going back --------------------------------------------------------------------------------------


def test_going_back_makes_a_new_version_that_says_what_the_old_one_said(draft, first, admin):
    published(saved(draft, admin, with_rule()), admin)
    other = start_draft(origin=Origin.DESK, admin=admin)
    back = go_back(to=first, admin=admin, seen_in_force=hash_in_force())
    assert (back.number, back.origin, back.back_to) == (3, Origin.BACK, first)
    assert kinds_of("there was a purple teapot") == []
    assert verbs()[-1] == "screening_went_back"
    assert Ruleset.objects.get(number=None) == other


def test_nobody_goes_back_to_a_draft_or_to_what_is_in_force(draft, first, admin):
    with pytest.raises(NotVisible):
        go_back(to=draft, admin=admin, seen_in_force=hash_in_force())
    with pytest.raises(Refused):
        go_back(to=first, admin=admin, seen_in_force=hash_in_force())


# Throttled rules ---------------------------------------------------------------------------------


def trip(rule: str = "eating.numbers-1") -> RuleTrip:
    return RuleTrip.objects.create(rule=rule, tripped_at=timezone.now(), hits=30, usual=1.5)


def test_admins_are_told_of_a_tripped_rule_once_and_it_is_written_down(admin):
    other, member = make_staff("lee", Role.ADMIN), make_member("anna")
    moderator = make_staff("mo", Role.MODERATOR)
    trip()
    assert tell_of_trips() == 1
    assert tell_of_trips() == 0
    told = Notice.objects.filter(kind=NoticeKind.SCREENING)
    assert {notice.recipient for notice in told} == {admin, other}
    assert {notice.link for notice in told} == {reverse("moderation:screening")}
    assert member not in {n.recipient for n in told}
    assert moderator not in {n.recipient for n in told}
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor) == ("screening_rule_tripped", None)
    assert event.data == {"rule": "eating.numbers-1", "hits": 30, "usual": 1.5}


def test_a_rule_that_trips_again_after_a_reset_is_told_again(admin):
    trip()
    tell_of_trips()
    reset(rule="eating.numbers-1", admin=admin)
    trip()
    assert tell_of_trips(at=timezone.now() + timedelta(minutes=5)) == 1
    assert Notice.objects.filter(recipient=admin).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once(admin):
    trip()
    assert sorted(at_once(tell_of_trips, tell_of_trips)) == [0, 1]
    assert Notice.objects.count() == 1


def test_resetting_is_written_down_once(admin):
    trip()
    assert reset(rule="eating.numbers-1", admin=admin)
    assert not reset(rule="eating.numbers-1", admin=admin)
    assert verbs() == ["screening_rule_reset"]
    assert AuditEvent.objects.get().data == {"rule": "eating.numbers-1"}


# Pages -------------------------------------------------------------------------------------------


def page(response: HttpResponse) -> str:
    return response.content.decode()


def typed(body: str) -> dict[str, str]:
    """What a browser would send of the form of a page, unchanged."""
    form = body[body.index("novalidate") :]
    data: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and 'type="radio"' not in tag:
            data[unescape(name[1])] = unescape(value[1]) if value else ""
    for name, words in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        data[name] = unescape(words).lstrip("\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        every = re.search(r'<option value="([^"]*)"', options)
        found = chosen or every
        data[name] = found[1] if found else ""
    return data


def edit_address(draft: Ruleset, kind: str) -> str:
    return reverse("moderation:screening_edit", args=[draft.public_id, kind])


def test_the_list_shows_versions_figures_the_draft_and_throttled_rules(desk, draft):
    trip()
    trip("crisis.suicide-1")
    body = page(desk.get(reverse("moderation:screening")))
    assert "Version 1" in body
    assert "Go on with the draft" in body
    assert "May be in crisis" in body
    assert "It holds nothing now" in body
    assert "It is about danger now" in body


def test_the_list_works_before_there_is_any_version(desk):
    body = page(desk.get(reverse("moderation:screening")))
    assert "There is no version yet" in body


def test_the_list_says_when_the_newest_version_cannot_be_used(desk):
    Ruleset.objects.create(
        number=1,
        tables={},
        content_hash=hash_of({}),
        saved_at=timezone.now(),
        published_at=timezone.now(),
    )
    assert "The newest version cannot be used" in page(desk.get(reverse("moderation:screening")))


@pytest.mark.both_databases
def test_the_list_asks_as_much_for_many_versions_as_for_one(
    desk, first, django_assert_max_num_queries
):
    for number in range(2, 12):
        Ruleset.objects.create(
            number=number,
            tables={},
            content_hash=str(number),
            saved_at=timezone.now(),
            published_at=timezone.now(),
            back_to=first,
        )
    with django_assert_max_num_queries(14):
        desk.get(reverse("moderation:screening"))


@pytest.mark.parametrize("kind", ["sets", *Kind])
def test_saving_a_form_as_it_is_changes_nothing(desk, draft, kind):
    address = edit_address(draft, kind)
    response = desk.post(address, typed(page(desk.get(address))))
    assert response.status_code == 302, re.findall(r"<li>.*?</li>", page(response))[:5]
    after = Ruleset.objects.get(pk=draft.pk)
    assert differences(draft.tables, after.tables) == []
    assert after.figures == draft.figures


def test_a_phrase_can_be_added_and_found_afterwards(desk, draft):
    address = edit_address(draft, "abuse")
    data = typed(page(desk.get(address)))
    data["rule-0-phrases"] += "\npurple teapot"
    data["rule-0-hits"] += "\nthere was a purple teapot"
    data["kind-changes"] = "Teapots."
    assert desk.post(address, data).status_code == 302
    address = reverse("moderation:screening_version", args=[draft.public_id])
    body = page(desk.get(address))
    assert "looks for purple teapot" in body
    assert desk.post(f"{address}publish/", typed(body)).status_code == 302
    assert kinds_of("there was a purple teapot") == [Kind.ABUSE]


def test_a_new_rule_and_a_new_set_can_be_added_and_a_rule_taken_out(desk, draft):
    address = edit_address(draft, "promo")
    data = typed(page(desk.get(address)))
    number = int(data["rule-TOTAL_FORMS"]) - 1
    data |= {
        "kind-new_set": "pots",
        "kind-new_words": "teapot\ncoffee pot",
        f"rule-{number}-id": "promo.pots-1",
        f"rule-{number}-why": "Sells pots.",
        f"rule-{number}-severity": "3",
        f"rule-{number}-phrases": "buy ~2 {pots}",
        f"rule-{number}-hits": "buy my coffee pot",
        f"rule-{number}-passes": "a pot of tea",
        "rule-1-DELETE": "on",
    }
    gone = data["rule-1-id"]
    response = desk.post(address, data)
    assert response.status_code == 302, re.findall(r"<li>.*?</li>", page(response))[:5]
    ids = [rule["id"] for rule in Ruleset.objects.get(pk=draft.pk).tables["promo"]["rule"]]
    assert "promo.pots-1" in ids
    assert gone not in ids


@pytest.mark.parametrize(
    "field, words, error",
    [
        ("rule-0-phrases", "fine\n{nope} here", "Line 2: unknown set"),
        ("rule-0-hits", "a nice day", "misses: a nice day"),
        ("rule-0-passes", "kys, you idiot", "flags: kys, you idiot"),
        ("rule-0-why", "", "This field is required"),
        ("rule-0-id", "Not A Name", "Small letters"),
        ("rule-0-id", "dose.you-9", "the id must start with"),
        ("kind-new_set", "BAD", "Small letters, digits"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    desk, draft, field, words, error
):
    address = edit_address(draft, "abuse")
    data = typed(page(desk.get(address)))
    data[field] = words
    data["kind-changes"] = "My careful words."
    response = desk.post(address, data)
    body = page(response)
    assert response.status_code == 422
    assert error in body.replace("&#x27;", "'")
    assert f'href="#id_{field}"' in body
    again = typed(body)
    assert again[field] == words
    assert again["kind-changes"] == "My careful words."
    assert Ruleset.objects.get(pk=draft.pk).tables == draft.tables


def test_a_form_without_its_count_of_rules_saves_nothing(desk, draft):
    address = edit_address(draft, "abuse")
    data = typed(page(desk.get(address)))
    del data["rule-TOTAL_FORMS"]
    assert desk.post(address, data).status_code == 422
    assert Ruleset.objects.get(pk=draft.pk).tables == draft.tables


def test_two_admins_who_edit_at_once_lose_no_words(desk, draft, admin):
    address = edit_address(draft, "abuse")
    data = typed(page(desk.get(address)))
    data["rule-0-why"] = "Insults somebody, in other words."
    changed = copy.deepcopy(draft.tables)
    changed["dose"]["rule"][0]["why"] = "Changed by the other."
    saved(draft, make_staff("lee", Role.ADMIN), changed)
    response = desk.post(address, data)
    assert response.status_code == 422
    again = typed(page(response))
    assert again["rule-0-why"] == "Insults somebody, in other words."
    assert desk.post(address, again).status_code == 302
    tables = Ruleset.objects.get(pk=draft.pk).tables
    assert tables["abuse"]["rule"][0]["why"] == "Insults somebody, in other words."
    assert tables["dose"]["rule"][0]["why"] == "Changed by the other."


def test_the_page_of_a_blind_draft_asks_for_a_reason_at_its_field(desk, draft, admin):
    saved(draft, admin, without_suicide())
    address = reverse("moderation:screening_version", args=[draft.public_id])
    body = page(desk.get(address))
    assert "Why you publish them all the same" in body
    response = desk.post(f"{address}publish/", typed(body))
    assert response.status_code == 422
    assert 'href="#id_reason"' in page(response)
    data = typed(body) | {"reason": "It flooded the queue."}
    assert desk.post(f"{address}publish/", data).status_code == 302
    assert "It flooded the queue." in page(desk.get(reverse("moderation:screening")))


def test_an_old_version_can_be_put_in_force_again_from_its_page(desk, draft, first, admin):
    published(saved(draft, admin, with_rule()), admin)
    address = reverse("moderation:screening_version", args=[first.public_id])
    body = page(desk.get(address))
    assert "Go back to this version" in body
    assert desk.post(f"{address}back/", typed(body)).status_code == 302
    assert "Went back to version 1" in page(desk.get(reverse("moderation:screening")))


def test_published_versions_have_no_form_to_edit(desk, first):
    assert desk.get(edit_address(first, "abuse")).status_code == 404


def test_a_tried_text_shows_what_is_in_force_and_the_draft_and_leaves_nothing(desk, draft, admin):
    saved(draft, admin, with_rule())
    text = "You purple teapot <b>. Ring 07700 900123"
    before = AuditEvent.objects.count()
    body = page(desk.post(reverse("moderation:screening_try"), {"text": text}))
    assert "Rules in force" in body
    assert "<mark>purple teapot</mark>" in body
    assert body.count("<mark>07700 900123</mark>") == 2
    assert "A valid phone number." in body
    assert "abuse.made-up-1" in body
    assert "<b>. Ring" not in body
    assert AuditEvent.objects.count() == before


def test_a_text_that_raises_nothing_says_so(desk, first):
    body = page(desk.post(reverse("moderation:screening_try"), {"text": "I like swimming"}))
    assert "Nothing was found." in body


def test_pieces_of_a_text_are_the_text_again_whatever_overlaps():
    text = "I want to kill myself. You should take 6 units, ring 07700 900123, kys"
    found = RULEBOOK.screen(text)
    pieces = pieces_of(text, [*found, *found])
    assert "".join(piece.words for piece in pieces) == text
    assert any(piece.found for piece in pieces)


def test_a_rule_is_reset_from_the_list(desk):
    trip()
    assert (
        desk.post(reverse("moderation:screening_reset"), {"rule": "eating.numbers-1"}).status_code
        == 302
    )
    assert not RuleTrip.objects.filter(reset_at=None).exists()
    response = desk.post(
        reverse("moderation:screening_reset"), {"rule": "eating.numbers-1"}, follow=True
    )
    assert "not throttled any more" in page(response)
