"""The user: an e-mail address to sign in with, a pseudonym to be known by, one role."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_public_id

PSEUDONYM_MAX = 24
YOUNGEST, OLDEST = 13, 25
MUTED_WORD_MAX = 40
MOST_MUTED_WORDS = 50


class Role(models.TextChoices):
    """One role an account. No role is implied by another; an admin is never also an HCP."""

    MEMBER = "member", _("Member")
    MODERATOR = "moderator", _("Community moderator")
    HCP = "hcp", _("Health professional")
    ADMIN = "admin", _("Admin")


class HcpChoice(models.TextChoices):
    """How far a member lets HCPs in. Not chosen yet (empty) counts as ``none``."""

    OPEN = "open", _("Health professionals can read and reply")
    ON_REQUEST = "on_request", _("They can read, and reply only where I ask")
    NONE = "none", _("No health professionals")


class AgeGroup(models.TextChoices):
    """Age groups of members. Boards say which groups they are for."""

    TEEN = "13-15", _("13 to 15")
    OLDER_TEEN = "16-17", _("16 to 17")
    ADULT = "18-25", _("18 to 25")


def age_on(day: date, *, birth_year: int, birth_month: int) -> int:
    """Full years on ``day``, from year and month of birth, which is all that is stored.

    Within the month of birth the birthday counts as not yet reached: nobody is taken for older
    than they are.
    """
    return day.year - birth_year - (1 if day.month <= birth_month else 0)


def group_for_age(age: int) -> AgeGroup | None:
    """The age group for an age in years; None below 13 and above 25."""
    if age < YOUNGEST or age > OLDEST:
        return None
    if age < 16:
        return AgeGroup.TEEN
    return AgeGroup.OLDER_TEEN if age < 18 else AgeGroup.ADULT


class UserManager(BaseUserManager["User"]):
    """Makes users; ``create_user`` is the only way that hashes a password."""

    def create_user(
        self, *, email: str, pseudonym: str, password: str | None = None, **fields: Any
    ) -> "User":
        """A new account. Without ``password`` it can only sign in by e-mail code."""
        user = self.model(email=self.normalize_email(email).lower(), pseudonym=pseudonym, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account. Others see the pseudonym, the role and the age group's boards; nothing else."""

    public_id = models.CharField(max_length=14, unique=True, default=new_public_id, editable=False)
    email = models.EmailField(unique=True)
    pseudonym = models.CharField(
        max_length=PSEUDONYM_MAX,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9_-]{2,23}\Z",
                _("Use 3 to 24 letters, numbers, - or _. Start with a letter or a number."),
            )
        ],
    )
    role = models.CharField(
        max_length=12, choices=Role, default=Role.MEMBER, db_default=Role.MEMBER
    )
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    hcp_choice = models.CharField(
        max_length=12, choices=HcpChoice, blank=True, default="", db_default=""
    )
    hcp_choice_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    silenced_until = models.DateTimeField(null=True, blank=True)
    # The account is closed: others no longer meet it; accounts/models/leaving.py says the rest.
    closed_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # The age stage that the daily job has dealt with (forum/ages.py); empty before its first run.
    age_stage = models.CharField(max_length=8, blank=True, default="", db_default="")
    # How often all sessions of this account were ended at once; part of what a session must match.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)

    # How often they asked for another picture: part of what it is drawn from (accounts/avatars.py).
    avatar = models.PositiveIntegerField(default=0, db_default=0)
    # Words whose posts are folded up for this person: a short list, in small letters.
    muted_words = models.JSONField(default=list, db_default=[], blank=True)

    # Announcements that this person hid: the newest public ids.
    hidden_announcements = models.JSONField(default=list, db_default=[], blank=True)
    # How pages look for this person (accounts/display.py); empty: as their device says.
    display = models.JSONField(default=dict, db_default={}, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["pseudonym"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("pseudonym"),
                name="user_pseudonym_unique_any_case",
                violation_error_message=_("Someone has this name already. Please pick another."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(hcp_choice__in=[*HcpChoice.values, ""]),
                name="user_hcp_choice_known",
            ),
            models.CheckConstraint(
                condition=models.Q(birth_month__isnull=True)
                | models.Q(birth_month__gte=1, birth_month__lte=12),
                name="user_birth_month_real",
            ),
        ]

    def __str__(self) -> str:
        return self.pseudonym

    def clean(self) -> None:
        """Keep one spelling of an address."""
        super().clean()
        self.email = self.email.lower()

    def age(self, at: datetime) -> int | None:
        """Full years at a moment; None where no birth month and year are stored."""
        if self.birth_year is None or self.birth_month is None:
            return None
        today = timezone.localdate(at)
        return age_on(today, birth_year=self.birth_year, birth_month=self.birth_month)

    def age_group(self, at: datetime) -> AgeGroup | None:
        """The member's age group at a moment; None for staff and outside 13 to 25."""
        age = self.age(at)
        return None if age is None else group_for_age(age)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to be this account's: another one since sessions were ended."""
        ours: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        if not self.sessions_ended:
            return ours
        words = f"{ours}:{self.sessions_ended}"
        return salted_hmac("islet.sessions", words, secret=secret, algorithm="sha256").hexdigest()

    @property
    def lets_hcps_read(self) -> bool:
        """Whether this author's posts may be for the community at all. Unset counts as no."""
        if self.role != Role.MEMBER:
            return True
        return self.hcp_choice in (HcpChoice.OPEN, HcpChoice.ON_REQUEST)


def display_name(user: User) -> str:
    """What allauth calls a user by, in pages and mails: the pseudonym, never the address."""
    return user.pseudonym
