"""Names to be known by: friendly suggestions from our own words, and what a name may not say."""

import secrets
import tomllib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db.models.functions import Lower

from accounts.models import AccountClosure, HeldName, User
from accounts.models.user import PSEUDONYM_MAX

_WORDS = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
FIRST: tuple[str, ...] = tuple(_WORDS["first"].split())
SECOND: tuple[str, ...] = tuple(_WORDS["second"].split())
RESERVED: tuple[str, ...] = tuple(_WORDS["reserved"].split())

SUGGESTIONS = 3
HOLD_SECONDS = 30 * 24 * 3600


def suggest_names(*, without: Iterable[str] = ()) -> list[str]:
    """Three names that are free now, none of those in ``without``."""
    found: list[str] = []
    avoided = {name.lower() for name in without}
    while len(found) < SUGGESTIONS:
        drawn = {_draw() for _ in range(4 * SUGGESTIONS)}
        taken = taken_among(drawn) | avoided | {name.lower() for name in found}
        found += [name for name in drawn if name.lower() not in taken]
    return found[:SUGGESTIONS]


def _draw() -> str:
    """A name such as MossyOtter or, now and then, MossyOtter42, so that they never run out."""
    name = secrets.choice(FIRST) + secrets.choice(SECOND)
    if secrets.randbelow(4) == 0:
        name += str(secrets.randbelow(90) + 10)
    return name if len(name) <= PSEUDONYM_MAX else _draw()


def taken_among(names: Iterable[str]) -> set[str]:
    """Those of the names that somebody has or that are held, in lower case."""
    lower = {name.lower() for name in names}
    used = User.objects.annotate(lower_name=Lower("pseudonym")).filter(lower_name__in=lower)
    leaving = AccountClosure.objects.annotate(lower_name=Lower("pseudonym")).filter(
        undone_at=None, erased_at=None, lower_name__in=lower
    )
    other_names = HeldName.objects.filter(lower_name__in=lower)
    held = cache.get_many([_hold_key(name) for name in lower])
    taken = {name for name in lower if _hold_key(name) in held}
    return taken.union(
        *(rows.values_list("lower_name", flat=True) for rows in (used, leaving, other_names))
    )


def is_taken(name: str) -> bool:
    """Whether nobody new can have this name, in any case of its letters."""
    return bool(taken_among([name]))


def hold_name(name: str) -> None:
    """Keep a name from everybody for 30 days, although no account has it.

    Somebody who joins with an address that has an account already gets no second account. Were
    the name free afterwards, that would tell them so.
    """
    cache.set(_hold_key(name.lower()), True, HOLD_SECONDS)


def hold_name_for_good(name: str) -> None:
    """Let no account ever have this name."""
    HeldName.objects.get_or_create(lower_name=name.lower())


def poses_as_staff(name: str) -> bool:
    """Whether a name could make others believe that it belongs to the team."""
    lower = name.lower()
    return any(word in lower for word in (*RESERVED, settings.SITE_NAME.lower()))


def _hold_key(lower_name: str) -> str:
    return f"joining:held-name:{lower_name}"
