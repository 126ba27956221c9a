"""The people of the demo: workplaces, personas with their proofs, members."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.applying.actions import LASTS
from accounts.consent import NO, YES, notice_kind
from accounts.models import (
    AgeGroup,
    Consent,
    Document,
    DocumentKind,
    HcpProfile,
    Method,
    Purpose,
    Role,
    User,
    Workplace,
)
from config.demo.personas import PERSONAS, Persona
from config.demo.seed import texts
from config.demo.seed.chance import dice, public_id, totp_secret
from config.demo.seed.clock import born, moment

DOMAIN = "demo.example"
NOTICES = (DocumentKind.NOTICE_TEEN, DocumentKind.NOTICE_OLDER)
# The same for everybody, and only where DEMO=1 opens every account with one click anyway.
DEMO_PASSWORD = "islet-demo-island"  # noqa: S105

WORKPLACES = ("Harbour Diabetes Clinic", "Moorside Hospital", "Northfield Family Practice")
# Ages that keep a member in the age group for at least half a year.
AGES = {
    AgeGroup.TEEN: (13, 14, 15),
    AgeGroup.OLDER_TEEN: (16, 17),
    AgeGroup.ADULT: (18, 19, 20, 21, 22, 23, 24, 25),
}
# The nurse has just been checked again; the doctor's year ends soon.
EXPIRES_AFTER = {"hcp_nurse": timedelta(days=300), "hcp_doctor": timedelta(days=50)}

# Those who work here: profession, register, number on it (invented), workplaces, interests.
HCPS = {
    "hcp_nurse": (
        "Diabetes nurse",
        "NMC",
        "00X0000E",
        (WORKPLACES[0],),
        "A maker of sensors paid me for one talk.",
    ),
    "hcp_doctor": ("Doctor", "GMC", "0000001", (WORKPLACES[1],), "None."),
}


def password_hash() -> str:
    """The stored password of demo accounts: one that is known with DEMO=1, else unusable."""
    return make_password(DEMO_PASSWORD if settings.DEMO else None)


def add_personas(*, seed: int, now: datetime) -> int:
    """Add workplaces and the personas that are missing; returns how many personas."""
    for name in WORKPLACES:
        Workplace.objects.get_or_create(
            name=name, defaults={"public_id": public_id(seed, "workplace", name)}
        )
    there = by_pseudonym(persona.name for persona in PERSONAS)
    missing = [persona for persona in PERSONAS if persona.name not in there]
    if not missing:
        return 0
    password = password_hash()
    add_accounts([_persona(persona, seed, now, password) for persona in missing])
    people = by_pseudonym(persona.name for persona in PERSONAS)
    for persona in missing:
        if persona.role != Role.MEMBER:
            TOTP.activate(people[persona.name], totp_secret(seed, persona.name))
        if persona.name in HCPS:
            _add_profile(persona, people, now)
    return len(missing)


def _there(names: Iterable[str]) -> set[str]:
    return set(User.objects.filter(pseudonym__in=list(names)).values_list("pseudonym", flat=True))


def _persona(persona: Persona, seed: int, now: datetime, password: str) -> User:
    joined_at = moment(now, days_ago=persona.joined)
    year, month = born(now, age=persona.age) if persona.age else (None, None)
    return User(
        public_id=public_id(seed, "person", persona.name),
        email=f"{persona.name}@{DOMAIN}".lower(),
        pseudonym=persona.name,
        password=password,
        role=persona.role,
        birth_year=year,
        birth_month=month,
        hcp_choice=persona.choice,
        hcp_choice_at=joined_at if persona.choice else None,
        joined_at=joined_at,
    )


def _add_profile(persona: Persona, people: dict[str, User], now: datetime) -> None:
    profession, body, number, workplaces, interests = HCPS[persona.name]
    profile = HcpProfile(
        user=people[persona.name],
        profession=profession,
        register_body=body,
        register_number=number,
        interests=interests,
    )
    code = Document.objects.current(DocumentKind.HCP_CODE)
    if code is not None:
        expires_at = now + EXPIRES_AFTER[persona.name]
        checked_at = expires_at - LASTS
        profile.verified_by_first = people["admin_one"]
        profile.verified_by_second = people["admin_two"]
        profile.verified_at = checked_at
        profile.code_version = code.version
        profile.code_signed_at = checked_at
        profile.expires_at = expires_at
    profile.save()
    profile.workplaces.set(Workplace.objects.filter(name__in=workplaces))


def add_members(*, seed: int, now: datetime) -> int:
    """Add the members of members.toml that are missing; returns how many."""
    entries = texts.members()
    there = by_pseudonym(entry.pseudonym for entry in entries)
    missing = [entry for entry in entries if entry.pseudonym not in there]
    if not missing:
        return 0
    password = password_hash()
    return add_accounts(
        [
            member(
                public_id=public_id(seed, "person", entry.pseudonym),
                pseudonym=entry.pseudonym,
                domain=DOMAIN,
                group=AgeGroup(entry.group),
                choice=entry.choice,
                joined_at=moment(now, days_ago=entry.joined_days_ago),
                password=password,
                now=now,
                rng=dice(seed, "age", entry.pseudonym),
            )
            for entry in missing
        ]
    )


def member(
    *,
    public_id: str,
    pseudonym: str,
    domain: str,
    group: AgeGroup,
    choice: str,
    joined_at: datetime,
    password: str,
    now: datetime,
    rng: random.Random,
) -> User:
    """A member (unsaved) whose exact age within the age group is by chance."""
    year, month = born(now, age=rng.choice(AGES[group]), months_since_birthday=rng.randrange(6))
    return User(
        public_id=public_id,
        email=f"{pseudonym}@{domain}".lower(),
        pseudonym=pseudonym,
        password=password,
        role=Role.MEMBER,
        birth_year=year,
        birth_month=month,
        hcp_choice=choice,
        hcp_choice_at=joined_at if choice else None,
        joined_at=joined_at,
    )


def add_accounts(users: list[User]) -> int:
    """Store accounts with a verified address each; returns how many."""
    User.objects.bulk_create(users, batch_size=2000)
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users),
        batch_size=2000,
    )
    Consent.objects.bulk_create(agreements(users), batch_size=2000)
    return len(users)


def agreements(users: Iterable[User]) -> Iterator[Consent]:
    """What members said when they joined (unsaved): yes to joining, and their other choices."""
    rules = Document.objects.current(DocumentKind.MEMBER_RULES)
    notices = {kind: Document.objects.current(kind) or rules for kind in NOTICES}
    for user in users:
        if user.role != Role.MEMBER:
            continue
        group = user.age_group(timezone.now())
        said = {Purpose.JOIN: YES, Purpose.EMAIL: YES, Purpose.RESEARCH: NO}
        if user.hcp_choice:
            said[Purpose.HCP_INVOLVEMENT] = user.hcp_choice
        notice = notices[notice_kind(group)]
        for purpose, value in said.items():
            yield Consent(
                user=user,
                purpose=purpose,
                value=value,
                document=notice,
                document_hash=notice.content_hash if notice else "",
                language="en-gb",
                age_group=group or "",
                method=Method.JOINING,
                at=user.joined_at,
            )


def demo_people() -> dict[str, User]:
    """Everybody with a fixed name, by pseudonym."""
    names = [persona.name for persona in PERSONAS]
    return by_pseudonym([*names, *(entry.pseudonym for entry in texts.members())])


def by_pseudonym(names: Iterable[str]) -> dict[str, User]:
    """Those of these people who are there, by pseudonym."""
    return {user.pseudonym: user for user in User.objects.filter(pseudonym__in=list(names))}


def strangers() -> bool:
    """Whether somebody has an account who is not of the demo or its crowd.

    The secrets of the demo's staff can be worked out from the seed: they must never stand beside
    real people.
    """
    return (
        User.objects.exclude(email__endswith="@demo.example")
        .exclude(email__endswith="@crowd.example")
        .exists()
    )
