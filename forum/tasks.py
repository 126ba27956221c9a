"""Background work of the forum: sweeps for what rows say is due. Losing one loses nothing."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from accounts import guardian
from forum.daily import run_daily
from forum.digest import send_digests
from forum.mail import send_due
from forum.push import sweep
from forum.search.index import gather_words, gather_words_anew


@db_periodic_task(crontab(minute="*"))
@lock_task("send_due_mail")
def send_due_mail() -> None:
    """Send the mails of notices, every minute."""
    send_due()


@db_periodic_task(crontab(minute="*"))
@lock_task("send_due_push")
def send_due_push() -> None:
    """Tell devices that there is something new, every minute."""
    sweep.send_due()


@db_periodic_task(crontab(minute="*/5"))
@lock_task("send_digests")
def send_digest_mail() -> None:
    """Send the digests that are due, every five minutes."""
    send_digests()


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


@db_periodic_task(crontab(minute="7"))
@lock_task("gather_words")
def gather_search_words() -> None:
    """Learn the words that posts use, for *did you mean*, every hour."""
    gather_words()


@db_periodic_task(crontab(minute="37", hour="3", day_of_week="0"))
@lock_task("gather_words")
def gather_search_words_anew() -> None:
    """Forget words of texts that are gone, once a week."""
    gather_words_anew()
