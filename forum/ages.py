"""Growing up: what a member is told and offered at 16, 18, before 26 and at 26 (P1.7).

``Viewer`` works out the age group and ``must_agree`` anew for each request, so boards change and
consent is asked again on the day itself. The daily job only tells people, once. It keeps the stage
that it has dealt with on the account: running twice, or after a week's pause, tells nobody twice.

Ages go by month and year of birth. A birthday counts from the month after it, so stages change on
the first of a month.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Role, User
from accounts.models.user import OLDEST
from forum.actions.notices import notify
from forum.models import NoticeKind

GOODBYE_NOTICE = timedelta(days=60)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Stage:
    """From ``age`` on, or ``early`` before it. ``words`` are for the member; empty: nothing to say.

    ``always``: said even to those who were this old when they joined.
    """

    name: str
    age: int
    words: Promise | str = ""
    early: timedelta = timedelta(0)
    route: str = "forum:older_posts"
    always: bool = False


STAGES = (
    Stage("13-15", 0),
    Stage(
        "16-17",
        16,
        _(
            "You are in the group from 16 to 17 now. Some boards have changed for you. Before you "
            "next post, we ask you to read a short text and agree again. You can also take back "
            "what you wrote when you were younger."
        ),
    ),
    Stage(
        "18-25",
        18,
        _(
            "You are in the group from 18 to 25 now. Some boards have changed for you. Before you "
            "next post, we ask you to read a short text and agree again. You can also take back "
            "what you wrote when you were younger."
        ),
    ),
    Stage(
        "leaving",
        OLDEST + 1,
        early=GOODBYE_NOTICE,
        always=True,
    ),
    Stage(
        "left",
        OLDEST + 1,
        _(
            "You are 26 now, and this place ends at 25. You cannot read or write posts any more. "
            "Thank you for all you gave here. You can ask us for your data, or ask us to close "
            "your account."
        ),
        route="accounts:leaving",
        always=True,
    ),
)
ORDER = [stage.name for stage in STAGES]


def month_number(day: date) -> int:
    """Months since year 0: the measure in which ages are compared."""
    return day.year * 12 + day.month - 1


def latest_birth(stage: Stage, today: date) -> int:
    """The month number of birth of the youngest who have reached a stage."""
    return month_number(today + stage.early) - 12 * stage.age - 1


def stage_of(user: User, at: datetime) -> Stage:
    """The stage of a member at a moment. Raises ``ValueError`` without month and year of birth."""
    if user.birth_year is None or user.birth_month is None:
        raise ValueError(f"{user.public_id} has no month of birth")
    today, born = timezone.localdate(at), user.birth_year * 12 + user.birth_month - 1
    reached = [stage for stage in STAGES if born <= latest_birth(stage, today)]
    return reached[-1] if reached else STAGES[0]


def day_of_turning(user: User, age: int) -> date:
    """The day from which a member counts as this old: the first of the month after the birthday.

    Raises ``ValueError`` without month and year of birth.
    """
    if user.birth_year is None or user.birth_month is None:
        raise ValueError(f"{user.public_id} has no month of birth")
    months = user.birth_year * 12 + user.birth_month - 1 + 12 * age + 1
    return date(months // 12, months % 12 + 1, 1)


def last_day(user: User) -> date:
    """The last day on which a member may read."""
    return day_of_turning(user, OLDEST + 1) - timedelta(days=1)


def settle_ages(*, at: datetime | None = None) -> int:
    """Tell every member who reached a stage since the job last ran; returns how many were told."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    told = 0
    members = User.objects.filter(role=Role.MEMBER, is_active=True).annotate(
        born=F("birth_year") * 12 + F("birth_month") - 1
    )
    for stage, after in zip(STAGES[1:], [*STAGES[2:], None], strict=True):
        # Those of this stage and of no later one: who slept through a stage hears of the last.
        reached = members.filter(born__lte=latest_birth(stage, today)).exclude(age_stage=stage.name)
        if after is not None:
            reached = reached.filter(born__gt=latest_birth(after, today))
        to_tell: list[int] = []
        quiet: list[int] = []
        for user in list(reached):
            (to_tell if _grew_into(user, stage) else quiet).append(user.pk)
        for start in range(0, len(quiet), BATCH):
            batch = quiet[start : start + BATCH]
            User.objects.filter(pk__in=batch).update(age_stage=stage.name)
        for pk in to_tell:
            told += _settle(pk, stage, at)
    return told


def _grew_into(user: User, stage: Stage) -> bool:
    """Whether a member was not in this stage when they joined, or is told of it in any case."""
    if not user.age_stage and stage.always:
        return True
    before = user.age_stage or stage_of(user, user.joined_at).name
    return ORDER.index(before) < ORDER.index(stage.name)


@transaction.atomic
def _settle(user_id: int, stage: Stage, at: datetime) -> bool:
    """Tell one member and mark it, both or neither."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.age_stage == stage.name:
        return False  # another run was quicker
    User.objects.filter(pk=user.pk).update(age_stage=stage.name)
    notify(
        recipient=user,
        kind=NoticeKind.AGE,
        message=_words(user, stage, at),
        link=reverse(stage.route),
        same_as=f"age:{stage.name}",
        at=at,
    )
    return True


def _words(user: User, stage: Stage, at: datetime) -> str:
    if stage.words:
        return str(stage.words)
    days = (last_day(user) - timezone.localdate(at)).days
    words = ngettext(
        "This place is for people up to 25. You can read and write here for %(days)s more day. "
        "Before that, you can take back old posts, and ask us for your data.",
        "This place is for people up to 25. You can read and write here for %(days)s more days. "
        "Before that, you can take back old posts, and ask us for your data.",
        days,
    )
    return words % {"days": days}
