"""Words of profiles in reports and cases: whose they are, held while it is open, then erasable.

The same rules as for other evidence (migrations 0005, 0015, 0016, 0020).
"""

from django.db import migrations

TABLE = "moderation_profileevidence"
WHOLE = "LEFT JOIN moderation_case w ON w.id = k.merged_into_id"
UNDECIDED = "COALESCE(w.status, k.status) <> 'decided'"
HELD = (
    "(EXISTS (SELECT 1 FROM moderation_report r LEFT JOIN moderation_case k ON k.id = r.case_id"
    f" {WHOLE} WHERE r.id = OLD.report_id AND ({UNDECIDED}"
    " OR (r.case_id IS NULL AND r.status NOT IN ('decided', 'appealed', 'closed'))))"
    " OR EXISTS (SELECT 1 FROM moderation_sanction s JOIN moderation_case k ON k.id = s.case_id"
    f" {WHOLE} WHERE s.id = OLD.sanction_id AND {UNDECIDED}))"
)
ERASED = (
    "NEW.words = '[erased]' AND NEW.id = OLD.id AND NEW.person_id = OLD.person_id"
    " AND COALESCE(NEW.report_id, 0) = COALESCE(OLD.report_id, 0)"
    " AND COALESCE(NEW.sanction_id, 0) = COALESCE(OLD.sanction_id, 0)"
    " AND NEW.words_for = OLD.words_for AND NEW.added_at = OLD.added_at"
)
THEIRS = (
    "EXISTS (SELECT 1 FROM moderation_report r"
    " WHERE r.id = NEW.report_id AND r.about_id = NEW.person_id)"
    " OR EXISTS (SELECT 1 FROM moderation_sanction s"
    " WHERE s.id = NEW.sanction_id AND s.user_id = NEW.person_id AND s.kind = 'words')"
)
# Each rule: name, event, when it is broken (SQL for both databases), what is said then.
RULES = [
    ("profile_words_stay", "UPDATE", f"NOT ({ERASED}) OR {HELD}", "words of a profile are held"),
    ("profile_words_held", "DELETE", HELD, "words of a profile are held"),
    ("profile_words_theirs", "INSERT", f"NOT ({THEIRS})", "these words are about another"),
]
NO_TRUNCATE = f"{TABLE}_no_truncate"


def make(apps, schema_editor):
    """One trigger a rule."""
    for name, event, broken, said in RULES:
        if schema_editor.connection.vendor == "sqlite":
            statements = [
                f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} WHEN {broken}"
                f" BEGIN SELECT RAISE(ABORT, '{said}'); END"
            ]
        else:
            row = "OLD" if event == "DELETE" else "NEW"
            statements = [
                f"CREATE FUNCTION islet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN IF {broken} THEN RAISE EXCEPTION '{said}'"
                f" USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$",
                f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE}"
                f" FOR EACH ROW EXECUTE FUNCTION islet_{name}()",
            ]
        for statement in statements:
            schema_editor.execute(statement, params=None)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {NO_TRUNCATE} BEFORE TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION islet_only_added_to()",
            params=None,
        )


def undo(apps, schema_editor):
    """None of them."""
    for name, _event, _broken, _said in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
            continue
        schema_editor.execute(f"DROP TRIGGER {name} ON {TABLE}", params=None)
        schema_editor.execute(f"DROP FUNCTION islet_{name}()", params=None)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {NO_TRUNCATE} ON {TABLE}", params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0023_profile_words")]

    operations = [migrations.RunPython(make, undo)]
