"""Where somebody is on the way to an account. Only their session knows, until it is made.

The answers outlast a closed tab, a lost connection and a pause of days, and are the same in two
tabs. What somebody was told counts only for the wording that they were shown: with another age
group, or a new version of the notice, they read and choose again.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from accounts.consent import notice_kind
from accounts.ids import new_public_id
from accounts.models import AgeGroup, Document, Module
from accounts.models import Joining as Who
from accounts.models.user import age_on, group_for_age
from accounts.site_settings import site

ANSWERS, CLOSED_UNTIL = "joining", "joining_closed_until"
KEPT_FOR = timedelta(days=7)  # ours: longer than a busy week, shorter than a session
CLOSED_FOR = timedelta(hours=24)  # ours

AGE, INVITATION, NAME = "age", "invitation", "name"
PROFESSIONALS, CHOICES = "professionals", "choices"
SIGN_IN, CHECK = "sign-in", "check"
READ = "read-"  # and the slug of a module


@dataclass(slots=True)
class Answers:
    """What somebody has told us so far. Empty or None: not yet.

    ``key`` becomes the public id of the account, so that sending twice makes one. ``notice``:
    the hash of the wording that ``read``, ``tried``, ``professionals`` and ``joins`` are about.
    ``password``: hashed, empty for signing in by e-mailed codes. ``invitation``: the digest of a
    code, until the account is made; nothing else ever says who used it.
    """

    key: str = field(default_factory=new_public_id)
    saved_at: float = 0.0
    sent: bool = False
    birth_month: int | None = None
    birth_year: int | None = None
    invitation: str = ""
    suggestions: list[str] = field(default_factory=list)
    pseudonym: str = ""
    notice: str = ""
    read: list[str] = field(default_factory=list)
    tried: dict[str, int] = field(default_factory=dict)  # wrong answers, by slug
    professionals: str | None = None  # a HcpChoice, or "" for deciding later
    joins: bool = False
    wants_email: bool = False
    wants_research: bool = False
    email: str = ""
    password: str = ""
    trap: bool = False  # a robot filled the field that people do not see

    def age_group(self, at: datetime) -> AgeGroup | None:
        """The age group at a moment; None before they said when they were born."""
        if self.birth_year is None or self.birth_month is None:
            return None
        today = timezone.localdate(at)
        return group_for_age(
            age_on(today, birth_year=self.birth_year, birth_month=self.birth_month)
        )

    def read_under(self, notice: str) -> None:
        """Go by this wording; with another one than before, all that rests on it is open again."""
        if self.notice == notice:
            return
        self.notice, self.read, self.tried = notice, [], {}
        self.professionals, self.joins = None, False
        self.wants_email = self.wants_research = False


@dataclass(slots=True)
class Joining:
    """The answers together with the steps that they belong to."""

    session: SessionBase
    answers: Answers
    group: AgeGroup | None
    notice: Document
    modules: list[Module]
    needs_invitation: bool = False

    @property
    def steps(self) -> list[str]:
        """All steps in order. Without need, a code is asked for only where somebody has one."""
        reading = [READ + module.slug for module in self.modules]
        asked = [INVITATION] if self.needs_invitation or self.answers.invitation else []
        return [AGE, *asked, NAME, *reading, PROFESSIONALS, CHOICES, SIGN_IN, CHECK]

    @property
    def may_be_asked_about_research(self) -> bool:
        """From 16 on."""
        return self.group in (AgeGroup.OLDER_TEEN, AgeGroup.ADULT)

    def is_done(self, step: str) -> bool:
        """Whether a step has its answer. Checking never has: it is where the account is made."""
        answers = self.answers
        if step.startswith(READ):
            return step.removeprefix(READ) in answers.read
        return {
            AGE: self.group is not None,
            INVITATION: bool(answers.invitation),
            NAME: bool(answers.pseudonym),
            PROFESSIONALS: answers.professionals is not None,
            CHOICES: answers.joins,
            SIGN_IN: bool(answers.email),
        }.get(step, False)

    def next_step(self) -> str:
        """The first step that is still open."""
        return next(step for step in self.steps if not self.is_done(step))

    def may_open(self, step: str) -> bool:
        """Whether all before a step is done. Done steps can be opened again."""
        if step == INVITATION and step not in self.steps:
            return self.is_done(AGE)
        return self.steps.index(step) <= self.steps.index(self.next_step())

    def module_of(self, step: str) -> Module:
        """The module that a reading step shows."""
        return next(module for module in self.modules if READ + module.slug == step)

    def save(self, *, at: datetime | None = None) -> None:
        """Keep the answers in the session."""
        self.answers.saved_at = (at or timezone.now()).timestamp()
        self.session[ANSWERS] = asdict(self.answers)
        self.session.set_expiry(KEPT_FOR)

    def finish(self) -> None:
        """The code is on its way: keep what a second try with another address would need.

        The name is gone, address and password are of no more use here.
        """
        answers = self.answers
        answers.key, answers.sent, answers.suggestions = new_public_id(), True, []
        answers.pseudonym = answers.email = answers.password = answers.invitation = ""
        self.save()


def load(session: SessionBase, *, at: datetime | None = None) -> Joining | None:
    """Where this session is; None while joining is closed, or no notice is published."""
    at = at or timezone.now()
    who = site().joining
    if who == Who.CLOSED:
        return None
    answers = _answers_in(session, at)
    group = answers.age_group(at)
    notice = Document.objects.current(notice_kind(group))
    modules = list(notice.modules.all()) if notice else []
    if notice is None or not modules:
        return None
    answers.read_under(notice.content_hash)
    return Joining(session, answers, group, notice, modules, who == Who.INVITED)


def _answers_in(session: SessionBase, at: datetime) -> Answers:
    """What the session keeps; fresh ones where that is nothing, too old, or of another release."""
    try:
        answers = Answers(**session[ANSWERS])
    except (KeyError, TypeError):
        return Answers()
    too_old = answers.saved_at < (at - KEPT_FOR).timestamp()
    return Answers() if too_old else answers


def group_now(answers: Answers) -> AgeGroup | None:
    """The age group that answers lead to today."""
    return answers.age_group(timezone.now())


def was_sent(session: SessionBase) -> bool:
    """Whether this session has made an account (or seemed to) and not signed in since."""
    return bool(session.get(ANSWERS, {}).get("sent"))


def forget(session: SessionBase) -> None:
    """Drop all answers."""
    if session.pop(ANSWERS, None) is not None:
        session.set_expiry(None)


def close_gate(session: SessionBase, *, at: datetime | None = None) -> None:
    """Keep nothing but a mark that joining is closed for a while (P1.7)."""
    forget(session)
    session[CLOSED_UNTIL] = ((at or timezone.now()) + CLOSED_FOR).timestamp()


def is_closed(session: SessionBase, *, at: datetime | None = None) -> bool:
    """Whether the mark is there and still counts."""
    return session.get(CLOSED_UNTIL, 0) > (at or timezone.now()).timestamp()
