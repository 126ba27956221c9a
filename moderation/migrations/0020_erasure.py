"""Words in rows that are otherwise kept as they are may be erased, and nothing else may change.

Revisions: a wording may be emptied, unless an open report or case holds its post. Decisions,
proposals, sanctions, appeals, answers in cases: a column of words may become ``[erased]``. Who, what
and when stay. The rules are taken from the database in use and loosened there.
"""

from django.db import migrations

ERASED = "'[erased]'"
# rule -> columns of words that may be erased
COLUMNS = {
    "proposal_facts_stay": ["message", "note"],
    "proposal_ends_once": ["closed_why"],
    "sanction_facts_stay": ["message", "note"],
    "sanction_lifted_once": ["lifted_why"],
    "appeal_facts_stay": ["words"],
    "question_stays": ["question", "answer"],
}
# An appeal that was decided does not change, but for the words on both sides.
APPEAL_OPEN = "OLD.status <> 'open'"
APPEAL_ERASED = (
    "(OLD.status <> 'open' AND (NEW.status <> OLD.status OR NEW.restored <> OLD.restored"
    f" OR (NEW.answer <> OLD.answer AND NEW.answer <> {ERASED})"
    f" OR (NEW.answer = OLD.answer AND NEW.words = OLD.words)))"
)
HELD = """
    EXISTS (SELECT 1 FROM moderation_report r LEFT JOIN moderation_case k ON k.id = r.case_id
        LEFT JOIN moderation_case w ON w.id = k.merged_into_id
        WHERE r.post_id = OLD.post_id AND (COALESCE(w.status, k.status) <> 'decided'
        OR (r.case_id IS NULL AND r.status NOT IN ('decided', 'appealed', 'closed'))))
    OR EXISTS (SELECT 1 FROM moderation_caseevidence e JOIN moderation_case k ON k.id = e.case_id
        LEFT JOIN moderation_case w ON w.id = k.merged_into_id
        WHERE e.post_id = OLD.post_id AND COALESCE(w.status, k.status) <> 'decided')
"""
REVISION = (
    "NEW.text = '' AND NEW.id = OLD.id AND NEW.post_id = OLD.post_id"
    f" AND NEW.number = OLD.number AND NEW.created_at = OLD.created_at AND NOT ({HELD})"
)
WORDS_OF_DECISIONS = ("message", "private_note")


def loosened(name, sql):
    """The rule with its columns of words open for erasing."""
    for column in COLUMNS[name]:
        strict = f"NEW.{column} <> OLD.{column}"
        if strict not in sql:
            raise ValueError(f"{name} says nothing of {column}")
        sql = sql.replace(strict, f"({strict} AND NEW.{column} <> {ERASED})")
    if name == "appeal_facts_stay":
        if APPEAL_OPEN not in sql:
            raise ValueError(name)
        sql = sql.replace(APPEAL_OPEN, APPEAL_ERASED)
    return sql


def tightened(name, sql):
    """The rule as it was."""
    if name == "appeal_facts_stay":
        sql = sql.replace(APPEAL_ERASED, APPEAL_OPEN)
    for column in COLUMNS[name]:
        strict = f"NEW.{column} <> OLD.{column}"
        sql = sql.replace(f"({strict} AND NEW.{column} <> {ERASED})", strict)
    return sql


def rewrite(schema_editor, change):
    """Read each rule, change it, write it."""
    connection = schema_editor.connection
    for name in COLUMNS:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(
                    "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [name]
                )
            else:
                cursor.execute(
                    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s"
                    " AND pronamespace = current_schema()::regnamespace",
                    [f"islet_{name}"],
                )
            sql = cursor.fetchone()[0]
        if connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
        schema_editor.execute(change(name, sql), params=None)


def decision_columns(connection):
    """The columns of a decision that never change."""
    with connection.cursor() as cursor:
        table = connection.introspection.get_table_description(cursor, "moderation_decision")
    return [column.name for column in table]


def same(columns):
    return " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in columns)


def on_sqlite(schema_editor, erasing):
    """Triggers of revisions and decisions."""
    columns = decision_columns(schema_editor.connection)
    undone = "OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL AND " + same(
        name for name in columns if name != "undone_at"
    )
    allowed = f"({undone})"
    if erasing:
        words = " AND ".join(
            f"(NEW.{name} = OLD.{name} OR NEW.{name} = {ERASED})" for name in WORDS_OF_DECISIONS
        )
        rest = same(name for name in columns if name not in WORDS_OF_DECISIONS)
        allowed += f" OR ({rest} AND {words})"
    revision = f"WHEN NOT ({REVISION})" if erasing else ""
    for statement in (
        "DROP TRIGGER decision_no_update",
        "CREATE TRIGGER decision_no_update BEFORE UPDATE ON moderation_decision"
        f" WHEN NOT ({allowed}) BEGIN SELECT RAISE(ABORT, 'decisions are only added to'); END",
        "DROP TRIGGER revision_no_update",
        f"CREATE TRIGGER revision_no_update BEFORE UPDATE ON forum_revision {revision}"
        " BEGIN SELECT RAISE(ABORT, 'revisions are only added to'); END",
    ):
        schema_editor.execute(statement, params=None)


def on_postgresql(schema_editor, erasing):
    """The same; functions are replaced, triggers point to them."""
    words = " AND ".join(
        f"(NEW.{name} = OLD.{name} OR NEW.{name} = {ERASED})" for name in WORDS_OF_DECISIONS
    )
    rest = " - ".join(f"'{name}'" for name in WORDS_OF_DECISIONS)
    erased = f"OR (to_jsonb(NEW) - {rest} = to_jsonb(OLD) - {rest} AND {words})"
    statements = [
        f"""
        CREATE OR REPLACE FUNCTION islet_decision_undone_alone() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF (OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
                AND to_jsonb(NEW) - 'undone_at' = to_jsonb(OLD) - 'undone_at')
                {erased if erasing else ""}
            THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'decisions are only added to' USING ERRCODE = 'check_violation';
        END
        $$
        """,
        "DROP TRIGGER revision_append_only ON forum_revision",
    ]
    if erasing:
        statements += [
            f"""
            CREATE FUNCTION islet_revision_emptied_alone() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {REVISION} THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'revisions are only added to' USING ERRCODE = 'check_violation';
            END
            $$
            """,
            "CREATE TRIGGER revision_append_only BEFORE UPDATE ON forum_revision"
            " FOR EACH ROW EXECUTE FUNCTION islet_revision_emptied_alone()",
        ]
    else:
        statements += [
            "CREATE TRIGGER revision_append_only BEFORE UPDATE ON forum_revision"
            " FOR EACH ROW EXECUTE FUNCTION islet_only_added_to()",
            "DROP FUNCTION islet_revision_emptied_alone()",
        ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    """Let words be erased."""
    rewrite(schema_editor, loosened)
    make = {"sqlite": on_sqlite, "postgresql": on_postgresql}[schema_editor.connection.vendor]
    make(schema_editor, True)


def forbid(apps, schema_editor):
    """Let nothing change again."""
    rewrite(schema_editor, tightened)
    make = {"sqlite": on_sqlite, "postgresql": on_postgresql}[schema_editor.connection.vendor]
    make(schema_editor, False)


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0019_transparency"),
        ("forum", "0018_notice_of_data"),
        ("accounts", "0009_own_data"),
    ]

    operations = [migrations.RunPython(allow, forbid)]
