"""Texts as versions: drafts by admins, published for good, signed off, all of it audited."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.documents import publish_texts
from accounts.models import Clause, Document, DocumentKind, Module, Role, SignOff, User
from accounts.models.document import hash_of
from accounts.viewer import viewer_of
from accounts.wording import Mark, compare
from forum.errors import NotVisible, Refused, StaleVersion
from moderation.actions.texts import (
    ClauseWords,
    ModuleWords,
    Weight,
    discard_draft,
    publish_draft,
    save_draft,
    sign_off,
    start_draft,
)
from moderation.audit import faults
from moderation.models import AuditEvent
from tests.factories import make_member, make_staff

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

RULES, NOTICE = DocumentKind.MEMBER_RULES, DocumentKind.NOTICE_TEEN


@pytest.fixture
def admin(texts: None) -> User:
    return make_staff("kim", Role.ADMIN)


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def draft(admin: User) -> Document:
    return start_draft(kind=RULES, language="en", admin=admin)


def current(kind: DocumentKind = RULES) -> Document:
    document = Document.objects.current(kind)
    assert document is not None
    return document


def clauses_of(document: Document) -> list[ClauseWords]:
    return [
        ClauseWords(clause.anchor, clause.line, clause.why, clause.source)
        for clause in document.clauses.all()
    ]


def changed(draft: Document, admin: User, **fields: object) -> Document:
    """The draft with other words in its first rule."""
    first, *others = clauses_of(draft)
    values: dict[str, object] = {
        "version": draft.version,
        "title": draft.title,
        "intro": draft.intro,
        "changes": "The first rule is clearer.",
        "parts": [ClauseWords(first.anchor, "Be kind to all.", first.why, first.source), *others],
        **fields,
    }
    return save_draft(draft=draft, admin=admin, **values)


def address(name: str, document: Document) -> str:
    return reverse(f"moderation:{name}", args=[document.kind, document.language, document.version])


def published(draft: Document, admin: User, weight: Weight = Weight.MATERIAL) -> Document:
    return publish_draft(draft=draft, admin=admin, weight=weight, seen_hash=hash_of(draft))


def form_data(document: Document, **changes: str) -> dict[str, str]:
    """What a browser would send from the editing page of a text with rules."""
    clauses = list(document.clauses.all())
    data = {
        "version": document.version,
        "title": document.title,
        "intro": document.intro,
        "changes": document.changes,
        "part-TOTAL_FORMS": str(len(clauses) + 1),
        "part-INITIAL_FORMS": str(len(clauses)),
    }
    for number, clause in enumerate(clauses):
        for field in ("anchor", "line", "why", "source"):
            data[f"part-{number}-{field}"] = getattr(clause, field)
        data[f"part-{number}-place"] = str(clause.position)
    return {**data, **changes}


# Drafts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_draft_begins_as_a_copy_of_the_version_in_force(admin, kind):
    draft = start_draft(kind=kind, language="en", admin=admin)
    assert draft.published_at is None
    assert draft.version == "1.0.1"
    assert hash_of(draft) == hash_of(current(kind)) == current(kind).content_hash


def test_there_is_one_draft_of_a_text_and_starting_again_finds_it(admin, draft):
    assert start_draft(kind=RULES, language="en", admin=admin) == draft
    assert Document.objects.filter(kind=RULES, published_at=None).count() == 1


def test_a_text_that_is_not_there_has_no_draft(admin):
    with pytest.raises(NotVisible):
        start_draft(kind=RULES, language="xx", admin=admin)


def test_saving_changes_the_draft_and_not_the_version_in_force(admin, draft):
    before = current().content_hash
    saved = changed(draft, admin, title="Our rules")
    assert saved.clauses.get(position=1).line == "Be kind to all."
    assert saved.title == "Our rules"
    assert current().content_hash == before == hash_of(current())


def test_a_version_number_is_used_once(admin, draft):
    with pytest.raises(Refused):
        changed(draft, admin, version="1.0")
    draft.refresh_from_db()
    assert draft.version == "1.0.1"


def test_a_draft_can_be_discarded_with_its_sign_offs(admin, draft):
    sign_off(
        document=draft,
        admin=admin,
        field=SignOff.Field.LEGAL,
        signed_off_by="Dr Lex",
        signed_off_on=timezone.localdate(),
    )
    discard_draft(draft=draft, admin=admin)
    assert not Document.objects.filter(published_at=None).exists()
    with pytest.raises(NotVisible):
        discard_draft(draft=draft, admin=admin)


# Publishing --------------------------------------------------------------------------------------


def test_a_material_version_asks_members_again_and_a_minor_one_does_not(admin, draft):
    wren = make_member("wren")
    minor = published(changed(draft, admin), admin, Weight.MINOR)
    assert current() == minor
    assert minor.content_hash == hash_of(minor)
    assert viewer_of(wren).may_write
    second = start_draft(kind=RULES, language="en", admin=admin)
    assert second.version == "1.0.2"
    parts = clauses_of(second)[1:]
    published(changed(second, admin, parts=parts), admin, Weight.MATERIAL)
    assert viewer_of(wren).must_agree


def test_only_the_words_that_were_seen_are_published(admin, draft):
    seen = hash_of(draft)
    changed(draft, admin)
    with pytest.raises(StaleVersion):
        publish_draft(draft=draft, admin=admin, weight=Weight.MATERIAL, seen_hash=seen)
    assert current().version == "1.0"


def test_publishing_twice_publishes_once(admin, draft):
    published(changed(draft, admin), admin)
    with pytest.raises(NotVisible):
        published(draft, admin)


def test_a_draft_that_says_the_same_is_not_published(admin, draft):
    with pytest.raises(Refused):
        published(draft, admin)


def test_a_change_in_substance_must_be_put_into_words(admin, draft):
    saved = changed(draft, admin, changes="")
    with pytest.raises(Refused):
        published(saved, admin, Weight.MATERIAL)
    assert published(saved, admin, Weight.MINOR).published_at is not None


def test_rules_without_a_rule_are_not_published(admin, draft):
    with pytest.raises(Refused):
        published(changed(draft, admin, parts=[]), admin)


@pytest.mark.parametrize("right", [[False, False], [True, False]])
def test_a_question_needs_an_answer_that_is_right(admin, right):
    draft = start_draft(kind=NOTICE, language="en", admin=admin)
    answers = [{"text": f"Answer {n}", "right": r, "reply": "So."} for n, r in enumerate(right)]
    save_draft(
        draft=draft,
        admin=admin,
        version=draft.version,
        title=draft.title,
        intro=draft.intro,
        changes="Shorter.",
        parts=[ModuleWords("one", "One", "Some words.", "Which?", answers)],
    )
    if any(right):
        assert published(draft, admin).modules.count() == 1
    else:
        with pytest.raises(Refused):
            published(draft, admin)


def test_the_software_still_finds_its_own_version_after_an_admin_published_one(admin, draft):
    published(changed(draft, admin), admin)
    assert publish_texts() == 0
    assert current().version == "1.0.1"


# For good ----------------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.parametrize("model", [Document, Clause, Module])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_what_is_published(texts, model, change):
    rows = model.objects.all()
    if model is Document:
        rows = Document.objects.create(
            kind=NOTICE, version="0", title="Old", published_at=timezone.now()
        )
        rows = Document.objects.filter(pk=rows.pk)
    before = rows.count()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(title="x") if change == "update" and model is not Clause else (
            rows.update(line="x") if change == "update" else rows._raw_delete("default")
        )
    assert rows.count() == before > 0


@pytest.mark.both_databases
def test_a_draft_can_be_published_and_from_then_on_is_as_firm(admin, draft):
    document = published(changed(draft, admin), admin)
    with pytest.raises(NotVisible):
        changed(document, admin)
    with pytest.raises(NotVisible):
        discard_draft(draft=document, admin=admin)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(published_at=None)


# The log, the signatures, the comparison ---------------------------------------------------------


def test_every_step_is_in_the_audit_log_with_version_and_hash(admin, draft):
    document = published(changed(draft, admin), admin)
    sign_off(
        document=document,
        admin=admin,
        field=SignOff.Field.CLINICAL,
        signed_off_by="Dr Ada, clinical lead",
        signed_off_on=timezone.localdate(),
    )
    events = AuditEvent.objects.filter(subject_kind="text").order_by("number")
    assert [event.verb for event in events] == [
        "text_draft_started",
        "text_draft_saved",
        "text_published",
        "text_signed_off",
    ]
    assert {event.actor for event in events} == {admin}
    assert events[2].data == {
        "version": "1.0.1",
        "language": "en",
        "hash": document.content_hash,
        "material": True,
    }
    assert list(faults()) == []


def test_a_signature_is_for_the_words_of_its_day(admin, draft, desk):
    sign_off(
        document=draft,
        admin=admin,
        field=SignOff.Field.CLINICAL,
        signed_off_by="Dr Ada",
        signed_off_on=timezone.localdate(),
    )
    assert "The words changed since" not in desk.get(address("text", draft)).content.decode()
    changed(draft, admin)
    assert "The words changed since" in desk.get(address("text", draft)).content.decode()


def test_a_comparison_has_every_line_and_says_which_are_new_and_gone(admin, draft):
    old = current()
    new = changed(draft, admin)
    lines = compare(old, new)
    assert [line.words for line in lines if line.mark == Mark.NEW] == ["Be kind to all."]
    gone = [line.words for line in lines if line.mark == Mark.GONE]
    assert gone == [old.clauses.get(position=1).line]


# The pages ---------------------------------------------------------------------------------------


def test_the_list_says_what_is_in_force_and_what_nobody_signed_off(desk, admin):
    sign_off(
        document=current(),
        admin=admin,
        field=SignOff.Field.LEGAL,
        signed_off_by="Lex Law",
        signed_off_on=timezone.localdate(),
    )
    page = desk.get(reverse("moderation:texts")).content.decode()
    for kind in DocumentKind:
        assert str(kind.label) in page
        assert address("text", current(kind)) in page
    assert "signed off by Lex Law" in page
    assert page.count("Not signed off") == len(DocumentKind) - 1


def test_an_admin_edits_looks_and_publishes_without_scripts(desk, admin):
    start = desk.post(reverse("moderation:text_start"), {"kind": RULES, "language": "en"})
    draft = Document.objects.get(kind=RULES, published_at=None)
    assert start["Location"] == address("text_edit", draft)
    assert desk.get(start["Location"]).status_code == 200
    number = draft.clauses.count()
    data = form_data(
        draft,
        changes="One rule went, one came.",
        **{
            "part-1-DELETE": "on",
            f"part-{number}-place": "1",
            f"part-{number}-anchor": "new-rule",
            f"part-{number}-line": "A new rule.",
            f"part-{number}-why": "Because.",
            f"part-{number}-source": "Our own rule",
        },
    )
    gone = draft.clauses.get(position=2).anchor
    saved = desk.post(start["Location"], data)
    assert saved["Location"] == address("text", draft)
    page = desk.get(saved["Location"]).content.decode()
    assert "<ins>A new rule.</ins>" in page
    answer = desk.post(
        address("text_publish", draft), {"seen_hash": hash_of(draft), "weight": "material"}
    )
    assert answer["Location"] == address("text", draft)
    now = current()
    assert now.version == "1.0.1"
    anchors = list(now.clauses.values_list("anchor", flat=True))
    assert anchors[:2] == ["be-kind", "new-rule"]
    assert gone not in anchors
    assert len(anchors) == number
    assert "A new rule." in Client().get(reverse("accounts:rules")).content.decode()


def test_a_notice_is_edited_with_its_questions(desk, admin):
    desk.post(reverse("moderation:text_start"), {"kind": NOTICE, "language": "en"})
    draft = Document.objects.get(kind=NOTICE, published_at=None)
    page = desk.get(address("text_edit", draft))
    data = {"version": draft.version, "title": draft.title, "intro": "", "changes": "Shorter."}
    for form in page.context["parts"].forms:
        for field in form:
            value = field.value()
            if value not in (None, False):
                data[field.html_name] = "on" if value is True else str(value)
    data["part-TOTAL_FORMS"] = str(len(page.context["parts"].forms))
    data["part-INITIAL_FORMS"] = str(len(page.context["parts"].initial_forms))
    data["part-0-title"] = "Who reads it"
    assert desk.post(address("text_edit", draft), data).status_code == 302
    old, new = current(NOTICE).modules.get(position=1), draft.modules.get(position=1)
    assert new.title == "Who reads it"
    assert (new.slug, new.question, new.answers) == (old.slug, old.question, old.answers)


def test_errors_stand_on_top_and_nothing_is_saved(desk, draft):
    data = form_data(draft, **{"part-0-line": "", "part-1-anchor": "not a slug", "title": ""})
    answer = desk.post(address("text_edit", draft), data)
    page = answer.content.decode()
    assert "Error:" in page
    for target in ("#id_title", "#id_part-0-line", "#id_part-1-anchor"):
        assert f'href="{target}"' in page
    assert hash_of(draft) == current().content_hash


def test_two_rules_with_the_same_short_name_are_refused(desk, draft):
    data = form_data(draft, **{"part-1-anchor": "be-kind"})
    page = desk.post(address("text_edit", draft), data).content.decode()
    assert "Two entries have the same short name." in page


def test_publishing_asks_how_much_changes_and_says_what_is_missing(desk, draft):
    page = desk.post(address("text_publish", draft), {"seen_hash": hash_of(draft)})
    assert page.status_code == 422
    assert "Pick one of the two." in page.content.decode()
    data = {"seen_hash": hash_of(draft), "weight": "minor"}
    same = desk.post(address("text_publish", draft), data, follow=True)
    assert "says the same as the version in force" in same.content.decode()
    stale = desk.post(address("text_publish", draft), {**data, "seen_hash": "0" * 64}, follow=True)
    assert "The draft changed while you were looking." in stale.content.decode()


def test_what_is_published_has_no_page_to_edit_it(desk):
    assert desk.get(address("text_edit", current())).status_code == 404
    assert desk.post(address("text_discard", current())).status_code == 404


def test_a_signature_can_be_written_down_on_the_page(desk, admin):
    data = {"field": "clinical", "signed_off_by": "Dr Ada", "signed_off_on": "2026-03-01"}
    desk.post(address("text_sign_off", current()), data)
    row = SignOff.objects.get()
    assert (row.signed_off_by, row.recorded_by) == ("Dr Ada", admin)
    missing = desk.post(address("text_sign_off", current()), {"field": "clinical"})
    assert missing.status_code == 422
