"""Nobody decides on whom or what they are too close to: the database refuses it.

The same reasons as in ``forum.visibility.post_handleable`` and ``moderation.ties``, for each row
that says who decided: decisions, proposals, sanctions, appeals, second reviews, break-glass. Who
wrote is looked up from the post, not taken from the row. Cases have rules of their own.
"""

from django.db import migrations, models


def writers(post):
    """SQL: who wrote the post, and who started its thread."""
    return (
        f"SELECT p.author_id FROM forum_post p WHERE p.id = {post}"
        " UNION ALL SELECT t.author_id FROM forum_thread t JOIN forum_post p"
        f" ON p.thread_id = t.id WHERE p.id = {post}"
    )


def either_way(one, other, person, people):
    """SQL: the two columns name the person and one of the people, in this order or the other."""
    return (
        f"(({one} = {person} AND {other} IN ({people}))"
        f" OR ({other} = {person} AND {one} IN ({people})))"
    )


def ties(person, people):
    """What keeps somebody from people, each with its name."""
    return [
        (
            "block",
            "EXISTS (SELECT 1 FROM accounts_block b WHERE"
            f" {either_way('b.blocker_id', 'b.blocked_id', person, people)})",
        ),
        (
            "hidden",
            "EXISTS (SELECT 1 FROM accounts_hiddenhcp h WHERE"
            f" {either_way('h.member_id', 'h.hcp_id', person, people)})",
        ),
        (
            "workplace",
            "EXISTS (SELECT 1 FROM accounts_hiddenworkplace h"
            " JOIN accounts_hcpprofile_workplaces w ON w.workplace_id = h.workplace_id"
            " JOIN accounts_hcpprofile f ON f.id = w.hcpprofile_id WHERE"
            f" {either_way('h.member_id', 'f.user_id', person, people)})",
        ),
        (
            "recused",
            "EXISTS (SELECT 1 FROM accounts_recusal r"
            f" WHERE r.hcp_id = {person} AND r.member_id IN ({people}))",
        ),
        (
            "cut off",
            "EXISTS (SELECT 1 FROM accounts_cutoff c WHERE"
            f" {either_way('c.member_id', 'c.hcp_id', person, people)})",
        ),
    ]


def near(person, post):
    """Why somebody is too close to a post, each with its name."""
    return [
        (
            "own post",
            f"EXISTS (SELECT 1 FROM forum_post p WHERE p.id = {post} AND p.author_id = {person})",
        ),
        *ties(person, writers(post)),
        (
            "own report",
            "EXISTS (SELECT 1 FROM moderation_report r"
            f" WHERE r.post_id = {post} AND r.reporter_id = {person})",
        ),
        (
            "colleague",
            "EXISTS (SELECT 1 FROM forum_post p JOIN accounts_user a ON a.id = p.author_id"
            f" JOIN accounts_user u ON u.id = {person}"
            f" WHERE p.id = {post} AND a.role = 'hcp' AND u.role = 'hcp')",
        ),
        (
            "peers only",
            "EXISTS (SELECT 1 FROM forum_post p JOIN forum_thread t ON t.id = p.thread_id"
            f" JOIN accounts_user u ON u.id = {person} WHERE p.id = {post} AND u.role = 'hcp'"
            " AND (p.audience = 'peers' OR t.audience = 'peers'))",
        ),
    ]


def reported(person, about):
    """Somebody reported the very person that this is about."""
    return (
        "own report",
        "EXISTS (SELECT 1 FROM moderation_report r"
        f" WHERE r.about_id = {about} AND r.reporter_id = {person})",
    )


OF_APPEAL = "(SELECT d.post_id FROM moderation_decision d WHERE d.id = NEW.decision_id)"
NOT_THE_DECISIONS = (
    "own decision",
    "EXISTS (SELECT 1 FROM moderation_decision d WHERE d.id = NEW.decision_id"
    " AND (d.moderator_id = NEW.reviewer_id OR d.moderator_id <> NEW.first_moderator_id"
    " OR d.author_id <> NEW.author_id))",
)
# Who confirms, refuses or decides otherwise; taking back one's own stays possible.
CLOSES = "NEW.closed_by_id IS NOT NULL AND OLD.closed_by_id IS NULL AND NEW.status <> 'taken_back'"
# Each rule: table, event, when it is asked, and the reasons that break it.
RULES = [
    ("moderation_decision", "INSERT", "1 = 1", near("NEW.moderator_id", "NEW.post_id")),
    (
        "moderation_proposal",
        "INSERT",
        "1 = 1",
        [
            *ties("NEW.proposed_by_id", "NEW.about_id"),
            *near("NEW.proposed_by_id", "NEW.post_id"),
        ],
    ),
    (
        "moderation_proposal",
        "UPDATE",
        CLOSES,
        [*ties("NEW.closed_by_id", "NEW.about_id"), *near("NEW.closed_by_id", "NEW.post_id")],
    ),
    (
        # What was proposed was looked at before, when it was proposed and when it was agreed to.
        "moderation_sanction",
        "INSERT",
        "NEW.proposal_id IS NULL",
        [
            *ties("NEW.decided_by_id", "NEW.user_id"),
            *near("NEW.decided_by_id", "NEW.post_id"),
            reported("NEW.decided_by_id", "NEW.user_id"),
        ],
    ),
    (
        "moderation_appeal",
        "UPDATE",
        "NEW.decided_by_id IS NOT NULL AND OLD.decided_by_id IS NULL",
        [
            *ties("NEW.decided_by_id", "NEW.appellant_id"),
            *near("NEW.decided_by_id", OF_APPEAL),
            reported("NEW.decided_by_id", "NEW.appellant_id"),
        ],
    ),
    (
        "moderation_secondreview",
        "INSERT",
        "1 = 1",
        [NOT_THE_DECISIONS, *near("NEW.reviewer_id", OF_APPEAL)],
    ),
    (
        "moderation_secondreview",
        "UPDATE",
        "1 = 1",
        [NOT_THE_DECISIONS, *near("NEW.reviewer_id", OF_APPEAL)],
    ),
    ("moderation_breakglass", "INSERT", "1 = 1", ties("NEW.asked_by_id", "NEW.author_id")),
    (
        "moderation_breakglass",
        "UPDATE",
        "NEW.approved_by_id IS NOT NULL AND OLD.approved_by_id IS NULL",
        near("NEW.approved_by_id", "NEW.post_id"),
    ),
]


def name_of(table, event):
    """What the trigger is called."""
    return f"conflict_{table.removeprefix('moderation_')}_{event.lower()}"


def create(apps, schema_editor):
    """One trigger a table and event, that says which reason it was."""
    for table, event, asked, reasons in RULES:
        name = name_of(table, event)
        if schema_editor.connection.vendor == "sqlite":
            checks = " ".join(
                f"SELECT RAISE(ABORT, 'conflict: {reason}') WHERE {broken};"
                for reason, broken in reasons
            )
            statements = [
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {asked} BEGIN {checks} END"
            ]
        else:
            checks = " ".join(
                f"IF {broken} THEN RAISE EXCEPTION 'conflict: {reason}'"
                " USING ERRCODE = 'check_violation'; END IF;"
                for reason, broken in reasons
            )
            statements = [
                f"CREATE FUNCTION islet_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN IF {asked} THEN {checks} END IF; RETURN NEW; END $$",
                f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION islet_{name}()",
            ]
        for statement in statements:
            schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    """None of them."""
    for table, event, _asked, _reasons in RULES:
        name = name_of(table, event)
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
            continue
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}", params=None)
        schema_editor.execute(f"DROP FUNCTION islet_{name}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("moderation", "0017_part_as_proposal"), ("accounts", "0005_cut_off")]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="stage",
            field=models.CharField(
                choices=[
                    ("new", "New"),
                    ("overdue", "Overdue"),
                    ("second", "Nobody has looked yet"),
                    ("admins", "Only admins may look"),
                    ("nobody", "Nobody here may look"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunPython(create, drop),
    ]
