"""Guardians, sign-offs, what changed in a text; published texts refuse UPDATE and DELETE."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids

TEXTS = ("accounts_clause", "accounts_module")
PART_PUBLISHED = """
    WHEN (SELECT published_at FROM accounts_document WHERE id = OLD.document_id) IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'published texts are never changed'); END
"""


def sqlite():
    """Triggers on the document itself and on its parts."""
    for verb in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER document_published_no_{verb.lower()} BEFORE {verb} ON accounts_document"
            " WHEN OLD.published_at IS NOT NULL"
            " BEGIN SELECT RAISE(ABORT, 'published texts are never changed'); END"
        )
        for table in TEXTS:
            name = f"{table}_published_no_{verb.lower()}"
            yield f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {PART_PUBLISHED}"


def sqlite_undo():
    for verb in ("update", "delete"):
        for name in ("document", *TEXTS):
            yield f"DROP TRIGGER {name}_published_no_{verb}"


def postgresql():
    yield """
    CREATE FUNCTION islet_document_published() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION 'published texts are never changed' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
    """
    yield """
    CREATE FUNCTION islet_text_published() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM accounts_document
                   WHERE id = OLD.document_id AND published_at IS NOT NULL) THEN
            RAISE EXCEPTION 'published texts are never changed' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$
    """
    yield """
    CREATE TRIGGER document_published BEFORE UPDATE OR DELETE ON accounts_document
    FOR EACH ROW EXECUTE FUNCTION islet_document_published()
    """
    for table in TEXTS:
        yield f"""
        CREATE TRIGGER {table}_published BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION islet_text_published()
        """


def postgresql_undo():
    yield "DROP TRIGGER document_published ON accounts_document"
    for table in TEXTS:
        yield f"DROP TRIGGER {table}_published ON {table}"
    yield "DROP FUNCTION islet_document_published()"
    yield "DROP FUNCTION islet_text_published()"


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]():
            # None, not (): otherwise psycopg takes a % for a placeholder.
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_consent_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuardianRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=accounts.ids.new_public_id,
                        editable=False,
                        max_length=14,
                        unique=True,
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("mail_due_at", models.DateTimeField(blank=True, null=True)),
                ("mail_leased_until", models.DateTimeField(blank=True, null=True)),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SignOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[("clinical", "Clinical"), ("legal", "Legal and data protection")],
                        max_length=10,
                    ),
                ),
                ("signed_off_by", models.CharField(max_length=120)),
                ("signed_off_on", models.DateField()),
                ("content_hash", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-recorded_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="changes",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="user",
            name="age_stage",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at__isnull", True)),
                fields=("kind", "language"),
                name="document_one_draft",
            ),
        ),
        migrations.AddField(
            model_name="guardianrequest",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="guardian_requests",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signoff",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sign_offs",
                to="accounts.document",
            ),
        ),
        migrations.AddField(
            model_name="signoff",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="guardianrequest",
            index=models.Index(
                condition=models.Q(("mail_due_at__isnull", False)),
                fields=["mail_due_at"],
                name="guardian_mail_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("user",),
                name="guardian_one_open",
            ),
        ),
        migrations.RunPython(
            run({"sqlite": sqlite, "postgresql": postgresql}),
            run({"sqlite": sqlite_undo, "postgresql": postgresql_undo}),
        ),
    ]
