"""Why an action of the forum did not happen. Views turn these into pages."""

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.viewer import Viewer

if TYPE_CHECKING:
    from accounts.models import Clause
    from forum.models import Post


class NotVisible(Exception):
    """The person may not see what the action is about; the answer is 404."""


class Refused(Exception):
    """The person may see it, and may not do this. ``message`` is for them to read."""

    def __init__(self, message: Promise | str, clause: "Clause | None" = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.clause = clause


class StaleVersion(Exception):
    """It changed since the person saw it. ``post`` is how a post stands now."""

    def __init__(self, post: "Post | None" = None) -> None:
        super().__init__("stale version")
        self.post = post


CANNOT_WRITE = _("You can read, but not post at the moment. Your notices say why.")
MUST_AGREE = _("Please read what changed and agree first. Your words are kept until then.")
NEEDS_GUARDIAN = _("You can read, but not post, until a parent or guardian says yes.")
THREAD_LOCKED = _("This thread is closed. You can still read it.")
NO_POLLS = _("Health professionals ask no polls here. Take it out, please.")
NO_ADVICE_ASKED = _("This member asked for no advice from professionals.")
NOT_ASKED = _("This member wants replies from professionals only where they ask for them.")
HCP_DOSE = _("The code does not let professionals suggest doses or pump settings here.")


def cannot_write(viewer: Viewer) -> Promise:
    """Why somebody who may read may not write, in words for them."""
    if viewer.silenced:
        return CANNOT_WRITE
    if viewer.needs_guardian:
        return NEEDS_GUARDIAN
    return MUST_AGREE if viewer.must_agree else CANNOT_WRITE
