"""The form of *Me > Notices*: a way for each kind, the digest, quiet hours."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from forum.models import MailSettings, NoticeKind, Rhythm, Way
from forum.ways import kinds_for, quiet_hours, ways_for, ways_of

LABELS = {
    NoticeKind.REPLY: _("Replies in threads I started"),
    NoticeKind.QUOTE: _("Somebody quotes me"),
    NoticeKind.MENTION: _("Somebody mentions me"),
    NoticeKind.REACTION: _("Reactions to my posts"),
    NoticeKind.THREAD: _("New replies in threads I follow"),
    NoticeKind.BOARD: _("New threads on boards I follow"),
    NoticeKind.TAG: _("New threads on topics I follow"),
    NoticeKind.DECISION: _("A moderator looked at my post"),
    NoticeKind.LABEL: _("A note under my post"),
    NoticeKind.REPORT: _("News on my reports"),
    NoticeKind.REMINDER: _("Who reads my posts: a reminder, twice a year"),
    NoticeKind.SECOND: _("Something waits for a second person"),
    NoticeKind.GUIDE: _("A guide waits for my check"),
    NoticeKind.SCREENING: _("A rule of screening finds far more than before"),
}
HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


def zones() -> list[tuple[str, str]]:
    """Time zones named by a place, in the order of their names."""
    places = sorted(name for name in available_timezones() if _is_place(name))
    return [(name, name.replace("_", " ")) for name in places]


def _is_place(name: str) -> bool:
    area, slash, _rest = name.partition("/")
    return bool(slash) and area not in ("Etc", "SystemV", "US", "posix", "right")


class NoticeChoicesForm(forms.Form):
    """How somebody wants to be told. The kinds depend on the person."""

    rhythm = forms.ChoiceField(
        label=_("How often the mail with all news comes"),
        choices=Rhythm,
        widget=forms.RadioSelect,
        help_text=_("It comes in the afternoon, and only if there is something new."),
    )
    quiet_from = forms.TypedChoiceField(label=_("No mails from"), coerce=int, choices=HOURS)
    quiet_until = forms.TypedChoiceField(
        label=_("No mails until"),
        coerce=int,
        choices=HOURS,
        help_text=_("Pick the same hour twice if mails may come at any time."),
    )
    time_zone = forms.ChoiceField(label=_("My time zone"), required=False)

    def __init__(self, *args: Any, user: User, own: MailSettings | None, **kwargs: Any) -> None:
        first, last = quiet_hours(own)
        kwargs["initial"] = {
            "rhythm": own.rhythm if own else Rhythm.DAILY,
            "quiet_from": first,
            "quiet_until": last,
            "time_zone": (own.time_zone if own else "") or settings.TIME_ZONE,
        }
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones()  # type: ignore[attr-defined]
        self.kinds = list(kinds_for(user))
        standing = ways_of(user)
        for kind in self.kinds:
            self.fields[kind.value] = forms.ChoiceField(
                label=LABELS[kind],
                choices=[(way.value, way.label) for way in ways_for(kind)],
                initial=standing[kind],
            )
        rest = [name for name in self.fields if name not in {kind.value for kind in self.kinds}]
        self.order_fields([*(kind.value for kind in self.kinds), *rest])

    @property
    def ways(self) -> dict[NoticeKind, Way]:
        """What was chosen, by kind."""
        return {kind: Way(self.cleaned_data[kind.value]) for kind in self.kinds}
