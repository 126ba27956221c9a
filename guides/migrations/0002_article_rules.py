"""Rules about articles that no row may break, on SQLite and PostgreSQL.

Versions begin as drafts and go the ways of ``WAYS`` alone; nothing is ever removed. Words are
fixed once a version is no draft, and its check once it was published. Whoever is put down as
reviewer is a checked professional who did not write any of it. Events are only added to.
"""

from django.db import migrations

WAYS = (
    ("draft", "in_review"),
    ("draft", "sample"),
    ("draft", "retired"),
    ("in_review", "draft"),
    ("in_review", "checked"),
    ("checked", "draft"),
    ("checked", "published"),
    ("published", "retired"),
    ("sample", "retired"),
)
NEVER = ("article_id", "number", "is_sample", "written_by_id", "writer_profession", "created_at")
WORDS = ("title", "summary", "body", "html", "keywords", "change_note", "digest", "revision")
CHECK = ("reviewed_by_id", "reviewer_profession", "reviewed_on", "review_by", "published_at")


def changed(columns, different):
    """SQL: whether one of the columns changes."""
    return " OR ".join(f"OLD.{name} {different} NEW.{name}" for name in columns)


MOVES = " OR ".join(f"(OLD.status = '{a}' AND NEW.status = '{b}')" for a, b in WAYS)
NO_WAY = f"OLD.status <> NEW.status AND NOT ({MOVES})"
UNFIT = """NEW.reviewed_by_id IS NOT NULL AND (
    NEW.status NOT IN ('checked', 'published', 'retired')
    OR NOT EXISTS (
        SELECT 1 FROM accounts_user u JOIN accounts_hcpprofile p ON p.user_id = u.id
        WHERE u.id = NEW.reviewed_by_id AND u.role = 'hcp' AND p.verified_at IS NOT NULL
        AND p.revoked_at IS NULL AND p.suspended_at IS NULL AND p.expires_at IS NOT NULL
    )
    OR EXISTS (
        SELECT 1 FROM guides_articleevent e WHERE e.version_id = NEW.id
        AND e.actor_id = NEW.reviewed_by_id AND e.kind IN ('started', 'saved')
    ))"""
SHUT = "(SELECT status FROM guides_articleversion WHERE id = {row}.version_id) <> 'draft'"

SQLITE = [
    """
    CREATE TRIGGER article_version_starts BEFORE INSERT ON guides_articleversion
    WHEN NEW.status <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a version starts as a draft'); END
    """,
    f"""
    CREATE TRIGGER article_version_ways BEFORE UPDATE ON guides_articleversion WHEN {NO_WAY}
    BEGIN SELECT RAISE(ABORT, 'a version does not go this way'); END
    """,
    f"""
    CREATE TRIGGER article_version_words BEFORE UPDATE ON guides_articleversion
    WHEN {changed(NEVER, "IS NOT")} OR (OLD.status <> 'draft' AND ({changed(WORDS, "IS NOT")}))
    BEGIN SELECT RAISE(ABORT, 'the words of a version are fixed'); END
    """,
    f"""
    CREATE TRIGGER article_version_check BEFORE UPDATE ON guides_articleversion
    WHEN OLD.status IN ('published', 'sample', 'retired') AND ({changed(CHECK, "IS NOT")})
    BEGIN SELECT RAISE(ABORT, 'the check of a version is fixed'); END
    """,
    f"""
    CREATE TRIGGER article_version_reviewer BEFORE UPDATE ON guides_articleversion
    WHEN OLD.reviewed_by_id IS NOT NEW.reviewed_by_id AND {UNFIT}
    BEGIN SELECT RAISE(ABORT, 'this person cannot check this version'); END
    """,
    """
    CREATE TRIGGER article_version_stays BEFORE DELETE ON guides_articleversion
    BEGIN SELECT RAISE(ABORT, 'versions are never removed'); END
    """,
    f"""
    CREATE TRIGGER article_source_added BEFORE INSERT ON guides_articlesource
    WHEN {SHUT.format(row="NEW")}
    BEGIN SELECT RAISE(ABORT, 'the sources of a version are fixed'); END
    """,
    f"""
    CREATE TRIGGER article_source_changed BEFORE UPDATE ON guides_articlesource
    WHEN {SHUT.format(row="NEW")} OR {SHUT.format(row="OLD")}
    BEGIN SELECT RAISE(ABORT, 'the sources of a version are fixed'); END
    """,
    f"""
    CREATE TRIGGER article_source_gone BEFORE DELETE ON guides_articlesource
    WHEN {SHUT.format(row="OLD")}
    BEGIN SELECT RAISE(ABORT, 'the sources of a version are fixed'); END
    """,
    """
    CREATE TRIGGER article_event_no_update BEFORE UPDATE ON guides_articleevent
    BEGIN SELECT RAISE(ABORT, 'events are only added to'); END
    """,
    """
    CREATE TRIGGER article_event_no_delete BEFORE DELETE ON guides_articleevent
    BEGIN SELECT RAISE(ABORT, 'events are only added to'); END
    """,
]
SQLITE_UNDO = [
    f"DROP TRIGGER article_{name}"
    for name in (
        "version_starts version_ways version_words version_check version_reviewer version_stays "
        "source_added source_changed source_gone event_no_update event_no_delete"
    ).split()
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION islet_article_version() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wrong text;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            wrong := 'versions are never removed';
        ELSIF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'draft' THEN wrong := 'a version starts as a draft'; END IF;
        ELSIF {NO_WAY} THEN
            wrong := 'a version does not go this way';
        ELSIF {changed(NEVER, "IS DISTINCT FROM")}
            OR (OLD.status <> 'draft' AND ({changed(WORDS, "IS DISTINCT FROM")})) THEN
            wrong := 'the words of a version are fixed';
        ELSIF OLD.status IN ('published', 'sample', 'retired')
            AND ({changed(CHECK, "IS DISTINCT FROM")}) THEN
            wrong := 'the check of a version is fixed';
        ELSIF OLD.reviewed_by_id IS DISTINCT FROM NEW.reviewed_by_id AND {UNFIT} THEN
            wrong := 'this person cannot check this version';
        END IF;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION USING MESSAGE = wrong, ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER article_version_rules BEFORE INSERT OR UPDATE OR DELETE ON guides_articleversion
    FOR EACH ROW EXECUTE FUNCTION islet_article_version()
    """,
    f"""
    CREATE FUNCTION islet_article_source() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE shut boolean := false;
    BEGIN
        IF TG_OP <> 'DELETE' THEN shut := {SHUT.format(row="NEW")}; END IF;
        IF TG_OP <> 'INSERT' AND NOT shut THEN shut := {SHUT.format(row="OLD")}; END IF;
        IF shut THEN
            RAISE EXCEPTION 'the sources of a version are fixed' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER article_source_rules BEFORE INSERT OR UPDATE OR DELETE ON guides_articlesource
    FOR EACH ROW EXECUTE FUNCTION islet_article_source()
    """,
    """
    CREATE FUNCTION islet_article_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'events are only added to' USING ERRCODE = 'check_violation'; END $$
    """,
    """
    CREATE TRIGGER article_event_append_only BEFORE UPDATE OR DELETE ON guides_articleevent
    FOR EACH ROW EXECUTE FUNCTION islet_article_event()
    """,
    """
    CREATE TRIGGER article_event_no_truncate BEFORE TRUNCATE ON guides_articleevent
    FOR EACH STATEMENT EXECUTE FUNCTION islet_article_event()
    """,
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER article_version_rules ON guides_articleversion",
    "DROP TRIGGER article_source_rules ON guides_articlesource",
    "DROP TRIGGER article_event_append_only ON guides_articleevent",
    "DROP TRIGGER article_event_no_truncate ON guides_articleevent",
    "DROP FUNCTION islet_article_version()",
    "DROP FUNCTION islet_article_source()",
    "DROP FUNCTION islet_article_event()",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            # None, not (): otherwise psycopg takes a % for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [("guides", "0001_articles"), ("accounts", "0006_hcp_application")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
