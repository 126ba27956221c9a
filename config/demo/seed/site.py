"""What the demo's admins have set for the whole site."""

from datetime import datetime, timedelta

from accounts.ids import new_public_id
from accounts.models import Announcement, AnnouncementAudience, InvitationCode, Tone, User
from config.helpline_actions import save_sheet, sheet_for
from moderation.actions.announcements import announce
from moderation.actions.invitations import make_code
from moderation.actions.staff import ask_to_appoint
from moderation.models import StaffChangeKind

# Label, how many can join with it, how many did, days since it was made, days that it works.
CODES = (
    ("Elm Street children's clinic", 60, 23, 80, 180),
    ("Young adults' clinic, Harbour Hospital", 40, 3, 20, 180),
    ("Summer camp of the Reef charity", 30, 30, 120, 90),
)
WORDS = "On Sunday from 7 to 8 in the morning you can read, but not write. Drafts stay safe."
TEAM_WORDS = "The new code of conduct comes next month. Please read it before you sign it."


def add_site(*, now: datetime, people: dict[str, User]) -> int:
    """Announcements and codes where there are none; returns how many rows."""
    if Announcement.objects.exists() or InvitationCode.objects.exists():
        return 0
    admin = people["admin_one"]
    for label, allowed, used, since, works in CODES:
        public_id = new_public_id()
        made = now - timedelta(days=since)
        make_code(
            public_id=public_id,
            admin=admin,
            label=label,
            uses_allowed=allowed,
            expires_at=made + timedelta(days=works),
            at=made,
        )
        InvitationCode.objects.filter(public_id=public_id).update(uses=used)
    announce(
        admin=admin,
        text=WORDS,
        link="/stay-safe/",
        link_words="Staying safe",
        audience=AnnouncementAudience.MEMBERS,
        tone=Tone.CALM,
        starts_at=now - timedelta(hours=3),
        ends_at=now + timedelta(days=6),
        at=now - timedelta(hours=3),
    )
    announce(
        admin=admin,
        text=TEAM_WORDS,
        link="/code/",
        link_words="The code",
        audience=AnnouncementAudience.STAFF,
        tone=Tone.CALM,
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=13),
        at=now - timedelta(days=1),
    )
    ask_to_appoint(
        admin=people["admin_two"],
        kind=StaffChangeKind.MODERATOR,
        email="juniper@team.example",
        pseudonym="Juniper",
        reason="Did the course in spring, and has been a welcomer for a year.",
        trained_on=(now - timedelta(days=40)).date(),
        at=now - timedelta(days=2),
    )
    lines = sheet_for("GB")
    lines["line"] = [*lines["line"][1:], lines["line"][0]]  # a draft with another order
    save_sheet(country="GB", data=lines, number=0, admin=admin, at=now)
    return len(CODES) + 4
