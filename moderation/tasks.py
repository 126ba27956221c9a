"""Background work of moderation: sweeps for what rows say is due. Losing one loses nothing."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from forum import waits
from moderation import deliveries, exports, outside, outside_cases, renewals, report_mail
from moderation.actions import labels, leaving, pictures, proposals, sanctions, transparency
from moderation.actions.alerts import raise_alerts
from moderation.actions.audit_check import check_all
from moderation.actions.breakglass import sweep
from moderation.actions.nobody_left import tell_where_nobody_is_left
from moderation.actions.screening import tell_of_trips
from moderation.actions.second_reviews import ask_for_looks


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


@db_periodic_task(crontab(minute="*/10"))
@lock_task("delete_pictures")
def delete_pictures() -> None:
    """Delete pictures that were taken away, and files that belong to none."""
    pictures.sweep()


@db_periodic_task(crontab(minute="*/10"))
@lock_task("lapse_labels")
def lapse_labels() -> None:
    """Write down which notes under posts got no answer in time. Nothing waits for it."""
    labels.lapse()


@db_periodic_task(crontab(minute="*"))
@lock_task("send_outside_mail")
def send_outside_mail() -> None:
    """Send the mails to somebody outside of the site."""
    outside.send_due()


@db_periodic_task(crontab(minute="*"))
@lock_task("raise_alerts")
def raise_due_alerts() -> None:
    """Alert on-call of what is in danger or late, every minute."""
    raise_alerts()


@db_periodic_task(crontab(minute="*/10"))
@lock_task("tell_where_nobody_is_left")
def tell_of_tickets_for_nobody() -> None:
    """Tell admins, or somebody outside, of posts that nobody else may look at."""
    tell_where_nobody_is_left()


@db_periodic_task(crontab(minute="*"))
@lock_task("send_alerts")
def send_due_alerts() -> None:
    """Send the messages of alerts, every minute."""
    deliveries.send_due()


@db_periodic_task(crontab(minute="*/10"))
@lock_task("measure_waits")
def measure_waits() -> None:
    """Measure how long posts wait for a look, every ten minutes."""
    waits.measure()


@db_periodic_task(crontab(minute="*/10"))
@lock_task("ask_for_second_reviews")
def ask_for_second_reviews() -> None:
    """Ask for a second review at a share of the decisions, every ten minutes."""
    ask_for_looks()


# Hourly by day, as in forum/tasks.py: a worker that was down makes up for it.
@db_periodic_task(crontab(minute="40", hour="9-19"))
@lock_task("remind_professionals")
def remind_professionals() -> None:
    """Remind health professionals of the end of their year and of a changed code."""
    renewals.remind_professionals()


@db_periodic_task(crontab(minute="*"))
@lock_task("tell_of_trips")
def tell_admins_of_trips() -> None:
    """Tell admins of rules of screening that went wild, every minute."""
    tell_of_trips()


@db_periodic_task(crontab(minute="*"))
@lock_task("send_report_mail")
def send_report_mail() -> None:
    """Send the mails to people who reported, every minute."""
    report_mail.send_due()


@db_periodic_task(crontab(minute="*"))
@lock_task("tell_outside")
def tell_outside() -> None:
    """Tell the contact outside of reports and cases that no admin may handle, every minute."""
    outside_cases.note_unhandled()
    outside_cases.send_due()


@db_periodic_task(crontab(minute="20", hour="4"))
@lock_task("check_audit")
def check_audit() -> None:
    """Check that the audit log is whole, once a day."""
    check_all()


# Hourly: it finds nothing to do but twice a year, and a worker that was down makes up for it.
@db_periodic_task(crontab(minute="20"))
@lock_task("freeze_figures")
def freeze_figures() -> None:
    """Freeze the figures of half-years that are over."""
    transparency.freeze_due()


@db_periodic_task(crontab(minute="*"))
@lock_task("make_copies")
def make_copies() -> None:
    """Make copies of people's own data, and delete those that are over, every minute."""
    exports.sweep()


# Daily would do; hourly, so that a worker that was down makes up for it soon.
@db_periodic_task(crontab(minute="50"))
@lock_task("erase_accounts")
def erase_accounts() -> None:
    """Erase accounts whose 14 days to undo are over, unless an open case holds them."""
    leaving.sweep()
