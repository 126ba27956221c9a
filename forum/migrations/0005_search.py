"""Search: words of posts, and the database's own index of them.

SQLite keeps an FTS5 table with the words of ``forum_searchentry`` (kept by triggers), PostgreSQL two
generated columns. Its configuration ``islet`` stems English and, like FTS5, knows no stop words.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQLITE = [
    """
    CREATE VIRTUAL TABLE forum_search_fts USING fts5(
        title, body, content='forum_searchentry', content_rowid='post_id',
        tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER search_added AFTER INSERT ON forum_searchentry BEGIN
        INSERT INTO forum_search_fts (rowid, title, body)
        VALUES (new.post_id, new.title, new.body);
    END
    """,
    """
    CREATE TRIGGER search_gone AFTER DELETE ON forum_searchentry BEGIN
        INSERT INTO forum_search_fts (forum_search_fts, rowid, title, body)
        VALUES ('delete', old.post_id, old.title, old.body);
    END
    """,
    """
    CREATE TRIGGER search_changed AFTER UPDATE ON forum_searchentry BEGIN
        INSERT INTO forum_search_fts (forum_search_fts, rowid, title, body)
        VALUES ('delete', old.post_id, old.title, old.body);
        INSERT INTO forum_search_fts (rowid, title, body)
        VALUES (new.post_id, new.title, new.body);
    END
    """,
]
SQLITE_UNDO = [
    "DROP TRIGGER search_added",
    "DROP TRIGGER search_gone",
    "DROP TRIGGER search_changed",
    "DROP TABLE forum_search_fts",
]
POSTGRESQL = [
    "CREATE TEXT SEARCH DICTIONARY islet_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION islet (COPY = simple)",
    """
    ALTER TEXT SEARCH CONFIGURATION islet
    ALTER MAPPING FOR asciiword, word, hword, hword_part, asciihword, hword_asciipart
    WITH islet_stem
    """,
    # Signs become spaces: else PostgreSQL takes <script> for a tag and skips all after it, and
    # a.b for the name of a host.
    """
    ALTER TABLE forum_searchentry
    ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        to_tsvector('islet'::regconfig, translate(title || ' ' || body, '<>&/.@_-', '        '))
    ) STORED,
    ADD COLUMN title_vector tsvector GENERATED ALWAYS AS (
        to_tsvector('islet'::regconfig, translate(title, '<>&/.@_-', '        '))
    ) STORED
    """,
    "CREATE INDEX search_vector ON forum_searchentry USING gin (vector)",
    "CREATE INDEX search_title_vector ON forum_searchentry USING gin (title_vector)",
]
POSTGRESQL_UNDO = [
    "ALTER TABLE forum_searchentry DROP COLUMN vector, DROP COLUMN title_vector",
    "DROP TEXT SEARCH CONFIGURATION islet",
    "DROP TEXT SEARCH DICTIONARY islet_stem",
]


def run(statements):
    """A migration step that runs the statements of the database in use."""

    def step(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return step


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0004_workbench"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "post",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="forum.post",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120)),
                ("body", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_post", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="hcpaccess",
            name="access_surface_known",
        ),
        migrations.AlterField(
            model_name="hcpaccess",
            name="surface",
            field=models.CharField(
                choices=[
                    ("thread", "Read in its thread"),
                    ("board", "Title seen in a list"),
                    ("reply", "Read while they wrote a reply"),
                    ("search", "Found in a search"),
                    ("own_posts", "Read next to a post of their own"),
                    ("notice", "Named in a notice to them"),
                    ("queue", "Read while they checked a post"),
                    ("report", "Read while they reported it"),
                    ("break_glass", "Shown without your name, as a life may be in danger"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="hcpaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "surface__in",
                        [
                            "thread",
                            "board",
                            "reply",
                            "search",
                            "own_posts",
                            "notice",
                            "queue",
                            "report",
                            "break_glass",
                        ],
                    )
                ),
                name="access_surface_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="searchprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="search_progress_single"
            ),
        ),
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_UNDO, "postgresql": POSTGRESQL_UNDO}),
        ),
    ]
