"""A feed and a key of a member, as *Me* shows them. Their secrets are thrown away at once."""

from datetime import datetime, timedelta

from accounts.models import MemberToken, Scope, User
from accounts.tokens import note_use
from forum.actions.keys import make_app_key, make_feed
from forum.models import Notice, NoticeKind


def add_keys(*, now: datetime, people: dict[str, User]) -> int:
    """Add both where there is none; returns how many."""
    if MemberToken.objects.exists():
        return 0
    member = people["peer_open"]
    made = now - timedelta(days=40)
    make_feed(user=member, at=made)
    key, _secret = make_app_key(
        user=member,
        name="Screen in the kitchen",
        scopes=[Scope.READ, Scope.NOTICES],
        lasts=timedelta(days=90),
        at=made,
    )
    note_use(key, at=now - timedelta(days=1))
    # Told forty days ago, and read; the people of the demo have no mailboxes.
    told = Notice.objects.filter(recipient=member, kind=NoticeKind.KEY)
    told.update(mail_due_at=None, read_at=made)
    return MemberToken.objects.count()
