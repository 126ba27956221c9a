"""Background work of moderation: sweeps for what rows say is due. Losing one loses nothing."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from moderation import outside
from moderation.actions import proposals, sanctions
from moderation.actions.breakglass import sweep


@db_periodic_task(crontab(minute="*"))
@lock_task("sweep_break_glass")
def sweep_break_glass() -> None:
    """Close what is over and tell authors, every minute."""
    sweep()


@db_periodic_task(crontab(minute="*"))
@lock_task("sweep_sanctions")
def sweep_sanctions() -> None:
    """Write down which sanctions and proposals are over. Nothing waits for it."""
    sanctions.sweep()
    proposals.sweep()


@db_periodic_task(crontab(minute="*"))
@lock_task("send_outside_mail")
def send_outside_mail() -> None:
    """Send the mails to somebody outside of the site."""
    outside.send_due()
