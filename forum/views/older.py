"""Taking back one's own older posts."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.http import SignedInRequest
from accounts.models import User
from forum.access_log import shows_no_posts
from forum.actions.older import Withdrawn, narrow_older, withdraw_older
from forum.ages import day_of_turning

PEERS, DELETE = "peers", "delete"
BIRTHDAYS = {16: _("What I wrote before I was 16"), 18: _("What I wrote before I was 18")}


class OlderPostsForm(forms.Form):
    """Which posts, and what becomes of them. Nothing is picked beforehand."""

    until = forms.ChoiceField(
        label=_("Which posts"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one.")},
    )
    what = forms.ChoiceField(
        label=_("What shall we do"),
        choices=[
            (PEERS, _("Take them back from health professionals")),
            (DELETE, _("Delete them for everybody")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pick one.")},
    )
    sure = forms.BooleanField(
        label=_("I know that deleted posts do not come back"),
        help_text=_("Only if you delete. Threads that you started go too, with their replies."),
        required=False,
    )

    def __init__(self, *args: Any, member: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["until"]).choices = moments(member, today)

    def clean(self) -> dict[str, Any]:
        """Deleting asks for one tick more."""
        data = super().clean() or {}
        if data.get("what") == DELETE and not data.get("sure"):
            self.add_error("sure", _("Tick this if you want to delete them."))
        return data


def moments(member: User, today: date) -> list[tuple[str, Any]]:
    """Days before which posts can be taken back: birthdays since the member joined, and today."""
    found: list[tuple[str, Any]] = []
    if member.birth_year is not None:
        days = {age: day_of_turning(member, age) for age in BIRTHDAYS}
        joined = timezone.localdate(member.joined_at)
        found = [
            (day.isoformat(), BIRTHDAYS[age]) for age, day in days.items() if joined < day <= today
        ]
    return [*found, ((today + timedelta(days=1)).isoformat(), _("All I wrote so far"))]


@access(Access.READER)
@shows_no_posts
@require_http_methods(["GET", "HEAD", "POST"])
def older_posts(request: SignedInRequest) -> HttpResponse:
    """Choose which posts, and take them back from professionals or from everybody."""
    today = timezone.localdate()
    form = OlderPostsForm(request.POST or None, member=request.user, today=today)
    if request.method == "POST" and form.is_valid():
        day = date.fromisoformat(form.cleaned_data["until"])
        before = timezone.make_aware(datetime.combine(day, time.min))
        if form.cleaned_data["what"] == PEERS:
            narrow_older(author=request.user, before=before)
            messages.success(request, _("Done. Health professionals cannot read them any more."))
        else:
            messages.success(request, _say(withdraw_older(author=request.user, before=before)))
        return redirect("forum:my_posts")
    return render(request, "forum/older_posts.html", {"form": form})


def _say(outcome: Withdrawn) -> str:
    gone = ngettext(
        "%(number)s post is deleted.", "%(number)s posts are deleted.", outcome.gone
    ) % {"number": outcome.gone}
    if not outcome.waiting:
        return gone
    waiting = ngettext(
        "%(number)s post waits for our team to look at it. Try that one again later.",
        "%(number)s posts wait for our team to look at them. Try those again later.",
        outcome.waiting,
    ) % {"number": outcome.waiting}
    return f"{gone} {waiting}"
