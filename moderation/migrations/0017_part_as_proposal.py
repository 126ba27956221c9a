"""A proposal can hide a part: it keeps the places, they stay, and a part of the team's takes two."""

from django.db import migrations, models

HAS_PLACES = (
    "(NEW.decision_kind = 'hide_part' AND NEW.passages IS NULL)"
    " OR (NEW.decision_kind <> 'hide_part' AND NEW.passages IS NOT NULL)"
)
FACTS = (
    "NEW.public_id <> OLD.public_id OR NEW.reason <> OLD.reason"
    " OR NEW.about_id <> OLD.about_id OR NEW.post_id IS DISTINCT FROM OLD.post_id"
    " OR NEW.decision_kind <> OLD.decision_kind OR NEW.sanction_kind <> OLD.sanction_kind"
    " OR NEW.days IS DISTINCT FROM OLD.days OR NEW.clause_id IS DISTINCT FROM OLD.clause_id"
    " OR NEW.message <> OLD.message OR NEW.note <> OLD.note"
    " OR NEW.case_id IS DISTINCT FROM OLD.case_id"
    " OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.proposed_at <> OLD.proposed_at"
    " OR NEW.expires_at <> OLD.expires_at"
)
STAFF = (
    "NEW.kind IN ({kinds}) AND EXISTS (SELECT 1 FROM accounts_user u"
    " WHERE u.id = NEW.author_id AND u.role <> 'member') AND NOT EXISTS (SELECT 1"
    " FROM moderation_proposal p WHERE p.post_id = NEW.post_id"
    " AND p.decision_kind = NEW.kind AND p.post_version = NEW.post_version"
    " AND p.status = 'approved' AND p.decision_id IS NULL)"
)
# Each rule: name, table, event, when it is broken now, and when it was before (None: no rule).
RULES = [
    ("proposal_part_has_places", "moderation_proposal", "INSERT", HAS_PLACES, None),
    (
        "proposal_facts_stay",
        "moderation_proposal",
        "UPDATE",
        f"{FACTS} OR NEW.passages IS DISTINCT FROM OLD.passages",
        FACTS,
    ),
    (
        "decision_on_staff_needs_two",
        "moderation_decision",
        "INSERT",
        STAFF.format(kinds="'ask_change', 'hide_part', 'hide', 'remove'"),
        STAFF.format(kinds="'ask_change', 'hide', 'remove'"),
    ),
]
UNKNOWN_TO_OLD_SQLITE = (("IS NOT DISTINCT FROM", "IS"), ("IS DISTINCT FROM", "IS NOT"))


def put(schema_editor, name, table, event, broken, *, is_new):
    """One trigger, in place of the one that has its name."""
    if schema_editor.connection.vendor == "sqlite":
        for theirs, ours in UNKNOWN_TO_OLD_SQLITE:
            broken = broken.replace(theirs, ours)
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {broken}"
            f" BEGIN SELECT RAISE(ABORT, '{name}'); END",
            params=None,
        )
        return
    schema_editor.execute(
        f"CREATE OR REPLACE FUNCTION islet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {broken} THEN RAISE EXCEPTION '{name}'"
        f" USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
        params=None,
    )
    if is_new:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION islet_{name}()",
            params=None,
        )


def tighten(apps, schema_editor):
    """The rules as they are now."""
    for name, table, event, broken, before in RULES:
        put(schema_editor, name, table, event, broken, is_new=before is None)


def loosen(apps, schema_editor):
    """The rules as they were."""
    for name, table, event, _broken, before in RULES:
        if before is not None:
            put(schema_editor, name, table, event, before, is_new=False)
        elif schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
        else:
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}", params=None)
            schema_editor.execute(f"DROP FUNCTION islet_{name}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0016_evidence_held_until_decided")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="passages",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.RunPython(tighten, loosen),
    ]
