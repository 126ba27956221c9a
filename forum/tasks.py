"""Background work of the forum: sweeps for what rows say is due. Losing one loses nothing."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from accounts import guardian
from forum.daily import run_daily
from forum.mail import send_due


@db_periodic_task(crontab(minute="*"))
@lock_task("send_due_mail")
def send_due_mail() -> None:
    """Send the mails of notices, every minute."""
    send_due()


@db_periodic_task(crontab(minute="*"))
@lock_task("send_guardian_mail")
def send_guardian_mail() -> None:
    """Send the mails to parents and guardians, every minute."""
    guardian.send_due()


# Hourly by day, not once: a worker that was down makes up for it, and no mail comes at night.
@db_periodic_task(crontab(minute="20", hour="9-19"))
@lock_task("daily")
def daily() -> None:
    """Tell people of their age group, remind them of their choice."""
    run_daily()
