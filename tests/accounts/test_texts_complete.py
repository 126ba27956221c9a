"""Rules and code say all that they must: each topic of the requirements has its clause."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Document, DocumentKind

pytestmark = [pytest.mark.usefixtures("texts"), pytest.mark.one_database]

CODE = {
    "verified role and profession always shown": "show-your-role",
    "state credentials, be able to justify claims": "stand-behind-your-words",
    "stay within competence and evidence": "stay-in-your-field",
    "declare interests": "declare-interests",
    "no selling or steering to own services": "no-selling",
    "no individual dosing, pump-setting or treatment instruction": "no-doses",
    "say an answer is general, point to the member's own team": "answer-in-general",
    "no diagnosis, no interpreting of uploaded readings": "no-diagnosis",
    "no friend requests, current or former patients included": "no-friend-requests",
    "redirect private approaches": "no-private-contact",
    "no personal accounts for contact with young people": "no-personal-accounts",
    "keep personal and professional apart": "keep-lives-apart",
    "no personal relationship": "no-relationships",
    "no identifiable details, fragments add up": "no-identifying-details",
    "recuse, do not search, record or raise it in clinic": "if-you-know-them",
    "respect the member's choice and 'no advice'": "respect-the-choice",
    "break-glass only for serious risk": "break-glass",
    "safeguarding concerns to the lead at once": "raise-concerns",
    "non-judgemental language": "kind-language",
    "challenge poor conduct of colleagues": "speak-up",
    "correct misinformation with a source, without shaming": "correct-kindly",
    "no research or screenshots without approval": "no-research",
    "assume posts are permanent and disclosable": "posts-last",
    "forum matters stay out of care records": "out-of-care-records",
}
RULES = {
    "be kind, diabetes differs": "be-kind",
    "share experience, not absolute truths": "share-what-you-did",
    "no dose instructions": "no-doses",
    "no names, schools, contacts, handles, small places": "stay-anonymous",
    "do not identify others": "protect-others",
    "do not carry posts outside": "posts-stay-here",
    "no methods or graphic detail of self-harm": "no-self-harm-detail",
    "no eating-disorder numbers": "no-eating-numbers",
    "no how-to of insulin omission": "no-skipping-insulin",
    "talking about feeling suicidal is allowed": "you-can-talk-about-it",
    "no bullying, by diabetes type neither": "no-bullying",
    "no selling, surveys, petitions": "no-selling",
    "no swapping of prescription items": "no-swapping-supplies",
    "no cures, give sources": "no-miracle-cures",
    "one account": "one-account",
    "report, do not retaliate": "report-dont-fight",
    "humour welcome, never at someone's expense": "laugh-together",
}
SOURCES = ("GMC", "NMC", "AMA", "BMA", "FSMB", "WMA", "NSPCC", "Language Matters", "Diabetes UK")


def clauses(kind: DocumentKind) -> dict:
    document = Document.objects.current(kind)
    assert document
    return {clause.anchor: clause for clause in document.clauses.all()}


@pytest.mark.parametrize("topic", CODE)
def test_the_code_has_a_clause_for_each_topic(topic):
    assert CODE[topic] in clauses(DocumentKind.HCP_CODE), topic


@pytest.mark.parametrize("topic", RULES)
def test_the_rules_have_a_clause_for_each_topic(topic):
    assert RULES[topic] in clauses(DocumentKind.MEMBER_RULES), topic


def test_no_two_topics_share_a_clause_and_every_clause_has_a_topic():
    assert sorted(CODE.values()) == sorted(clauses(DocumentKind.HCP_CODE))
    assert sorted(RULES.values()) == sorted(clauses(DocumentKind.MEMBER_RULES))


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_is_named(source):
    named = " ".join(clause.source for clause in clauses(DocumentKind.HCP_CODE).values())
    assert source in named


@pytest.mark.parametrize("name,kind", [("rules", "member_rules"), ("hcp_code", "hcp_code")])
def test_the_page_shows_line_reason_source_and_a_link_to_each_clause(name, kind):
    page = Client().get(reverse(f"accounts:{name}")).content.decode()
    for anchor, clause in clauses(DocumentKind(kind)).items():
        assert f'id="{anchor}"' in page
        assert f'href="#{anchor}"' in page
        for words in (clause.line, clause.why, clause.source):
            assert words.replace("'", "&#x27;") in page
    assert "Version 1.0" in page


@pytest.mark.parametrize("name,kind", [("rules", "member_rules"), ("hcp_code", "hcp_code")])
def test_earlier_versions_stay_readable_and_say_so(name, kind):
    client = Client()
    assert "All versions" not in client.get(reverse(f"accounts:{name}")).content.decode()
    new = Document.objects.create(kind=kind, version="2.0", title="Second", content_hash="x" * 64)
    new.published_at = timezone.now()
    new.save()
    Document.objects.create(kind=kind, version="3.0", title="Not out yet")
    page = client.get(reverse(f"accounts:{name}")).content.decode()
    old = reverse(f"accounts:{name}_version", args=["1.0"])
    assert f'href="{old}"' in page
    assert "3.0" not in page
    page = client.get(old).content.decode()
    assert "This is an earlier version" in page
    assert "Version 1.0" in page
    assert client.get(reverse(f"accounts:{name}_version", args=["3.0"])).status_code == 404
