"""Forms of staffed hours and of the rota."""

import re
from datetime import date, timedelta
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from forum.hours import Span, check_day, day_in_words

SPAN = re.compile(r"(\d{1,2}):([0-5]\d)\s*(?:-|–|to)\s*(\d{1,2}):([0-5]\d)")
NOT_A_SPAN = _("Write it like 09:00-21:00. Put a comma between two parts of a day.")
OUT_OF_ORDER = _("The parts of a day must be in order, and must not overlap. It ends at 24:00.")
MOST_DAYS = 400
LONGEST_SHIFT = timedelta(days=14)


def parse_day(words: str) -> tuple[Span, ...]:
    """Spans of a day from words such as ``09:00-12:00, 13:00-21:00``; empty: closed.

    Raises ``ValidationError``.
    """
    spans = []
    for part in filter(None, (part.strip() for part in words.split(","))):
        found = SPAN.fullmatch(part)
        if found is None:
            raise forms.ValidationError(NOT_A_SPAN)
        a, b, c, d = map(int, found.groups())
        spans.append((a * 60 + b, c * 60 + d))
    try:
        check_day(tuple(spans))
    except ValueError:
        raise forms.ValidationError(OUT_OF_ORDER) from None
    return tuple(spans)


class DayField(forms.CharField):
    """The hours of one day."""

    def clean(self, value: Any) -> Any:
        """Spans in minutes."""
        return parse_day(super().clean(value))


class HoursForm(forms.Form):
    """The hours of a week, and days that differ. ``number``: of the version that was changed."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    time_zone = forms.CharField(
        label=_("Time zone"), help_text=_("For example Europe/London."), max_length=64
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in WEEKDAYS.items():
            self.fields[f"day_{number}"] = DayField(label=name, required=False, max_length=80)
        self.fields["day_0"].help_text = _(
            "When people are there, like 09:00-21:00. Leave a closed day empty."
        )
        self.fields["exceptions"] = forms.CharField(
            label=_("Days that differ"),
            help_text=_(
                "One a line. Closed: 2026-12-25, or 2026-12-25 to 2027-01-01. "
                "Other hours: 2026-12-24: 09:00-12:00."
            ),
            required=False,
            max_length=8000,
            widget=forms.Textarea(attrs={"rows": 5}),
        )

    def clean_time_zone(self) -> str:
        """A zone that is known here."""
        name = str(self.cleaned_data["time_zone"]).strip()
        if name not in available_timezones():
            raise forms.ValidationError(_("We do not know this time zone."))
        return name

    def clean_exceptions(self) -> dict[str, tuple[Span, ...]]:
        """Days with their spans."""
        found: dict[str, tuple[Span, ...]] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["exceptions"].splitlines())):
            days, _colon, spans = line.partition(":")
            for day in self._days(days, line):
                found[day.isoformat()] = parse_day(spans)
        if len(found) > MOST_DAYS:
            raise forms.ValidationError(_("These are more than 400 days."))
        return found

    def _days(self, words: str, line: str) -> list[date]:
        first, _to, last = (part.strip() for part in words.partition(" to "))
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            wrong = _t("We cannot read this line: %(line)s") % {"line": line[:40]}
            raise forms.ValidationError(wrong) from None
        length = (end - start).days + 1
        if not 1 <= length <= MOST_DAYS:
            raise forms.ValidationError(_t("The last day comes first: %s") % line[:40])
        return [start + timedelta(days=number) for number in range(length)]

    def week(self) -> list[tuple[Span, ...]]:
        """The valid week, Monday first."""
        return [self.cleaned_data[f"day_{number}"] for number in range(7)]


def exceptions_in_words(exceptions: dict[str, Any]) -> str:
    """The lines that the form reads. Closed days in a row become one line."""
    lines: list[str] = []
    closed: list[date] = []

    def flush() -> None:
        if closed:
            first, last = closed[0].isoformat(), closed[-1].isoformat()
            lines.append(first if first == last else f"{first} to {last}")
            closed.clear()

    for name, spans in sorted(exceptions.items()):
        day = date.fromisoformat(name)
        if spans or (closed and day != closed[-1] + timedelta(days=1)):
            flush()
        if spans:
            lines.append(f"{name}: {day_in_words(spans)}")
        else:
            closed.append(day)
    flush()
    return "\n".join(lines)


class WhenInput(forms.DateTimeInput):
    """Day and time, by the browser's own picker."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ShiftForm(forms.Form):
    """Somebody is on call from then to then, in the time of the site."""

    person = forms.ChoiceField(label=_("Who"))
    starts_at = forms.DateTimeField(label=_("From"), widget=WhenInput)
    ends_at = forms.DateTimeField(label=_("Until"), widget=WhenInput)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.public_id: user for user in people}
        who = cast(forms.ChoiceField, self.fields["person"])
        who.choices = [(key, user.pseudonym) for key, user in self.people.items()]

    def clean_person(self) -> User:
        """The admin."""
        return self.people[self.cleaned_data["person"]]

    def clean(self) -> None:
        """The end comes after the start, within two weeks, and not in the past."""
        start, end = self.cleaned_data.get("starts_at"), self.cleaned_data.get("ends_at")
        if start is None or end is None:
            return
        if end <= start:
            self.add_error("ends_at", _("This must be after the start."))
        elif end - start > LONGEST_SHIFT:
            self.add_error("ends_at", _("A shift lasts two weeks at most."))
        elif end <= timezone.now():
            self.add_error("ends_at", _("This is in the past."))
