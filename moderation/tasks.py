"""Background work of moderation: sweeps for what rows say is due. Losing one loses nothing."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, lock_task

from moderation.actions.breakglass import sweep


@db_periodic_task(crontab(minute="*"))
@lock_task("sweep_break_glass")
def sweep_break_glass() -> None:
    """Close what is over and tell authors, every minute."""
    sweep()
