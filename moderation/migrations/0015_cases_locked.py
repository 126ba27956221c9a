"""Cases keep what they rest on, and nobody in conflict works on one.

Nothing of an open case or report can be deleted; notes, declarations, answers of the checklist and
checks of the log are only added to; what was decided, asked and answered does not change. Conflict:
the same reasons as in moderation/conflicts.py.
"""

from django.db import migrations


def case_open(case):
    """SQL: the case, or the one it is merged into, is not decided."""
    return (
        "EXISTS (SELECT 1 FROM moderation_case k LEFT JOIN moderation_case w"
        f" ON w.id = k.merged_into_id WHERE k.id = {case}"
        " AND COALESCE(w.status, k.status) <> 'decided')"
    )


def report_open(condition):
    """SQL: a report for which the condition holds is not finished, or its case is open."""
    return (
        "EXISTS (SELECT 1 FROM moderation_report r LEFT JOIN moderation_case k ON k.id = r.case_id"
        " LEFT JOIN moderation_case w ON w.id = k.merged_into_id"
        f" WHERE {condition} AND (COALESCE(w.status, k.status) <> 'decided'"
        " OR (r.case_id IS NULL AND r.status NOT IN ('decided', 'appealed', 'closed'))))"
    )


def evidence_of(condition):
    """SQL: a piece of evidence for which the condition holds belongs to an open case."""
    return (
        "EXISTS (SELECT 1 FROM moderation_caseevidence e"
        f" WHERE {condition} AND {case_open('e.case_id')})"
    )


def in_conflict(case, user):
    """SQL: why somebody is no one to work on a case, with all that is merged into it."""
    return (
        "EXISTS (SELECT 1 FROM moderation_case g"
        f" WHERE (g.id = {case} OR g.merged_into_id = {case}) AND (g.about_id = {user}"
        " OR EXISTS (SELECT 1 FROM moderation_caseparty p"
        f" WHERE p.case_id = g.id AND p.user_id = {user})"
        " OR EXISTS (SELECT 1 FROM moderation_conflictdeclaration d"
        f" WHERE d.case_id = g.id AND d.admin_id = {user} AND d.tie <> '')"
        " OR EXISTS (SELECT 1 FROM moderation_report r LEFT JOIN forum_post o ON o.id = r.post_id"
        f" WHERE r.case_id = g.id AND (r.reporter_id = {user} OR r.about_id = {user}"
        f" OR o.author_id = {user}))"
        " OR EXISTS (SELECT 1 FROM moderation_report r"
        " JOIN moderation_report b ON b.id = r.complaint_about_id"
        " JOIN moderation_casedecision m ON m.case_id = b.case_id"
        f" WHERE r.case_id = g.id AND (m.decided_by_id = {user} OR m.approved_by_id = {user}))))"
    )


ONLY_ADDED_TO = ("conflictdeclaration", "casenote", "referral", "auditcheck")
HELD = ("caseevidence", "caseparty", "accountrequest", "interimmeasure", "casedecision")
# Each rule: name, table, event, and when it is broken (SQL for both databases).
RULES = [
    *(
        (f"{name}_{event.lower()}_never", f"moderation_{name}", event, "1 = 1")
        for name in ONLY_ADDED_TO
        for event in ("UPDATE", "DELETE")
    ),
    *((f"{name}_held", f"moderation_{name}", "DELETE", case_open("OLD.case_id")) for name in HELD),
    ("caseevidence_stays", "moderation_caseevidence", "UPDATE", "1 = 1"),
    ("case_held", "moderation_case", "DELETE", case_open("OLD.id")),
    ("report_held", "moderation_report", "DELETE", report_open("r.id = OLD.id")),
    (
        "report_message_held",
        "moderation_reportmessage",
        "DELETE",
        report_open("r.id = OLD.report_id"),
    ),
    (
        "revision_held",
        "forum_revision",
        "DELETE",
        f"{report_open('r.post_id = OLD.post_id')} OR {evidence_of('e.post_id = OLD.post_id')}",
    ),
    (
        "post_held",
        "forum_post",
        "DELETE",
        f"{report_open('r.post_id = OLD.id')} OR {evidence_of('e.post_id = OLD.id')}",
    ),
    (
        "question_stays",
        "moderation_accountrequest",
        "UPDATE",
        "NEW.question <> OLD.question OR NEW.asked_id <> OLD.asked_id"
        " OR NEW.case_id <> OLD.case_id OR (OLD.answered_at IS NOT NULL"
        " AND (NEW.answer <> OLD.answer OR NEW.answered_at IS NULL))",
    ),
    (
        "case_decision_stays",
        "moderation_casedecision",
        "UPDATE",
        "NEW.case_id <> OLD.case_id OR NEW.outcome <> OLD.outcome OR NEW.note <> OLD.note"
        " OR NEW.person_message <> OLD.person_message OR NEW.decided_by_id <> OLD.decided_by_id"
        " OR NEW.decided_at <> OLD.decided_at OR OLD.applied_at IS NOT NULL"
        " OR OLD.refused_at IS NOT NULL",
    ),
    (
        "case_handler_free_new",
        "moderation_case",
        "INSERT",
        "NEW.handler_id IS NOT NULL AND NEW.about_id = NEW.handler_id",
    ),
    (
        "case_handler_free",
        "moderation_case",
        "UPDATE",
        "NEW.handler_id IS NOT NULL AND (OLD.handler_id IS NULL"
        f" OR NEW.handler_id <> OLD.handler_id) AND {in_conflict('NEW.id', 'NEW.handler_id')}",
    ),
    (
        "case_decided_by_free",
        "moderation_casedecision",
        "INSERT",
        in_conflict("NEW.case_id", "NEW.decided_by_id"),
    ),
    (
        "case_approved_by_free",
        "moderation_casedecision",
        "UPDATE",
        f"NEW.approved_by_id IS NOT NULL AND {in_conflict('NEW.case_id', 'NEW.approved_by_id')}",
    ),
]
WORDS = "this row of a case is kept as it is"


def sqlite(name, table, event, broken):
    """The statements of one rule on SQLite."""
    yield (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {broken}"
        f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    )


def postgresql(name, table, event, broken):
    """The statements of one rule on PostgreSQL."""
    row = "OLD" if event == "DELETE" else "NEW"
    yield f"""
        CREATE FUNCTION islet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {broken} THEN
                RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN {row};
        END
        $$
    """
    yield (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION islet_{name}()"
    )


def make(apps, schema_editor):
    """Write the rules into the database in use."""
    build = {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]
    for rule in RULES:
        for statement in build(*rule):
            schema_editor.execute(statement, params=None)


def undo(apps, schema_editor):
    """Take them out again."""
    for name, table, _event, _broken in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION islet_{name}()")


class Migration(migrations.Migration):
    dependencies = [("moderation", "0014_hide_part"), ("forum", "0013_desk_notices")]

    operations = [migrations.RunPython(make, undo)]
