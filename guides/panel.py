"""What the help panel shows (``templates/components/help_panel.html``)."""

from typing import TypedDict

from guides.helplines import Country, Kind, Line
from guides.helplines_now import for_country

MAX_LINES = 4


class HelpPanel(TypedDict):
    """The context of the panel."""

    country: Country
    lines: tuple[Line, ...]


def help_panel(country: str) -> HelpPanel:
    """The panel for a country code; unknown codes as in ``for_country``. Needs no database."""
    found = for_country(country)
    return {"country": found, "lines": lines_for_panel(found)}


def lines_for_panel(country: Country) -> tuple[Line, ...]:
    """At most four lines, in the order of the file, with every kind that the country has.

    Many young people will text or chat but never ring, so one of each kind comes first, and the
    rest is filled up from the top.
    """
    first_of_kind = [lines[0] for kind in Kind if (lines := country.lines_of(kind))]
    others = [line for line in country.lines if line not in first_of_kind]
    chosen = [*first_of_kind, *others][:MAX_LINES]
    return tuple(line for line in country.lines if line in chosen)
