"""What this app knows about one person, for their copy. No secrets, nothing of anybody else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import (
    AccountClosure,
    Block,
    ClauseSignature,
    Consent,
    CutOff,
    DataExport,
    DilemmaAnswer,
    GuardianRequest,
    HcpApplication,
    HcpProfile,
    HiddenHcp,
    HiddenWorkplace,
    MemberToken,
    User,
)
from accounts.receipts import receipt


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a copy: ``key`` in the JSON, ``title`` on the page, one dict a row."""

    key: str
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)


def rows_of(objects: Iterable[Model], *names: str) -> list[dict[str, Any]]:
    """These columns of these objects; ``a.b`` follows a relation, nothing where it is empty."""
    return [{name.replace(".", "_"): _value(each, name) for name in names} for each in objects]


def _value(thing: Any, path: str) -> Any:
    for name in path.split("."):
        thing = getattr(thing, name) if thing is not None else None
    return thing


def gather(user: User) -> list[Section]:
    """The account, consents with receipts, choices, blocks, sessions, work as a professional."""
    consents = Consent.objects.filter(user=user).select_related("document", "user")
    choices = consents.filter(purpose="hcp_involvement")
    account = rows_of(
        [user],
        "public_id",
        "email",
        "pseudonym",
        "role",
        "birth_year",
        "birth_month",
        "hcp_choice",
        "hcp_choice_at",
        "joined_at",
        "last_login",
        "silenced_until",
        "suspended_until",
        "closed_at",
        "display",
    )
    return [
        Section("account", _("My account"), account),
        Section(
            "addresses",
            _("My e-mail addresses"),
            rows_of(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        ),
        Section(
            "sign_in_steps",
            _("Extra steps when I sign in"),
            rows_of(Authenticator.objects.filter(user=user), "type", "created_at", "last_used_at"),
        ),
        Section(
            "sessions",
            _("Where I am signed in"),
            rows_of(
                UserSession.objects.filter(user=user),
                "ip",
                "user_agent",
                "created_at",
                "last_seen_at",
            ),
        ),
        Section(
            "keys",
            _("My feed and my apps"),
            rows_of(
                MemberToken.objects.filter(user=user),
                "kind",
                "name",
                "scopes",
                "created_at",
                "expires_at",
                "stopped_at",
                "last_used_on",
            ),
        ),
        Section("consents", _("What I agreed to, with receipts"), [receipt(c) for c in consents]),
        Section(
            "choices",
            _("My choices about health professionals"),
            rows_of(choices, "value", "method", "at"),
        ),
        Section("muted_words", _("Words I don't want to read"), _words(user)),
        *_relations(user),
        Section(
            "guardian",
            _("Questions to a parent or guardian"),
            rows_of(
                GuardianRequest.objects.filter(user=user), "created_at", "expires_at", "closed_at"
            ),
        ),
        Section(
            "copies",
            _("Copies of my data"),
            rows_of(DataExport.objects.filter(user=user), "requested_at", "state", "ready_at"),
        ),
        Section(
            "closings",
            _("When I closed my account"),
            rows_of(AccountClosure.objects.filter(user=user), "posts", "asked_at", "undone_at"),
        ),
        *_professional(user),
    ]


def _words(user: User) -> list[dict[str, Any]]:
    return [{"word": word} for word in user.muted_words]


def _relations(user: User) -> list[Section]:
    blocks = Block.objects.filter(blocker=user).select_related("blocked")
    hidden = HiddenHcp.objects.filter(member=user).select_related("hcp")
    places = HiddenWorkplace.objects.filter(member=user).select_related("workplace")
    apart = CutOff.objects.filter(member=user).select_related("hcp")
    return [
        Section("blocked", _("People I hid"), rows_of(blocks, "name", "created_at")),
        Section(
            "hidden_from",
            _("Professionals I hide from"),
            rows_of(hidden, "hcp.pseudonym", "created_at"),
        ),
        Section(
            "hidden_from_places",
            _("Places I hide from"),
            rows_of(places, "workplace.name", "created_at"),
        ),
        Section(
            "kept_apart",
            _("Professionals I am kept apart from"),
            rows_of(apart, "hcp.pseudonym", "created_at"),
        ),
    ]


def _professional(user: User) -> list[Section]:
    profile = HcpProfile.objects.filter(user=user)
    rounds = HcpApplication.objects.filter(user=user)
    signed = ClauseSignature.objects.filter(application__user=user)
    signed = signed.select_related("clause", "document")
    answers = DilemmaAnswer.objects.filter(application__user=user)
    return [
        Section(
            "professional",
            _("My work here as a health professional"),
            rows_of(
                profile,
                "profession",
                "register_body",
                "register_number",
                "interests",
                "verified_at",
                "code_version",
                "code_signed_at",
                "expires_at",
                "suspended_at",
                "revoked_at",
            ),
        ),
        Section(
            "applications",
            _("My applications"),
            rows_of(
                rounds,
                "kind",
                "state",
                "profession",
                "register_body",
                "register_number",
                "interests",
                "question",
                "reason",
                "started_at",
                "submitted_at",
                "decided_at",
            ),
        ),
        Section(
            "signatures",
            _("What I signed"),
            rows_of(
                signed.select_related("clause", "document"),
                "clause.anchor",
                "document.version",
                "at",
            ),
        ),
        Section(
            "practice_answers",
            _("My answers to practice cases"),
            rows_of(answers, "dilemma", "answer", "is_right", "version", "at"),
        ),
    ]
