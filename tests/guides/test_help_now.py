"""The help page and the help panel. No test here may touch the database: none is marked for it."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from guides import apps, helplines
from guides.checks import check_default_country
from guides.clinical import FIRST_AID
from guides.helplines import HelplineError, Kind
from guides.helplines import shipped as countries
from guides.helplines_now import country_of, for_country
from guides.panel import MAX_LINES, help_panel
from tests.readability import main_text

CODES = [country.code for country in countries()]

# These numbers are promised; a line that gets lost in an edit must not go unnoticed.
MUST_HAVE = {
    "GB": {"999", "116123", "08001111", "08000684141", "85258"},
    "IE": {"112", "999", "116123", "50808", "1800666666"},
    "US": {"911", "988", "741741"},
    "CA": {"911", "988", "18006686868", "686868"},
    "AU": {"000", "131114", "1800551800"},
    "NZ": {"111", "1737", "0800376633", "234"},
    "DE": {"112", "116111", "08001110111"},
    "FR": {"112", "3114", "0800235236"},
    "ES": {"112", "024"},
    "NL": {"112", "113", "08000113"},
}

GOOD_LINE = {
    "name": '"A"',
    "kind": '"call"',
    "number": '"116 123"',
    "for_whom": '"Any age"',
    "source": '"s"',
    "last_verified": "2026-11-01",
}
BROKEN_LINES = [
    ("kind", '"pigeon"'),
    ("number", '"call us"'),
    ("number", '""'),
    ("for_whom", "25"),
    ("source", '" "'),
    ("last_verified", '"last week"'),
    ("keyword", '"HELLO"'),
]


GOOD_COUNTRY = {"code": '"GB"', "name": '"United Kingdom"', "emergency": '"999"'}


def fields(values: dict[str, str]) -> str:
    """Fields of one TOML table."""
    return "\n".join(f"{key} = {value}" for key, value in values.items())


def gb_with_line(**changes: str) -> str:
    """A data file with one country and one line, the line's fields as given (in TOML)."""
    return f"[[country]]\n{fields(GOOD_COUNTRY)}\n[[country.line]]\n{fields(GOOD_LINE | changes)}\n"


BROKEN_FILES = {
    "not TOML": "[[country",
    "empty": "",
    "a country without lines": f"[[country]]\n{fields(GOOD_COUNTRY)}\n",
    "a country without an emergency number": gb_with_line().replace("emergency", "urgent"),
    "an emergency number that is a word": gb_with_line().replace('"999"', '"help"'),
    "a country whose code is no code": gb_with_line().replace('"GB"', '"gbr"'),
    "a country that is there twice": gb_with_line() * 2,
    "the fallback country is missing": gb_with_line().replace('"GB"', '"IE"'),
}


def links(html: str) -> list[str]:
    """The addresses of all tel: and sms: links."""
    return re.findall(r'href="((?:tel|sms):[^"]*)"', html)


# The data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_every_country_has_an_emergency_number_and_a_line_to_call(code):
    country = for_country(code)
    assert country.emergency_href.removeprefix("tel:").isdigit()
    assert country.calls
    assert all(line.source for line in country.lines)


@pytest.mark.parametrize("code", CODES)
def test_every_number_that_was_collected_is_still_there(code):
    country = for_country(code)
    numbers = {line.number for line in country.lines if line.kind is not Kind.CHAT}
    numbers |= {country.emergency, country.emergency_also}
    assert MUST_HAVE[code] <= {helplines.digits(number) for number in numbers}


@pytest.mark.parametrize("code", CODES)
def test_every_word_of_the_data_can_be_translated(code):
    country = for_country(code)
    words = {country.name}
    words |= {line.for_whom for line in country.lines}
    words |= {line.hours for line in country.lines if line.hours}
    assert words <= helplines.TRANSLATABLE


def test_the_dates_are_those_of_the_collection_not_of_a_check_that_nobody_did():
    assert {line.last_verified for country in countries() for line in country.lines} == {
        date(2026, 11, 1)
    }


def test_an_unknown_country_falls_back_to_the_default_of_the_site(settings):
    settings.DEFAULT_COUNTRY = "ie"
    assert for_country("XX").code == "IE"


def test_an_unknown_default_falls_back_to_the_united_kingdom(settings):
    settings.DEFAULT_COUNTRY = "XX"
    assert for_country("YY").code == "GB"


def test_a_site_whose_country_has_no_helplines_is_told_so_by_the_system_check(settings):
    assert check_default_country(None) == []
    settings.DEFAULT_COUNTRY = "AT"
    assert [problem.id for problem in check_default_country(None)] == ["guides.E002"]


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "helplines.toml"
    path.write_text(gb_with_line())
    assert [line.href for line in helplines.read(path)[0].lines] == ["tel:116123"]


@pytest.mark.parametrize("text", BROKEN_FILES.values(), ids=BROKEN_FILES.keys())
def test_a_broken_file_is_refused(tmp_path, text):
    path = tmp_path / "helplines.toml"
    path.write_text(text)
    with pytest.raises(HelplineError):
        helplines.read(path)


@pytest.mark.parametrize("key,value", BROKEN_LINES)
def test_a_broken_line_is_refused_and_named(tmp_path, key, value):
    path = tmp_path / "helplines.toml"
    path.write_text(gb_with_line(**{key: value}))
    with pytest.raises(HelplineError, match="country GB, line A"):
        helplines.read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(HelplineError):
        helplines.read(tmp_path / "nothing.toml")


def test_a_broken_file_stops_the_start(tmp_path, monkeypatch):
    def broken():
        raise HelplineError("country GB, line A: number 'x' cannot be dialled")

    monkeypatch.setattr(apps, "shipped", broken)
    config = apps.GuidesConfig("guides", apps)
    with pytest.raises(ImproperlyConfigured, match=r"guides\.E001: country GB, line A"):
        config.ready()


# Whose numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query,accepted,expected",
    [
        ("?country=NZ", "en-IE", "NZ"),
        ("?country=nz", "", "NZ"),
        ("?country=XX", "en-IE", "IE"),
        ("", "en-IE,en;q=0.9", "IE"),
        ("", "en,de-DE;q=0.8", "DE"),
        ("", "fr;q=0.5,es-ES;q=0.9", "ES"),
        ("", "zh-Hant-TW,nl-NL;q=0.3", "NL"),
        ("", "en-US,en;q=0.9", "GB"),
        ("", "en-US,fr-FR;q=0.5", "FR"),
        ("?country=US", "en-US", "US"),
        ("", "en", "GB"),
        ("", "", "GB"),
        ("", ";;;q=,,\x00", "GB"),
        ("?country=", "xx-YY", "GB"),
    ],
)
def test_the_country_is_chosen_by_the_reader_then_the_browser_then_the_site(
    settings, query, accepted, expected
):
    settings.DEFAULT_COUNTRY = "GB"
    request = RequestFactory().get(f"/help-now/{query}", headers={"accept-language": accepted})
    assert country_of(request) == expected


# The page ----------------------------------------------------------------------------------------


def help_page(client: Client, country: str) -> str:
    response = client.get(reverse("guides:help_now"), {"country": country})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("code", CODES)
def test_the_page_works_signed_out_without_a_database_and_shows_every_line(client, code):
    html = help_page(client, code)
    country = for_country(code)
    for line in country.lines:
        assert f'href="{line.href}"' in html


@pytest.mark.parametrize("code", CODES)
def test_every_link_to_call_or_text_is_well_formed(client, code):
    found = links(help_page(client, code))
    assert found
    for link in found:
        assert re.fullmatch(r"tel:[0-9]+|sms:[0-9]+(\?body=[A-Za-z0-9]+)?", link)


@pytest.mark.parametrize("code", CODES)
def test_the_emergency_number_is_the_first_number_on_the_page(client, code):
    html = help_page(client, code).partition("<main")[2]
    assert links(html)[0] == for_country(code).emergency_href


def test_the_page_does_not_know_who_is_signed_in_so_it_may_be_kept(client):
    # With a session cookie a page that asked who this is would reach for the database, and fail.
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    response = client.get(reverse("guides:help_now"))
    assert response.status_code == 200
    assert response.cookies.get(settings.SESSION_COOKIE_NAME) is None
    assert set(response["Cache-Control"].split(", ")) == {"private", "max-age=600"}
    assert "Accept-Language" in response["Vary"]


def test_the_page_for_no_network_has_all_countries_and_nothing_that_needs_one(client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    response = client.get(reverse("guides:offline"), headers={"Accept-Language": "en-IE"})
    html = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert '<meta name="robots" content="noindex">' in html
    assert links(html)[0] == for_country("IE").emergency_href
    for country in countries():
        assert f'href="{country.emergency_href}"' in html
        for line in country.lines:
            assert (f'href="{line.href}"' in html) is (line.kind is not Kind.CHAT)
    main = html.partition("<main")[2]
    assert "<form" not in main
    assert 'href="/' not in main


def test_the_page_says_what_to_do_with_the_figures_of_the_nhs(client):
    text = main_text(help_page(client, "GB"))
    assert "blood ketones are above 3 mmol/L" in text
    assert "ketones in your pee are above 2+" in text
    assert "blood ketones are 1.6 to 3 mmol/L" in text
    assert "Put nothing in their mouth" in text
    assert "We are not an emergency service" in text
    assert all(source.startswith("NHS") for source in FIRST_AID.sources)


def test_the_page_shows_only_its_own_country(client):
    html = help_page(client, "NZ").partition("<main")[2]
    assert "999" not in html.replace("(999)", "")
    assert "NHS 111" not in html


def test_another_country_can_be_chosen_with_a_plain_form(client):
    html = help_page(client, "IE")
    form = re.search(r"<form[^>]*method=\"get\"[^>]*>.*?</form>", html, re.DOTALL)
    assert form
    assert re.findall(r'<option value="([A-Z]{2})"', form[0]) == CODES
    assert '<option value="IE" selected>' in form[0]
    assert "<script" not in form[0]


@pytest.mark.parametrize(
    "name", ["how_it_works", "look_inside", "stay_safe", "privacy", "accessibility"]
)
def test_the_guides_work_signed_out_without_a_database(client, name):
    response = client.get(reverse(f"guides:{name}"))
    assert response.status_code == 200


def test_members_are_told_of_the_exception_and_that_a_professional_could_lie(client):
    text = main_text(client.get(reverse("guides:how_it_works")).content.decode())
    assert "Please read it before you choose." in text
    assert "someone could lie about who they are when they join" in text
    assert "There are no private messages" in text


# The panel ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["crisis", "emergency", ""])
@pytest.mark.parametrize("code", CODES)
def test_the_panel_starts_with_the_emergency_number_and_has_two_to_four_lines(code, kind):
    panel = help_panel(code)
    html = render_to_string("components/help_panel.html", {"help_panel": panel, "help_kind": kind})
    assert links(html)[0] == for_country(code).emergency_href
    assert 2 <= html.count("<li>") <= MAX_LINES
    assert "We are not an emergency service" in html
    assert "<dialog" not in html


@pytest.mark.parametrize("code", CODES)
def test_the_panel_offers_each_way_that_the_country_has(code):
    country = for_country(code)
    assert {line.kind for line in help_panel(code)["lines"]} == {
        line.kind for line in country.lines
    }


def test_the_panel_of_an_unknown_country_is_that_of_the_site():
    assert help_panel("XX")["country"].code == settings.DEFAULT_COUNTRY


def test_a_look_inside_shows_made_up_threads_and_says_so(client):
    text = main_text(client.get(reverse("guides:look_inside")).content.decode())
    assert "We made up these people and their posts." in text
    assert text.count("Made up") == 2
    assert reverse("guides:look_inside") in client.get(reverse("home")).content.decode()
