"""``manage.py verify_audit``: prove that the audit log is whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.audit import faults
from moderation.models import AuditEvent


class Command(BaseCommand):
    """Exit 0 where the chain holds; list every fault and exit 1 where it does not."""

    help = "Check that no entry of the audit log was changed, removed or reordered."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the check."""
        found = list(faults())
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"{len(found)} faults")
        self.stdout.write(f"The audit log is whole: {AuditEvent.objects.count()} entries.")
