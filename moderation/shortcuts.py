"""Keys for reviewers: off until switched on, each can be changed (WCAG 2.1.4).

The page works with arrows, Tab and Enter alone; static/js/review.js reads what stands here.
"""

import json
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation.models import Workbench


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key can do. ``key``: where the person has not picked another."""

    name: str
    label: Promise | str
    key: str


ACTIONS = (
    Action("start", _("Start, or go on"), "n"),
    Action("publish", _("Pick: publish"), "p"),
    Action("publish_note", _("Pick: publish with a note"), "o"),
    Action("ask_change", _("Pick: ask for a change"), "c"),
    Action("hide", _("Pick: hide for now"), "h"),
    Action("remove", _("Pick: remove"), "r"),
    Action("safeguard", _("Pick: pass to the safeguarding lead"), "g"),
    Action("clause", _("Go to the rules"), "u"),
    Action("message", _("Go to the message"), "m"),
    Action("send", _("Send and next"), "s"),
    Action("skip", _("Leave it, take the next"), "k"),
    Action("stop", _("Stop here"), "x"),
)
DEFAULTS = {action.name: action.key for action in ACTIONS}


def keys_of(bench: Workbench | None) -> dict[str, str]:
    """Action -> key as the person has them; an action without a key has ''."""
    own = bench.keys if bench else {}
    return {name: own.get(name, key) for name, key in DEFAULTS.items()}


def for_page(user: User) -> str:
    """The keys as JSON for the page; empty while they are off."""
    bench = Workbench.objects.filter(reviewer=user, shortcuts_on=True).first()
    return json.dumps(keys_of(bench)) if bench else ""


def clashes(keys: dict[str, str]) -> dict[str, str]:
    """Actions whose key an earlier action has already -> the name of that action."""
    first: dict[str, str] = {}
    found = {}
    for name, key in keys.items():
        if key and key in first:
            found[name] = first[key]
        elif key:
            first[key] = name
    return found


@transaction.atomic
def save_keys(*, reviewer: User, is_on: bool, keys: dict[str, str]) -> Workbench:
    """Keep the person's keys. Raises ``ValueError`` where two actions share one."""
    if clashes(keys):
        raise ValueError("one key for two actions")
    own = {name: key for name, key in keys.items() if DEFAULTS.get(name, key) != key}
    bench, _made = Workbench.objects.update_or_create(
        reviewer=reviewer, defaults={"shortcuts_on": is_on, "keys": own}
    )
    return bench
