"""A feed and a key of a member, as *Me* shows them. Their secrets are thrown away at once."""

from datetime import datetime, timedelta

from accounts.models import MemberToken, Scope, User
from accounts.tokens import new_app_key, new_feed, note_use


def add_keys(*, now: datetime, people: dict[str, User]) -> int:
    """Add both where there is none; returns how many."""
    if MemberToken.objects.exists():
        return 0
    member = people["peer_open"]
    made = now - timedelta(days=40)
    new_feed(user=member, at=made)
    key, _secret = new_app_key(
        user=member,
        name="Screen in the kitchen",
        scopes=[Scope.READ, Scope.NOTICES],
        lasts=timedelta(days=90),
        at=made,
    )
    note_use(key, at=now - timedelta(days=1))
    return MemberToken.objects.count()
