"""Joining, step by step: what is asked, what is kept, what is refused, what is made at the end."""

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.joining import names, steps
from accounts.models import (
    AgeGroup,
    Consent,
    Document,
    DocumentKind,
    HcpChoice,
    Method,
    Module,
    Purpose,
    User,
)
from accounts.models.document import content_hash
from tests.factories import make_member

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

JOIN = reverse("accounts:join")
CODE_PAGE = reverse("account_email_verification_sent")
PASSWORD = "Quince-42-marble"
MODULES = ["who-sees-what", "when-we-tell", "stay-safe"]
MOST_SUBMITS = 11


def address_of(step: str) -> str:
    return reverse("accounts:join_step", args=[step])


def found_in(pattern: str, text: str) -> str:
    """The first group of what must be there."""
    found = re.search(pattern, text, re.MULTILINE)
    assert found, f"no {pattern} in {text}"
    return found[1]


def born_for(age: int) -> dict[str, int]:
    """Month and year of somebody of this age today, whatever the day."""
    return {"birth_month": 12, "birth_year": timezone.localdate().year - age - 1}


class Newcomer:
    """Somebody at a browser, who sends forms and follows where they lead. Counts what they send."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client()
        self.submits = 0

    def send(self, step: str, **data: object):
        self.submits += 1
        return self.client.post(address_of(step), data, follow=True)

    def page(self, step: str) -> str:
        return self.client.get(address_of(step)).content.decode()

    @property
    def answers(self) -> dict:
        return self.client.session.get(steps.ANSWERS, {})

    @property
    def at(self) -> str:
        """The step that joining leads to."""
        response = self.client.get(JOIN)
        assert response.status_code == 302, response.content
        return response["Location"].removeprefix(JOIN).strip("/")

    def seen(self, step: str) -> str:
        """The wording that a page was shown with."""
        return found_in(r'name="seen" value="(\w+)"', self.page(step))

    def age(self, age: int):
        return self.send("age", **born_for(age))

    def name(self, name: str = ""):
        if name:
            return self.send("name", pick="own", own=name)
        self.page("name")
        return self.send("name", pick=self.answers["suggestions"][0])

    def answer(self, slug: str, *, right: bool = True):
        step = f"read-{slug}"
        group = group_of(self.answers)
        module = Module.objects.get(document=notice_for(group), slug=slug)
        number = next(n for n, a in enumerate(module.answers) if a["right"] == right)
        return self.send(step, seen=self.seen(step), answer=number)

    def read_all(self) -> None:
        for slug in MODULES:
            self.answer(slug)

    def professionals(self, choice: str):
        return self.send("professionals", seen=self.seen("professionals"), choice=choice)

    def choices(self, **ticked: str):
        return self.send("choices", seen=self.seen("choices"), **ticked)

    def sign_in(self, email: str = "new@people.example", **data: str):
        return self.send("sign-in", email=email, **(data or {"way": "code"}))

    def come_to(self, step: str, *, age: int = 17, email: str = "new@people.example") -> "Newcomer":
        """Give an answer to all before a step."""
        acts = {
            "age": lambda: self.age(age),
            "name": self.name,
            "read-who-sees-what": self.read_all,
            "professionals": lambda: self.professionals(HcpChoice.ON_REQUEST),
            "choices": lambda: self.choices(joins="on"),
            "sign-in": lambda: self.sign_in(email),
        }
        for name, act in acts.items():
            if name == step:
                break
            act()
        return self

    def make(self):
        return self.send("check")

    def type_code(self):
        self.submits += 1
        code = found_in(r"^(\d{6})$", mail.outbox[-1].body)
        return self.client.post(CODE_PAGE, {"code": code}, follow=True)


def group_of(answers: dict) -> AgeGroup | None:
    return steps.Answers(**answers).age_group(timezone.now())


def notice_for(group: AgeGroup | None) -> Document:
    kind = DocumentKind.NOTICE_OLDER
    if group in (AgeGroup.TEEN, None):
        kind = DocumentKind.NOTICE_TEEN
    return Document.objects.get(kind=kind)


@pytest.fixture
def newcomer(db: None) -> Newcomer:
    return Newcomer()


# The whole way -----------------------------------------------------------------------------------


def test_the_whole_way_takes_no_more_than_eleven_submits_and_ends_at_a_welcome(newcomer):
    newcomer.come_to("check").make()
    response = newcomer.type_code()
    assert newcomer.submits <= MOST_SUBMITS
    assert response.redirect_chain[-1][0] == reverse("accounts:welcome")
    user = User.objects.get()
    assert f"Welcome, {user.pseudonym}" in response.content.decode()
    assert EmailAddress.objects.get(user=user).verified
    assert steps.ANSWERS not in newcomer.client.session


def test_the_account_is_as_it_was_told(newcomer):
    newcomer.come_to("sign-in", age=14)
    newcomer.sign_in("Fern@People.Example", way="password", password=PASSWORD)
    newcomer.make()
    user = User.objects.get()
    assert (user.email, user.role, user.hcp_choice) == (
        "fern@people.example",
        "member",
        HcpChoice.ON_REQUEST,
    )
    assert user.age_group(timezone.now()) == AgeGroup.TEEN
    assert user.check_password(PASSWORD)
    assert user.hcp_choice_at is not None


def test_without_a_password_one_signs_in_with_a_code_by_mail(newcomer):
    newcomer.come_to("check").make()
    newcomer.type_code()
    user = User.objects.get()
    assert not user.has_usable_password()
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = found_in(r"^(\d{6})$", mail.outbox[-1].body)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.get(reverse("accounts:me")).status_code == 200


def test_a_password_is_never_kept_as_it_was_typed(newcomer):
    newcomer.come_to("sign-in").sign_in(way="password", password=PASSWORD)
    assert newcomer.answers["password"].startswith("argon2")
    assert PASSWORD not in str(dict(newcomer.client.session))
    assert PASSWORD not in newcomer.page("sign-in")


@pytest.mark.parametrize("name", ["account_signup", "account_login", "home"])
def test_every_join_link_leads_into_the_flow(client, name):
    if name != "account_signup":
        page = client.get(reverse(name)).content.decode()
        assert f'href="{reverse("account_signup")}"' in page
    response = client.get(reverse("account_signup"), follow=True)
    assert response.redirect_chain[-1][0] == address_of("age")


def test_the_form_of_allauth_makes_no_account(client):
    data = {"email": "new@people.example", "password1": PASSWORD, "pseudonym": "Side"}
    assert client.post(reverse("account_signup"), data).status_code == 405
    assert not User.objects.exists()


def test_who_is_signed_in_is_led_away_from_every_step(client):
    client.force_login(make_member("wren"))
    assert client.get(JOIN)["Location"] == reverse("home")
    assert client.get(address_of("age"))["Location"] == JOIN


def test_without_a_published_notice_nobody_can_join(client, monkeypatch):
    kinds = {DocumentKind.NOTICE_TEEN: "hcp_code", DocumentKind.NOTICE_OLDER: "hcp_code"}
    monkeypatch.setattr(steps, "notice_kind", lambda group: kinds[DocumentKind.NOTICE_TEEN])
    page = client.get(JOIN)
    assert "Joining is closed for now" in page.content.decode()
    assert client.get(address_of("age"))["Location"] == JOIN


# The age gate ------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [5, 12, 26, 60])
def test_outside_13_to_25_nothing_is_kept_but_a_mark(newcomer, age):
    response = newcomer.age(age)
    assert "Not the right place for you just now" in response.content.decode()
    assert set(newcomer.client.session.keys()) == {steps.CLOSED_UNTIL}
    assert not User.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("age", [13, 15, 16, 17, 18, 25])
def test_from_13_to_25_one_goes_on(newcomer, age):
    newcomer.age(age)
    assert newcomer.at == "name"


def test_the_question_does_not_say_which_answer_lets_people_in(newcomer):
    page = newcomer.page("age")
    main = page[page.index("<main") : page.index("</main>")]
    assert not re.search(r"\b(12|13|18|25|26)\b(?!\">)", re.sub(r"<option.*?</option>", "", main))


def test_the_gate_stays_shut_for_a_day_whatever_one_says_next(newcomer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        newcomer.age(12)
        for step in ("age", "name", "check"):
            response = newcomer.send(step, **born_for(17))
            assert "Not the right place" in response.content.decode()
        clock.shift(timedelta(hours=23))
        assert newcomer.client.get(JOIN).status_code == 200
        clock.shift(timedelta(hours=2))
        newcomer.age(17)
        assert newcomer.at == "name"


def test_who_goes_back_and_says_twelve_loses_all_answers(newcomer):
    newcomer.come_to("check").age(12)
    assert set(newcomer.client.session.keys()) == {steps.CLOSED_UNTIL}
    newcomer.make()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "year,month",
    [("2090", "3"), ("1007", "3"), ("", "3"), ("2010", ""), ("ten", "3"), ("2010", "13")],
)
def test_a_slip_of_the_finger_is_asked_about_and_shuts_nothing(newcomer, year, month):
    response = newcomer.send("age", birth_year=year, birth_month=month)
    assert "Something needs a change" in response.content.decode()
    assert newcomer.at == "age"


def test_a_month_that_has_not_come_yet_is_a_slip_too(newcomer):
    with time_machine.travel(datetime(2026, 5, 9, tzinfo=UTC), tick=False):
        response = newcomer.send("age", birth_year=2026, birth_month=6)
    assert "It has not come yet" in response.content.decode()


# The name ----------------------------------------------------------------------------------------


def test_three_names_are_suggested_that_fit_and_that_nobody_has(newcomer):
    newcomer.age(17)
    page = newcomer.page("name")
    suggestions = newcomer.answers["suggestions"]
    assert len(set(suggestions)) == 3
    for name in suggestions:
        User(pseudonym=name, email="a@b.example", password="x").full_clean()
        assert f'value="{name}"' in page
    assert "checked" not in page


def test_the_suggestions_stay_until_others_are_asked_for(newcomer):
    newcomer.age(17)
    newcomer.page("name")
    first = newcomer.answers["suggestions"]
    newcomer.page("name")
    assert newcomer.answers["suggestions"] == first
    newcomer.send("name", other="1")
    assert set(newcomer.answers["suggestions"]).isdisjoint(first)


def test_a_suggestion_that_somebody_took_meanwhile_is_replaced(newcomer):
    newcomer.age(17)
    newcomer.page("name")
    gone, *left = newcomer.answers["suggestions"]
    make_member(gone.upper())
    response = newcomer.send("name", pick=gone)
    assert "That name has just gone" in response.content.decode()
    assert newcomer.answers["suggestions"][:2] == left
    assert gone not in newcomer.answers["suggestions"]
    assert newcomer.at == "name"


def test_suggestions_find_free_names_where_nearly_all_are_taken(monkeypatch):
    monkeypatch.setattr(names, "FIRST", ("Mossy",))
    monkeypatch.setattr(names, "SECOND", ("Otter",))
    make_member("mossyotter")
    assert all(name.startswith("MossyOtter") for name in names.suggest_names())


def test_every_pair_of_words_that_is_short_enough_makes_a_name_that_poses_as_nobody():
    made = {first + second for first in names.FIRST for second in names.SECOND}
    assert len(made) > 8000
    assert not [name for name in made if names.poses_as_staff(name)]
    assert not [name for name in made if not re.fullmatch(r"[A-Za-z]{5,24}", name)]


def test_a_name_of_ones_own_needs_no_click_on_the_radio(newcomer):
    newcomer.age(17)
    newcomer.send("name", own="Fern-Gully")
    assert newcomer.answers["pseudonym"] == "Fern-Gully"


@pytest.mark.parametrize(
    "name,error",
    [
        ("wren", "Someone has this name already"),
        ("WREN", "Someone has this name already"),
        ("ab", "Use 3 to 24"),
        ("with space", "Use 3 to 24"),
        ("TheAdmin", "sounds like someone of the team"),
        ("Islet_Help", "sounds like someone of the team"),
        ("", "Type the name that you would like"),
    ],
)
def test_names_that_cannot_be_are_refused_with_a_reason(newcomer, name, error):
    make_member("Wren")
    newcomer.age(17)
    response = newcomer.send("name", pick="own", own=name)
    assert error in response.content.decode()
    assert newcomer.at == "name"


# The modules -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "age,kind",
    [(13, "notice_teen"), (15, "notice_teen"), (16, "notice_older"), (25, "notice_older")],
)
def test_each_age_group_reads_its_own_wording(newcomer, age, kind):
    newcomer.come_to("read-who-sees-what", age=age)
    notice = Document.objects.get(kind=kind)
    for module in notice.modules.all():
        page = newcomer.page(f"read-{module.slug}")
        assert module.title in page
        assert page.count('type="radio"') == len(module.answers)
        newcomer.answer(module.slug)
    assert newcomer.answers["notice"] == notice.content_hash


def test_a_right_answer_goes_on_and_is_confirmed(newcomer):
    newcomer.come_to("read-who-sees-what")
    page = newcomer.answer(MODULES[0]).content.decode()
    assert "honest" in page or "promise more than we can keep" in page
    assert newcomer.at == "read-when-we-tell"


def test_a_wrong_answer_shows_that_point_again_kindly(newcomer):
    newcomer.come_to("read-who-sees-what")
    page = newcomer.answer(MODULES[0], right=False).content.decode()
    module = notice_for(AgeGroup.OLDER_TEEN).modules.get(slug=MODULES[0])
    wrong = next(a for a in module.answers if not a["right"])
    assert "Not quite" in page
    assert wrong["reply"].split("'")[0] in page
    assert module.title in page
    assert "Error" not in page
    assert newcomer.at == "read-who-sees-what"


def test_after_a_wrong_answer_nobody_is_held_up(newcomer):
    newcomer.come_to("read-who-sees-what")
    newcomer.answer(MODULES[0], right=False)
    newcomer.answer(MODULES[0], right=False)
    newcomer.send("read-who-sees-what", seen=newcomer.seen("read-who-sees-what"), go_on="1")
    assert newcomer.at == "read-when-we-tell"


def test_after_a_wrong_answer_the_right_one_goes_on_too(newcomer):
    newcomer.come_to("read-who-sees-what")
    newcomer.answer(MODULES[0], right=False)
    newcomer.answer(MODULES[0])
    assert newcomer.at == "read-when-we-tell"


def test_a_module_cannot_be_skipped_before_its_question_was_answered_once(newcomer):
    newcomer.come_to("read-who-sees-what")
    response = newcomer.send(
        "read-who-sees-what", seen=newcomer.seen("read-who-sees-what"), go_on="1"
    )
    assert "Pick one first" in response.content.decode()
    assert newcomer.at == "read-who-sees-what"


def test_another_age_group_means_reading_and_choosing_again_in_that_wording(newcomer):
    newcomer.come_to("check", age=17)
    newcomer.age(14)
    assert newcomer.at == "read-who-sees-what"
    assert notice_for(AgeGroup.TEEN).modules.first().title in newcomer.page(newcomer.at)
    newcomer.read_all()
    assert newcomer.at == "professionals"
    newcomer.professionals("later")
    assert newcomer.at == "choices"
    newcomer.choices(joins="on")
    assert newcomer.at == "check"


def test_another_year_in_the_same_group_changes_nothing_else(newcomer):
    newcomer.come_to("check", age=17)
    newcomer.age(16)
    assert newcomer.at == "check"


def test_a_new_version_of_the_notice_is_read_before_joining(newcomer):
    newcomer.come_to("check", age=17)
    older = Document.objects.get(kind=DocumentKind.NOTICE_OLDER)
    newer = publish_next_version(older)
    assert newcomer.at == "read-who-sees-what"
    newcomer.make()
    assert not User.objects.exists()
    newcomer.client.get(JOIN, follow=True)
    for slug in MODULES:
        module = newer.modules.get(slug=slug)
        number = next(n for n, a in enumerate(module.answers) if a["right"])
        newcomer.send(f"read-{slug}", seen=newer.content_hash, answer=number)
    newcomer.professionals(HcpChoice.NONE)
    newcomer.choices(joins="on")
    newcomer.make()
    assert set(Consent.objects.values_list("document", flat=True)) == {newer.pk}


def publish_next_version(document: Document) -> Document:
    newer = Document.objects.create(
        kind=document.kind,
        version="1.1",
        title=document.title,
        content_hash=content_hash(title=document.title, intro="Now with a word more."),
        published_at=timezone.now(),
    )
    for module in document.modules.all():
        module.pk, module.document = None, newer
        module.save(force_insert=True)
    return newer


def test_hash_and_modules_come_from_the_file(tmp_path):
    text = """
kind = "notice_teen"
version = "9"
language = "en"
title = "T"
intro = "I"
[[module]]
slug = "a"
title = "A"
text = "Words."
question = "Q?"
[[module.answer]]
text = "Yes"
right = true
reply = "R"
"""
    path = tmp_path / "notice.toml"
    path.write_text(text)
    assert publish_texts(tmp_path) == 1
    module = Document.objects.get(version="9").modules.get()
    assert (module.position, module.slug, module.question) == (1, "a", "Q?")
    assert module.answers == [{"text": "Yes", "right": True, "reply": "R"}]
    assert publish_texts(tmp_path) == 0
    path.write_text(text.replace("Words.", "Other words."))
    with pytest.raises(ValueError, match="published otherwise"):
        publish_texts(tmp_path)
    path.write_text(text.replace('reply = "R"', 'reply = "S"'))
    with pytest.raises(ValueError, match="published otherwise"):
        publish_texts(tmp_path)


@pytest.mark.parametrize("kind", [DocumentKind.NOTICE_TEEN, DocumentKind.NOTICE_OLDER])
def test_every_question_has_one_right_answer_and_a_word_on_each(kind):
    modules = list(Document.objects.get(kind=kind).modules.all())
    assert [module.slug for module in modules] == MODULES
    for module in modules:
        assert [answer["right"] for answer in module.answers].count(True) == 1
        assert all(answer["reply"] for answer in module.answers)
    assert len({[a["right"] for a in m.answers].index(True) for m in modules}) > 1


@pytest.mark.parametrize("kind", [DocumentKind.NOTICE_TEEN, DocumentKind.NOTICE_OLDER])
def test_the_exception_and_the_liar_are_named_before_the_choice(kind):
    first = Document.objects.get(kind=kind).modules.first().text
    assert "exception" in first
    assert "lie" in first


# The choices -------------------------------------------------------------------------------------


def test_nothing_is_picked_or_ticked_beforehand(newcomer):
    newcomer.come_to("professionals", age=19)
    assert "checked" not in newcomer.page("professionals")
    newcomer.professionals(HcpChoice.OPEN)
    assert "checked" not in newcomer.page("choices")


def test_the_exception_is_said_on_the_page_of_the_choice(newcomer):
    newcomer.come_to("professionals")
    page = newcomer.page("professionals")
    assert page.index("One exception") < page.index('type="radio"')
    assert "lies about who they are" in page


def test_deciding_later_is_one_of_the_four_and_leaves_the_choice_unset(newcomer):
    newcomer.come_to("professionals")
    assert newcomer.page("professionals").count('type="radio"') == len(HcpChoice) + 1
    newcomer.professionals("later")
    newcomer.choices(joins="on")
    newcomer.sign_in()
    assert "Not chosen yet" in newcomer.page("check")
    newcomer.make()
    user = User.objects.get()
    assert (user.hcp_choice, user.hcp_choice_at) == ("", None)
    assert not Consent.objects.filter(purpose=Purpose.HCP_INVOLVEMENT).exists()


def test_joining_needs_a_yes_to_the_rules_and_to_nothing_else(newcomer):
    newcomer.come_to("choices")
    response = newcomer.choices(wants_email="on", wants_research="on")
    assert "you need to say yes to this one" in response.content.decode()
    assert newcomer.at == "choices"
    newcomer.choices(joins="on")
    assert newcomer.at == "sign-in"


def test_under_16_nobody_is_asked_about_research_and_a_yes_is_not_taken(newcomer):
    newcomer.come_to("choices", age=15)
    assert "research" not in newcomer.page("choices")
    newcomer.choices(joins="on", wants_research="on")
    newcomer.sign_in()
    assert "research" not in newcomer.page("check")
    newcomer.make()
    assert not Consent.objects.filter(purpose=Purpose.RESEARCH).exists()


# What is recorded --------------------------------------------------------------------------------


@pytest.mark.parametrize("age,kind", [(14, "notice_teen"), (20, "notice_older")])
def test_each_choice_is_recorded_with_the_wording_that_was_shown(newcomer, age, kind):
    newcomer.come_to("choices", age=age)
    newcomer.choices(joins="on", wants_email="on")
    newcomer.sign_in()
    newcomer.make()
    user, notice = User.objects.get(), Document.objects.get(kind=kind)
    expected = {"join": "yes", "email": "yes", "hcp_involvement": "on_request"}
    if age >= 16:
        expected["research"] = "no"
    consents = list(Consent.objects.filter(user=user))
    assert {c.purpose: c.value for c in consents} == expected
    for consent in consents:
        assert (consent.document, consent.document_hash) == (notice, notice.content_hash)
        assert consent.method == Method.JOINING
        assert consent.age_group == user.age_group(timezone.now())
        assert consent.language.startswith("en")


def test_without_its_consents_there_is_no_account(newcomer, monkeypatch):
    newcomer.come_to("check")

    def broken(**words: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("accounts.joining.account.record_consent", broken)
    with pytest.raises(RuntimeError):
        newcomer.make()
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert newcomer.at == "check"


# Address and password ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data,error",
    [
        ({"way": "password"}, "Type a password, or pick the code"),
        ({"way": "password", "password": "short"}, "too short"),
        ({"way": "password", "password": "password123"}, "too common"),
        ({"email": "no address"}, "valid email"),
        ({"email": "", "way": "code"}, "Type your e-mail address"),
        ({"way": ""}, "Pick one first"),
    ],
)
def test_address_and_password_are_checked_at_once(newcomer, data, error):
    newcomer.come_to("sign-in")
    response = newcomer.sign_in(**{"email": "new@people.example", "way": "code", **data})
    assert error in response.content.decode()
    assert newcomer.at == "sign-in"


def test_a_password_is_kept_when_the_page_is_sent_again_without_it_and_dropped_for_codes(newcomer):
    newcomer.come_to("sign-in").sign_in(way="password", password=PASSWORD)
    kept = newcomer.answers["password"]
    newcomer.sign_in("other@people.example", way="password", password="")
    assert (newcomer.answers["password"], newcomer.answers["email"]) == (
        kept,
        "other@people.example",
    )
    newcomer.sign_in(way="code", password="typed by the browser")
    assert newcomer.answers["password"] == ""


def test_a_robot_that_fills_the_trap_gets_no_account_and_is_not_told(newcomer):
    newcomer.come_to("sign-in").sign_in(way="code", website="https://spam.example")
    response = newcomer.client.post(address_of("check"))
    assert response["Location"] == CODE_PAGE
    assert not User.objects.exists()
    assert mail.outbox == []


def test_a_taken_address_looks_the_same_at_every_step(newcomer):
    make_member("wren", email="taken@people.example")
    other = Newcomer()
    answers = []
    for who, email in ((newcomer, "taken@people.example"), (other, "free@people.example")):
        who.come_to("sign-in")
        pages = [who.sign_in(email)]
        first = who.client.post(address_of("check"))
        pages += [first, who.client.get(CODE_PAGE), who.client.post(CODE_PAGE, {"code": "000000"})]
        pages += [
            who.client.get(JOIN),
            who.client.post(CODE_PAGE, {"action": "resend"}, follow=True),
        ]
        pages += [who.client.post(reverse("accounts:join_again"), follow=True)]
        answers.append([without_what_differs(page, email) for page in pages])
    for taken, free in zip(*answers, strict=True):
        assert taken == free
    assert User.objects.filter(email="taken@people.example").count() == 1
    to_owner = [m.body for m in mail.outbox if m.to == ["taken@people.example"]]
    assert "It has an account already" in to_owner[0]
    assert not re.search(r"^\d{6}$", to_owner[0], re.MULTILINE)


def without_what_differs(response, email: str) -> tuple:
    """Status, way, cookies and words, without address, made-up names and one-time tokens."""
    text = response.content.decode().replace(email, "ADDRESS")
    text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "TOKEN", text)
    text = re.sub(r"[A-Z][a-z]+[A-Z][a-z]+\d*", "NAME", text)
    return response.status_code, response.get("Location", ""), sorted(response.cookies), text


def test_the_name_tells_nothing_about_an_address_either(newcomer):
    make_member("wren", email="taken@people.example")
    newcomer.come_to("name")
    newcomer.name("Fern-Gully")
    newcomer.read_all()
    newcomer.professionals("later")
    newcomer.choices(joins="on")
    newcomer.sign_in("taken@people.example")
    newcomer.make()
    assert not User.objects.filter(pseudonym="Fern-Gully").exists()
    second = Newcomer()
    second.age(17)
    response = second.name("fern-gully")
    assert "Someone has this name already" in response.content.decode()


def test_the_code_does_not_sign_into_the_account_that_the_address_has(newcomer):
    make_member("wren", email="taken@people.example")
    newcomer.come_to("check", email="taken@people.example").make()
    session = newcomer.client.session["account_email_verification_code"]
    newcomer.client.post(CODE_PAGE, {"code": session["code"]})
    assert newcomer.client.get(reverse("accounts:me")).status_code == 302


# Tabs, Back, pauses ------------------------------------------------------------------------------


def test_steps_out_of_order_lead_back_to_the_first_open_one_and_store_nothing(newcomer):
    order = ["name", *(f"read-{slug}" for slug in MODULES), "professionals", "choices", "sign-in"]
    for step in [*order, "check"]:
        response = newcomer.send(
            step,
            pick="own",
            own="Sly",
            seen="x",
            answer="1",
            choice="open",
            joins="on",
            email="a@b.example",
            way="code",
        )
        assert response.redirect_chain[-1][0] == address_of("age")
    assert newcomer.answers == {}
    newcomer.come_to("read-who-sees-what")
    for step in [*order[2:], "check"]:
        assert newcomer.client.get(address_of(step))["Location"] == address_of("read-who-sees-what")
    assert not User.objects.exists()


def test_a_step_that_does_not_exist_is_not_found(newcomer):
    newcomer.age(17)
    assert newcomer.client.get(address_of("read-nothing")).status_code == 404


def test_going_back_shows_what_was_said_and_sending_it_again_comes_back_to_the_check(newcomer):
    newcomer.come_to("check")
    assert f'value="{newcomer.answers["pseudonym"]}"' in newcomer.page("name")
    assert re.search(r'value="on_request"[^>]*checked', newcomer.page("professionals"))
    assert 'value="new@people.example"' in newcomer.page("sign-in")
    newcomer.professionals(HcpChoice.NONE)
    assert newcomer.at == "check"
    assert str(HcpChoice.NONE.label) in newcomer.page("check")


def test_every_answer_can_be_changed_from_the_check_page(newcomer):
    newcomer.come_to("check")
    page = newcomer.page("check")
    for step in ("name", "age", "professionals", "choices", "sign-in"):
        assert f'href="{address_of(step)}"' in page


def test_two_tabs_share_their_answers(newcomer):
    newcomer.age(17)
    tab = Newcomer(newcomer.client)
    tab.name("Fern-Gully")
    tab.read_all()
    assert newcomer.at == "professionals"
    newcomer.send("name", pick="own", own="Moss-Gully")
    assert newcomer.at == "professionals"
    assert tab.answers["pseudonym"] == "Moss-Gully"


@pytest.mark.parametrize("step", ["read-who-sees-what", "professionals", "choices"])
def test_an_answer_to_the_wording_of_another_age_group_in_an_old_tab_does_not_count(newcomer, step):
    newcomer.come_to(step, age=17)
    seen = newcomer.seen(step)
    newcomer.age(14)
    newcomer.read_all()
    if step == "choices":
        newcomer.professionals("later")
    before = newcomer.answers
    response = newcomer.send(step, seen=seen, answer="1", choice="open", joins="on")
    assert "The words have changed" in response.content.decode()
    for kept in ("read", "professionals", "joins"):
        assert newcomer.answers[kept] == before[kept]


def test_after_a_day_one_goes_on_where_one_stopped(newcomer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        newcomer.come_to("choices")
        clock.shift(timedelta(days=1, hours=3))
        assert newcomer.at == "choices"
        newcomer.choices(joins="on")
        clock.shift(timedelta(days=1))
        newcomer.sign_in()
        newcomer.make()
        newcomer.type_code()
    assert User.objects.get().hcp_choice == HcpChoice.ON_REQUEST


def test_after_a_week_the_answers_are_gone(newcomer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        newcomer.come_to("choices")
        clock.shift(steps.KEPT_FOR + timedelta(minutes=1))
        assert newcomer.at == "age"


def test_who_turns_16_in_the_pause_reads_the_other_wording(newcomer):
    with time_machine.travel(datetime(2026, 5, 31, 12, tzinfo=UTC), tick=False) as clock:
        newcomer.send("age", birth_month=5, birth_year=2010)
        newcomer.name()
        newcomer.read_all()
        assert newcomer.at == "professionals"
        clock.shift(timedelta(days=1))
        assert newcomer.at == "read-who-sees-what"
        assert newcomer.seen(newcomer.at) == notice_for(AgeGroup.OLDER_TEEN).content_hash


def test_answers_of_another_release_are_started_anew(newcomer):
    newcomer.age(17)
    session = newcomer.client.session
    session[steps.ANSWERS] = {"something": "else"}
    session.save()
    assert newcomer.at == "age"


def test_answers_can_be_deleted_at_any_time(newcomer):
    newcomer.come_to("sign-in")
    response = newcomer.client.post(reverse("accounts:join_stop"), follow=True)
    assert "Your answers are gone" in response.content.decode()
    assert steps.ANSWERS not in newcomer.client.session
    assert newcomer.at == "age"


def test_deleting_answers_does_not_open_a_shut_gate(newcomer):
    newcomer.age(12)
    for name in ("accounts:join_stop", "accounts:join_again"):
        newcomer.client.post(reverse(name))
        assert newcomer.client.get(JOIN).status_code == 200


# Sending -----------------------------------------------------------------------------------------


def test_sending_twice_makes_one_account_and_still_leads_to_the_code(newcomer):
    newcomer.come_to("check").make()
    response = newcomer.make()
    assert "Your code is on its way" in response.content.decode()
    assert User.objects.count() == 1
    assert len(mail.outbox) == 1
    assert newcomer.type_code().redirect_chain[-1][0] == reverse("accounts:welcome")


def test_a_second_sending_that_knows_nothing_of_the_first_makes_no_other_account(newcomer):
    newcomer.come_to("check")
    answers = newcomer.answers
    newcomer.make()
    session = newcomer.client.session
    session[steps.ANSWERS] = answers
    session.save()
    response = newcomer.client.post(address_of("check"))
    assert response["Location"] == JOIN
    assert User.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_the_same_moment_makes_one_account(newcomer):
    newcomer.come_to("check")
    gate, statuses = Barrier(2), []

    def press() -> None:
        tab = Client()
        tab.cookies = newcomer.client.cookies
        gate.wait()
        statuses.append(tab.post(address_of("check")).status_code)
        connection.close()

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302, 302]
    assert User.objects.count() == 1
    assert Consent.objects.filter(purpose=Purpose.JOIN).count() == 1


def test_a_name_that_somebody_took_at_the_last_moment_is_asked_for_again(newcomer):
    newcomer.come_to("check")
    make_member(newcomer.answers["pseudonym"].swapcase())
    response = newcomer.make()
    assert response.redirect_chain[-1][0] == address_of("name")
    assert "Someone has just taken that name" in response.content.decode()
    assert not User.objects.filter(email="new@people.example").exists()
    newcomer.name()
    assert newcomer.at == "check"
    newcomer.make()
    assert User.objects.filter(email="new@people.example").exists()


@pytest.mark.django_db(transaction=True)
def test_a_name_that_somebody_takes_within_that_moment_is_asked_for_again(newcomer, monkeypatch):
    newcomer.come_to("check")
    make_member(newcomer.answers["pseudonym"].swapcase())
    looks = iter([False, True])
    monkeypatch.setattr("accounts.joining.account.is_taken", lambda name: next(looks))
    response = newcomer.client.post(address_of("check"))
    assert response["Location"] == address_of("name")
    assert not User.objects.filter(email="new@people.example").exists()


def test_with_a_wrong_address_one_tries_again_with_another_and_keeps_the_answers(newcomer):
    newcomer.come_to("check", email="typo@people.example").make()
    newcomer.client.post(reverse("accounts:join_again"))
    assert newcomer.at == "name"
    newcomer.name()
    assert newcomer.at == "sign-in"
    newcomer.sign_in("right@people.example")
    newcomer.make()
    newcomer.type_code()
    user = User.objects.get(email="right@people.example")
    assert EmailAddress.objects.get(user=user).verified
    assert Consent.objects.filter(user=user, purpose=Purpose.JOIN).count() == 1


def test_who_lost_the_code_signs_in_and_gets_a_new_one(newcomer):
    newcomer.come_to("sign-in").sign_in(way="password", password=PASSWORD)
    newcomer.make()
    later = Newcomer()
    data = {"login": "new@people.example", "password": PASSWORD}
    assert later.client.post(reverse("account_login"), data)["Location"] == CODE_PAGE
    assert later.type_code().status_code == 200
    assert later.client.get(reverse("accounts:me")).status_code == 200


def test_sending_is_rate_limited(newcomer, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    cache.clear()
    newcomer.come_to("check").make()
    other = Newcomer().come_to("check", email="other@people.example")
    assert other.client.post(address_of("check")).status_code == 429
    assert User.objects.count() == 1


def test_the_welcome_says_when_nothing_was_chosen(client):
    client.force_login(make_member("wren", choice=""))
    page = client.get(reverse("accounts:welcome")).content.decode()
    assert "You have not chosen yet" in page
    for name in ("forum:boards", "forum:involvement", "accounts:rules", "guides:judge"):
        assert f'href="{reverse(name)}' in page


def test_the_welcome_is_for_people_with_an_account(client):
    response = client.get(reverse("accounts:welcome"))
    assert response["Location"].startswith(reverse("account_login"))
