"""Proposals, sanctions and appeals: facts stay, a second person is a second person.

What check constraints cannot say, since it takes a look at other rows: who decides an appeal had no
part in what it is about; a sanction or decision against the team, or a suspension, rests on a
proposal that was approved; solo is for a site on which there is no other admin.
"""

from django.db import migrations

# Each rule: name, table, event, and when it is broken (SQL for both databases).
RULES = [
    ("proposal_starts_waiting", "moderation_proposal", "INSERT", "NEW.status <> 'waiting'"),
    (
        "proposal_facts_stay",
        "moderation_proposal",
        "UPDATE",
        "NEW.public_id <> OLD.public_id OR NEW.reason <> OLD.reason"
        " OR NEW.about_id <> OLD.about_id OR NEW.post_id IS DISTINCT FROM OLD.post_id"
        " OR NEW.decision_kind <> OLD.decision_kind OR NEW.sanction_kind <> OLD.sanction_kind"
        " OR NEW.days IS DISTINCT FROM OLD.days OR NEW.clause_id IS DISTINCT FROM OLD.clause_id"
        " OR NEW.message <> OLD.message OR NEW.note <> OLD.note"
        " OR NEW.case_id IS DISTINCT FROM OLD.case_id"
        " OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.proposed_at <> OLD.proposed_at"
        " OR NEW.expires_at <> OLD.expires_at",
    ),
    (
        "proposal_ends_once",
        "moderation_proposal",
        "UPDATE",
        "OLD.status <> 'waiting' AND (NEW.status <> OLD.status OR NEW.approval <> OLD.approval"
        " OR NEW.closed_by_id IS DISTINCT FROM OLD.closed_by_id"
        " OR NEW.closed_at IS DISTINCT FROM OLD.closed_at OR NEW.closed_why <> OLD.closed_why"
        " OR (OLD.decision_id IS NOT NULL"
        " AND NEW.decision_id IS DISTINCT FROM OLD.decision_id))",
    ),
    (
        "proposal_second_is_another",
        "moderation_proposal",
        "UPDATE",
        "NEW.status = 'approved' AND NEW.closed_by_id IN (NEW.proposed_by_id, NEW.about_id)",
    ),
    (
        "proposal_second_is_an_admin",
        "moderation_proposal",
        "UPDATE",
        "NEW.approval = 'second' AND OLD.status = 'waiting' AND EXISTS (SELECT 1"
        " FROM accounts_user u WHERE u.id = NEW.closed_by_id AND (u.role = 'member'"
        " OR (NEW.reason <> 'shadow' AND u.role <> 'admin')))",
    ),
    (
        "proposal_solo_is_alone",
        "moderation_proposal",
        "UPDATE",
        "NEW.approval = 'solo' AND OLD.status = 'waiting' AND EXISTS (SELECT 1"
        " FROM accounts_user u WHERE u.role = 'admin' AND u.is_active"
        " AND u.id <> NEW.proposed_by_id)",
    ),
    ("proposal_stays", "moderation_proposal", "DELETE", "1 = 1"),
    (
        "sanction_needs_two",
        "moderation_sanction",
        "INSERT",
        "NEW.approval = '' AND EXISTS (SELECT 1 FROM accounts_user u"
        " WHERE u.id = NEW.user_id AND u.role <> 'member')",
    ),
    (
        "sanction_rests_on_approval",
        "moderation_sanction",
        "INSERT",
        "NEW.approval <> '' AND NOT EXISTS (SELECT 1 FROM moderation_proposal p"
        " WHERE p.id = NEW.proposal_id AND p.status = 'approved' AND p.approval = NEW.approval"
        " AND p.about_id = NEW.user_id AND p.sanction_kind = NEW.kind"
        " AND p.proposed_by_id = NEW.decided_by_id"
        " AND p.closed_by_id IS NOT DISTINCT FROM NEW.approved_by_id)",
    ),
    (
        "sanction_facts_stay",
        "moderation_sanction",
        "UPDATE",
        "NEW.public_id <> OLD.public_id OR NEW.user_id <> OLD.user_id OR NEW.kind <> OLD.kind"
        " OR NEW.clause_id <> OLD.clause_id OR NEW.message <> OLD.message OR NEW.note <> OLD.note"
        " OR NEW.starts_at <> OLD.starts_at OR NEW.until IS DISTINCT FROM OLD.until"
        " OR NEW.decided_by_id <> OLD.decided_by_id OR NEW.approval <> OLD.approval"
        " OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id"
        " OR NEW.proposal_id IS DISTINCT FROM OLD.proposal_id"
        " OR NEW.post_id IS DISTINCT FROM OLD.post_id"
        " OR NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.ends_at > OLD.ends_at",
    ),
    (
        "sanction_lifted_once",
        "moderation_sanction",
        "UPDATE",
        "OLD.lifted_at IS NOT NULL AND (NEW.lifted_at IS DISTINCT FROM OLD.lifted_at"
        " OR NEW.lifted_by_id IS DISTINCT FROM OLD.lifted_by_id"
        " OR NEW.lifted_why <> OLD.lifted_why OR NEW.ends_at IS DISTINCT FROM OLD.ends_at)",
    ),
    ("sanction_stays", "moderation_sanction", "DELETE", "1 = 1"),
    (
        "decision_on_staff_needs_two",
        "moderation_decision",
        "INSERT",
        "NEW.kind IN ('ask_change', 'hide', 'remove') AND EXISTS (SELECT 1 FROM accounts_user u"
        " WHERE u.id = NEW.author_id AND u.role <> 'member') AND NOT EXISTS (SELECT 1"
        " FROM moderation_proposal p WHERE p.post_id = NEW.post_id"
        " AND p.decision_kind = NEW.kind AND p.post_version = NEW.post_version"
        " AND p.status = 'approved' AND p.decision_id IS NULL)",
    ),
    (
        "appeal_by_who_it_is_about",
        "moderation_appeal",
        "INSERT",
        "EXISTS (SELECT 1 FROM moderation_decision d WHERE d.id = NEW.decision_id"
        " AND d.author_id <> NEW.appellant_id) OR EXISTS (SELECT 1 FROM moderation_sanction s"
        " WHERE s.id = NEW.sanction_id AND s.user_id <> NEW.appellant_id)"
        " OR NEW.status <> 'open'",
    ),
    (
        "appeal_by_somebody_else",
        "moderation_appeal",
        "UPDATE",
        "NEW.decided_by_id IS NOT NULL AND (NEW.decided_by_id = NEW.appellant_id"
        " OR EXISTS (SELECT 1 FROM moderation_decision d WHERE d.id = NEW.decision_id"
        " AND d.moderator_id = NEW.decided_by_id)"
        " OR EXISTS (SELECT 1 FROM moderation_proposal p WHERE p.decision_id = NEW.decision_id"
        " AND (p.proposed_by_id = NEW.decided_by_id OR p.closed_by_id = NEW.decided_by_id))"
        " OR EXISTS (SELECT 1 FROM moderation_sanction s WHERE s.id = NEW.sanction_id"
        " AND (s.decided_by_id = NEW.decided_by_id OR s.approved_by_id = NEW.decided_by_id)))",
    ),
    (
        "appeal_by_no_hcp_about_hcps",
        "moderation_appeal",
        "UPDATE",
        "EXISTS (SELECT 1 FROM accounts_user a, accounts_user d WHERE a.id = NEW.appellant_id"
        " AND d.id = NEW.decided_by_id AND d.role = 'hcp' AND a.role = 'hcp')"
        " OR EXISTS (SELECT 1 FROM accounts_user d WHERE d.id = NEW.decided_by_id"
        " AND (d.role = 'member' OR (d.role = 'hcp' AND NOT EXISTS (SELECT 1"
        " FROM moderation_shadowdone o WHERE o.hcp_id = d.id))))",
    ),
    (
        "appeal_facts_stay",
        "moderation_appeal",
        "UPDATE",
        "NEW.number <> OLD.number OR NEW.appellant_id <> OLD.appellant_id"
        " OR NEW.decision_id IS DISTINCT FROM OLD.decision_id"
        " OR NEW.sanction_id IS DISTINCT FROM OLD.sanction_id OR NEW.words <> OLD.words"
        " OR NEW.created_at <> OLD.created_at OR OLD.status <> 'open'",
    ),
    ("appeal_stays", "moderation_appeal", "DELETE", "1 = 1"),
]
TABLES = [
    "moderation_proposal",
    "moderation_sanction",
    "moderation_appeal",
]
UNKNOWN_TO_OLD_SQLITE = (("IS NOT DISTINCT FROM", "IS"), ("IS DISTINCT FROM", "IS NOT"))


def sqlite(condition):
    """The condition in words that SQLite before 3.39 knows as well."""
    for theirs, ours in UNKNOWN_TO_OLD_SQLITE:
        condition = condition.replace(theirs, ours)
    return condition


def create(apps, schema_editor):
    """One trigger a rule."""
    for name, table, event, broken in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {sqlite(broken)}"
                f" BEGIN SELECT RAISE(ABORT, '{name}'); END",
                params=None,
            )
            continue
        back = "OLD" if event == "DELETE" else "NEW"
        schema_editor.execute(
            f"CREATE FUNCTION islet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF {broken} THEN RAISE EXCEPTION '{name}'"
            f" USING ERRCODE = 'check_violation'; END IF; RETURN {back}; END $$",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION islet_{name}()",
            params=None,
        )
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION islet_only_added_to()",
                params=None,
            )


def drop(apps, schema_editor):
    """None of them."""
    for name, table, _event, _broken in RULES:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
            continue
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}", params=None)
        schema_editor.execute(f"DROP FUNCTION islet_{name}()", params=None)
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_no_truncate ON {table}", params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0007_sanctions_appeals"), ("accounts", "0004_consent_life")]

    operations = [migrations.RunPython(create, drop)]
