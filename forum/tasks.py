"""Background work of the forum: sweeps for what rows say is due. Losing one loses nothing."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from forum.mail import send_due


@db_periodic_task(crontab(minute="*"))
@lock_task("send_due_mail")
def send_due_mail() -> None:
    """Send the mails of notices, every minute."""
    send_due()
