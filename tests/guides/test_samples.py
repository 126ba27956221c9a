"""The samples that come with the software: plain, sourced, careful, and never called checked."""

import re
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.urls import reverse

from guides.actions.samples import add_samples
from guides.models import Article, ArticleVersion, Topic, VersionStatus
from guides.rendering import render
from guides.samples import Sample, SampleError, read_samples
from tests.readability import MAX_GRADE, MAX_WORDS_IN_SENTENCE, main_text, measure, sentences_of

SAMPLES = read_samples()
# A number and a unit of insulin, or a ratio: what nobody may tell a stranger.
DOSES = re.compile(r"\b\d+([.,]\d+)?\s*(units?|u|iu|ml)\b|\b1\s*:\s*\d+\b", re.IGNORECASE)


def text_of(sample: Sample) -> str:
    """All that a reader reads of a sample."""
    words = sample.words
    return main_text(
        f"<main><h1>{words.title}</h1><p>{words.summary}</p>{render(words.body)}</main>"
    )


def test_there_are_enough_of_them_for_a_new_site() -> None:
    assert len(SAMPLES) >= 12
    assert len({sample.topic for sample in SAMPLES}) >= 8


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.slug)
def test_a_sample_is_easy_to_read_and_not_too_long(sample: Sample) -> None:
    text = text_of(sample)
    running = "\n".join(line for line in sentences_of(text) if line[-1] in ".?!”")
    for words in (text, running):
        reading = measure(words)
        assert reading.grade <= MAX_GRADE
        assert reading.longest_words <= MAX_WORDS_IN_SENTENCE, reading.longest
    assert 350 <= measure(text).words <= 700


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.slug)
def test_a_sample_names_its_sources_by_addresses_that_last(sample: Sample) -> None:
    for title, url in sample.words.sources:
        parts = urlsplit(url)
        assert title
        assert 'href="http:' not in render(sample.words.body)
        assert parts.scheme == "https"
        # A home page or a well-known one: what is deeper moves.
        assert len([part for part in parts.path.split("/") if part]) <= 2, url


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.slug)
def test_a_sample_holds_no_dose_and_sends_people_to_their_own_team(sample: Sample) -> None:
    assert not DOSES.search(sample.words.body)
    assert re.search(r"\byour (own |diabetes )?team\b", sample.words.body, re.I)


def test_the_check_for_doses_finds_one() -> None:
    assert DOSES.search("Take 4 units.")
    assert DOSES.search("a ratio of 1:10")
    assert not DOSES.search("below 4 on the meter, or 1.6 to 3")


@pytest.mark.django_db
def test_samples_are_added_once_and_claim_no_check() -> None:
    assert add_samples() == len(SAMPLES)
    assert add_samples() == 0
    versions = ArticleVersion.objects.all()
    assert len(versions) == len(SAMPLES)
    for version in versions:
        assert version.status == VersionStatus.SAMPLE
        assert version.reviewed_by is None
        assert version.written_by is None


@pytest.mark.django_db
def test_the_command_says_how_many_it_added() -> None:
    out = StringIO()
    call_command("add_sample_guides", stdout=out)
    assert out.getvalue().strip() == f"Sample guides added: {len(SAMPLES)}."


@pytest.mark.django_db
def test_the_page_of_a_sample_says_that_nobody_has_checked_it(client) -> None:
    add_samples()
    page = client.get(reverse("guides:article", args=["when-you-go-low"])).content.decode()
    assert "Sample: not yet checked by this site&#x27;s health professionals" in page or (
        "Sample: not yet checked by this site's health professionals" in page
    )
    assert "Checked on" not in page
    assert 'content="noindex"' in page  # unchecked words are not for search engines


@pytest.mark.django_db
def test_every_page_of_a_sample_is_easy_to_read_as_a_whole(client) -> None:
    add_samples()
    for slug in Article.objects.values_list("slug", flat=True):
        text = main_text(client.get(reverse("guides:article", args=[slug])).content.decode())
        assert measure(text).grade <= MAX_GRADE, slug


def test_a_broken_file_is_named(tmp_path) -> None:
    (tmp_path / "broken.md").write_text('+++\ntitle = "A"\n+++\nWords\n')
    with pytest.raises(SampleError, match=r"broken\.md"):
        read_samples(tmp_path)


def test_a_sample_without_a_safe_source_is_refused(tmp_path) -> None:
    head = 'title = "A"\nsummary = "B"\nkeywords = []\ntopic = "ill"\n'
    source = '[[source]]\ntitle = "C"\nurl = "http://example.org"\n'
    (tmp_path / "plain.md").write_text(f"+++\n{head}{source}+++\nWords\n")
    with pytest.raises(SampleError, match="https"):
        read_samples(tmp_path)


def test_all_topics_of_samples_are_known() -> None:
    assert {sample.topic for sample in SAMPLES} <= set(Topic)
