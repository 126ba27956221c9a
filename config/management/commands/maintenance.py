"""``manage.py maintenance on|read-only|off``: pause the site, or open it again."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Level
from accounts.models.site import REASON_MAX
from moderation.actions.maintenance import switch_by_command

LEVELS = {"on": Level.CLOSED, "read-only": Level.READ_ONLY, "off": Level.OFF}


class Command(BaseCommand):
    """Works for whoever can reach the database; it is in the audit log."""

    help = "Pause the site (on), let people read only (read-only), or open it again (off)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and what people are told."""
        parser.add_argument("what", choices=LEVELS)
        parser.add_argument("--reason", default="", help="one short sentence that people read")
        parser.add_argument("--minutes", type=int, help="how long it will take, about")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        minutes = options["minutes"]
        if len(options["reason"]) > REASON_MAX:
            raise CommandError(f"The reason has at most {REASON_MAX} characters.")
        if minutes is not None and minutes < 1:
            raise CommandError("Say how many minutes, at least 1.")
        until = timezone.now() + timedelta(minutes=minutes) if minutes else None
        level = LEVELS[options["what"]]
        changed = switch_by_command(level=level, reason=options["reason"], until=until)
        self.stdout.write(f"{level.label}." if changed else f"{level.label}, as before.")
