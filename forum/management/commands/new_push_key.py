"""``manage.py new_push_key``: a new pair of keys for messages to devices."""

from django.core.management.base import BaseCommand

from forum.push.message import new_private_key, public_key_of


class Command(BaseCommand):
    """Print a pair. Nothing is stored."""

    help = "Print a new VAPID_PRIVATE_KEY for messages to devices, and the public key it has."

    def handle(self, **options: object) -> None:
        """Print it as lines for .env."""
        key = new_private_key()
        self.stdout.write(f"# Public key: {public_key_of(key)}")
        self.stdout.write(f"VAPID_PRIVATE_KEY={key}")
