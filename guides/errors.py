"""Why an action on a guide did not happen. Views turn these into pages."""

from django.utils.functional import Promise

from guides.models import ArticleVersion


class NotAllowed(Exception):
    """The person may not do this, or there is no such thing; the answer is 404."""


class Refused(Exception):
    """The person may do such things, and cannot do this now. ``message`` is for them to read."""

    def __init__(self, message: Promise | str) -> None:
        super().__init__(str(message))
        self.message = message


class Conflict(Exception):
    """Somebody else changed it since the person saw it. ``version`` is how it stands now."""

    def __init__(self, version: ArticleVersion) -> None:
        super().__init__("changed by somebody else")
        self.version = version
