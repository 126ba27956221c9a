"""Me > Consent: records, receipts, and changing one's mind with one click either way."""

import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.consent import NO, YES, choose_extra, in_force, wants_mail
from accounts.models import Consent, Document, HcpChoice, Method, Purpose, Role, User
from accounts.receipts import receipt
from forum.actions.audience import choose_hcp_involvement
from forum.actions.notices import notify
from forum.mail import send_due
from forum.models import NoticeKind
from tests.factories import make_hcp, make_member, make_staff

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

CONSENTS = reverse("accounts:consents")
CHOOSE = reverse("accounts:choose")
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def wren(texts: None) -> User:
    return make_member("wren", age=19)


@pytest.fixture
def wrens(wren: User) -> Client:
    client = Client()
    client.force_login(wren)
    return client


def main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def newest(user: User, purpose: Purpose) -> Consent:
    consent = in_force(user, purpose)
    assert consent is not None
    return consent


def test_a_receipt_has_the_fields_of_the_specification_and_the_exact_words(wren, settings):
    settings.OPERATOR_NAME = "Good Friends"
    settings.OPERATOR_EMAIL = "hello@friends.example"
    consent = choose_extra(user=wren, purpose=Purpose.RESEARCH, value=YES, at=AT)
    assert consent is not None
    made = receipt(consent)
    document = consent.document
    assert document is not None
    assert made["version"] == "KI-CR-v1.1.0"
    assert made["jurisdiction"] == "GB"
    assert made["consentTimestamp"] == 1772600767
    assert made["collectionMethod"] == "On my own pages"
    assert made["consentReceiptID"] == consent.public_id
    assert made["language"] == "en-gb"
    assert made["piiPrincipalId"] == wren.public_id
    assert made["piiControllers"][0]["piiController"] == "Good Friends"
    assert made["piiControllers"][0]["email"] == "hello@friends.example"
    assert made["policyUrl"].endswith("/privacy/")
    purpose = made["services"][0]["purposes"][0]
    assert purpose["consentType"] == "EXPLICIT"
    assert purpose["purposeCategory"] == ["Contact Requested"]
    assert purpose["thirdPartyDisclosure"] is False
    assert purpose["termination"] == "When you switch it off."
    assert made["islet"]["choice"] == YES
    assert made["islet"]["text"]["kind"] == "notice_older"
    assert made["islet"]["text"]["version"] == document.version
    assert made["islet"]["text"]["sha256"] == document.content_hash


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_a_receipt(wren, purpose):
    consent = Consent.objects.create(
        user=wren, purpose=purpose, value=YES, language="en", method=Method.SETTINGS, at=AT
    )
    assert json.loads(json.dumps(receipt(consent)))["islet"]["purpose"] == purpose


def test_no_receipt_holds_the_pseudonym_or_the_address(wren):
    made = json.dumps(receipt(newest(wren, Purpose.JOIN)))
    assert wren.pseudonym not in made
    assert wren.email not in made


@pytest.mark.both_databases
def test_the_page_lists_every_record_newest_first_and_the_choice_in_force(wren, wrens):
    choose_hcp_involvement(user=wren, choice=HcpChoice.OPEN)
    choose_hcp_involvement(user=wren, choice=HcpChoice.NONE)
    page = main(wrens.get(CONSENTS).content.decode())
    now, so_far = page.split("Everything so far")
    assert "Your choice now: <strong>No health professionals</strong>" in now
    assert str(HcpChoice.OPEN.label) not in now
    assert so_far.index(str(HcpChoice.NONE.label)) < so_far.index(str(HcpChoice.OPEN.label))
    assert reverse("forum:involvement") in now
    for consent in Consent.objects.filter(user=wren):
        assert reverse("accounts:receipt", args=[consent.public_id]) in so_far


def test_one_click_gives_and_one_click_takes_back(wren, wrens):
    assert newest(wren, Purpose.EMAIL).value == YES
    for value, button in ((NO, "Switch off"), (YES, "Switch on")):
        page = main(wrens.get(CONSENTS).content.decode())
        assert f'value="email"><input type="hidden" name="value" value="{value}">' in page
        assert button in page
        before = Consent.objects.filter(user=wren).count()
        response = wrens.post(CHOOSE, {"purpose": "email", "value": value})
        assert response["Location"] == CONSENTS + "?saved=1"
        assert Consent.objects.filter(user=wren).count() == before + 1
        record = newest(wren, Purpose.EMAIL)
        assert (record.value, record.method) == (value, Method.SETTINGS)
        assert record.document_hash == Document.objects.current("notice_older").content_hash


def test_the_same_choice_again_adds_no_record(wren, wrens):
    before = Consent.objects.count()
    wrens.post(CHOOSE, {"purpose": "email", "value": YES})
    assert Consent.objects.count() == before


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"purpose": "join", "value": NO},
        {"purpose": "guardian", "value": YES},
        {"purpose": "hcp_involvement", "value": "open"},
        {"purpose": "email", "value": "maybe"},
    ],
)
def test_nothing_but_an_extra_can_be_chosen_here(wren, wrens, data):
    before = Consent.objects.count()
    assert wrens.post(CHOOSE, data).status_code == 400
    assert Consent.objects.count() == before


def test_under_16_nobody_is_offered_research_and_a_no_is_always_taken(texts):
    teen = make_member("teen", age=14)
    client = Client()
    client.force_login(teen)
    assert "Being asked about research" not in main(client.get(CONSENTS).content.decode())
    assert client.post(CHOOSE, {"purpose": "research", "value": YES}).status_code == 400
    assert client.post(CHOOSE, {"purpose": "research", "value": NO}).status_code == 302


def test_a_receipt_can_be_read_and_downloaded(wren, wrens):
    consent = newest(wren, Purpose.JOIN)
    page = main(wrens.get(reverse("accounts:receipt", args=[consent.public_id])).content.decode())
    assert consent.public_id in page
    assert consent.document_hash in page
    assert "Being a member under the rules" in page
    file = wrens.get(reverse("accounts:receipt_json", args=[consent.public_id]))
    assert file["Content-Type"] == "application/json"
    assert f'filename="receipt-{consent.public_id}.json"' in file["Content-Disposition"]
    assert file.json() == json.loads(json.dumps(receipt(consent)))


@pytest.mark.parametrize("route", ["accounts:receipt", "accounts:receipt_json"])
def test_receipts_of_others_are_not_there(wrens, route):
    other = newest(make_member("other"), Purpose.JOIN)
    assert wrens.get(reverse(route, args=[other.public_id])).status_code == 404


def test_taking_back_the_yes_to_being_here_leads_to_how_to_leave(wrens):
    assert reverse("accounts:leaving") in main(wrens.get(CONSENTS).content.decode())
    page = main(wrens.get(reverse("accounts:leaving")).content.decode())
    assert "Close my account" in page


def test_professionals_and_staff_are_offered_no_choices_of_members(texts):
    for user in (make_hcp("nurse"), make_staff("kim", Role.ADMIN)):
        client = Client()
        client.force_login(user)
        assert (
            "There is nothing to choose for your account." in client.get(CONSENTS).content.decode()
        )
        assert client.post(CHOOSE, {"purpose": "email", "value": NO}).status_code == 404


def test_without_a_yes_to_mails_no_mail_is_sent_and_the_notice_stays(wren, mailoutbox):
    choose_extra(user=wren, purpose=Purpose.EMAIL, value=NO)
    assert not wants_mail(wren)
    notify(recipient=wren, kind=NoticeKind.REPORT, same_as="one", at=AT)
    assert (send_due(), len(mailoutbox)) == (0, 0)
    assert wren.notices.count() == 1
    choose_extra(user=wren, purpose=Purpose.EMAIL, value=YES)
    notify(recipient=wren, kind=NoticeKind.REPORT, same_as="two", at=AT)
    assert (send_due(), len(mailoutbox)) == (1, 1)


def test_mails_about_the_account_itself_are_sent_in_any_case(wren, mailoutbox):
    choose_extra(user=wren, purpose=Purpose.EMAIL, value=NO)
    notify(recipient=wren, kind=NoticeKind.AGE, same_as="age", at=AT)
    assert (send_due(), len(mailoutbox)) == (1, 1)


@pytest.mark.both_databases
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_record(wren, change):
    rows = Consent.objects.filter(user=wren)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        rows.update(value=NO) if change == "update" else rows._raw_delete("default")
    assert rows.filter(value=YES).exists()
