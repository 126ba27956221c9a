"""The shape of the house, checked: who imports whom, the one door, what templates may hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "config", "forum", "guides", "moderation")
MOST_LINES = 500
# A table of cases may be longer than code: it is read one case at a time.
MOST_LINES_OF_TESTS = 1000
# Where threads and posts may be read as the tables have them: the rules themselves, the writes
# (which lock rows and ask the door first), and the demo, which fills an empty site. Two read rows
# without words: which opening a title is of, and counts. Break-glass is the door's one exception.
BEHIND_THE_DOOR = (
    "forum/visibility.py",
    "forum/querysets.py",
    "forum/summaries.py",
    "forum/policy.py",
    "forum/queries/",
    "forum/actions/",
    "forum/models/",
    "forum/access_log.py",
    "forum/search/index.py",
    "forum/management/commands/check_summaries.py",
    "moderation/queue.py",
    "moderation/pictures.py",
    "moderation/breakglass.py",
    "moderation/holds.py",
    "moderation/actions/",
    "config/demo/",
)
# The last is for conditions on rows that went through another.
DOORS = {"visible_to", "shown_to", "handleable_by", "visible_beside"}
KEPT_MODELS = {"Post", "Thread", "ThreadSummary", "Picture"}
# Reverse relations that lead to texts of others.
KEPT_RELATIONS = {"posts", "threads", "summaries", "quoted_in"}
QUERIES = {
    "all",
    "filter",
    "exclude",
    "get",
    "first",
    "last",
    "count",
    "exists",
    "values",
    "in_bulk",
}
QUERIES |= {"values_list", "order_by", "select_related", "prefetch_related", "latest", "iterator"}
# Who may say that HTML is safe: post cards and guides (sanitised when written), and our own
# versioned texts.
SAYS_SAFE = {"forum/cards.py", "accounts/wording.py", "guides/rendering.py"}
# Django's field template marks help texts, which are code, never a person's words.
MARKS_HELP_TEXTS = "templates/django/forms/field.html"


def sources(*, migrations: bool = False) -> list[Path]:
    """The project's own Python files."""
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if migrations or "migrations" not in path.parts
    ]


def templates() -> list[Path]:
    """All templates, those of mails too."""
    folders = [ROOT / "templates", *(ROOT / app / "templates" for app in APPS)]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def name_of(path: Path) -> str:
    """The path as it is called in the project."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Full names of all modules that a tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def attributes(tree: ast.AST) -> set[str]:
    """All attribute names in a tree."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def simple_statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Statements without a body of their own, and the heads of those that have one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt):
            continue
        if hasattr(node, "body"):
            heads = [getattr(node, part, None) for part in ("test", "iter", "subject")]
            heads += [item.context_expr for item in getattr(node, "items", [])]
            yield from (head for head in heads if isinstance(head, ast.AST))
        else:
            yield node


# Imports -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_imports_go_one_way() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stdout


def test_nothing_is_imported_inside_a_function() -> None:
    """That hides circles. ``ready()`` must wait until the models are there."""
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources(migrations=True)
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and not (path.name == "apps.py" and function.name == "ready")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_migrations_are_frozen_and_import_nothing_that_may_change() -> None:
    """Field defaults name public ids; these are as frozen as the migrations."""
    allowed = {"accounts.ids"}
    wrong = [
        f"{name_of(path)}: {module}"
        for path in sources(migrations=True)
        if "migrations" in path.parts
        for module in imported_modules(tree_of(path))
        if module.split(".")[0] in APPS and module not in allowed
    ]
    assert wrong == []


def test_effects_are_calls_and_not_signals() -> None:
    wrong = [
        f"{name_of(path)}: {module}"
        for path in sources(migrations=True)
        for module in imported_modules(tree_of(path))
        if module.startswith(("django.dispatch", "django.db.models.signals", "blinker"))
        or module.endswith(".signals")
    ]
    assert wrong == []


def test_there_are_no_generic_foreign_keys() -> None:
    wrong = [
        name_of(path)
        for path in sources(migrations=True)
        if "GenericForeignKey" in path.read_text(encoding="utf-8")
        or "django.contrib.contenttypes.fields" in imported_modules(tree_of(path))
    ]
    assert wrong == []


# The one door ------------------------------------------------------------------------------------


def past_the_door(tree: ast.Module) -> list[int]:
    """Lines of statements that reach threads or posts without asking who reads them."""
    found = []
    for statement in simple_statements(tree):
        if attributes(statement) & DOORS:
            continue
        for node in ast.walk(statement):
            if not isinstance(node, ast.Attribute):
                continue
            manager = (
                node.attr in ("objects", "_default_manager", "_base_manager")
                and isinstance(node.value, ast.Name)
                and node.value.id in KEPT_MODELS
            )
            relation = (
                node.attr in QUERIES
                and isinstance(node.value, ast.Attribute)
                and node.value.attr in KEPT_RELATIONS
            )
            if manager or relation:
                found.append(node.lineno)
    return found


def test_threads_and_posts_are_reached_through_the_one_door() -> None:
    wrong = [
        f"{name_of(path)}:{line}"
        for path in sources()
        if not name_of(path).startswith(BEHIND_THE_DOOR)
        for line in past_the_door(tree_of(path))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "code",
    [
        "posts = Post.objects.filter(thread=thread)",
        "def f():\n    return list(Thread.objects.all())",
        "for row in ThreadSummary.objects.all(): pass",
        "count = thread.posts.count()",
        "if author.threads.exists(): pass",
        "with lock(Post.objects.get(pk=1)): pass",
    ],
)
def test_the_check_of_the_one_door_finds_ways_around_it(code: str) -> None:
    assert past_the_door(ast.parse(code))


def test_the_check_of_the_one_door_lets_pass_what_asks() -> None:
    code = "posts = Post.objects.visible_to(viewer).filter(thread=thread)"
    assert past_the_door(ast.parse(code)) == []


def test_what_asks_nothing_of_the_thread_is_only_a_condition_on_rows_that_were_asked() -> None:
    wrong = [
        f"{name_of(path)}:{statement.lineno}"
        for path in sources()
        for statement in simple_statements(tree_of(path))
        if "visible_beside" in attributes(statement)
        and not any(
            isinstance(node, ast.Call) and getattr(node.func, "id", "") == "OuterRef"
            for node in ast.walk(statement)
        )
    ]
    assert wrong == []


def test_templates_follow_no_relation_from_a_person_or_thread_to_texts() -> None:
    reach = re.compile(r"\.(posts|threads|summaries|quoted_in)\.(all|count|first|last)\b")
    # A page object's own list is called posts, too, and is followed by nothing.
    wrong = [name_of(path) for path in templates() if reach.search(path.read_text("utf-8"))]
    assert wrong == []


# Output ------------------------------------------------------------------------------------------


def test_only_post_cards_and_our_own_texts_are_marked_as_safe_html() -> None:
    unsafe = {"mark_safe", "SafeString", "SafeText"}
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        if name_of(path) not in SAYS_SAFE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") in unsafe or getattr(node.func, "attr", "") in unsafe)
    ]
    assert wrong == []


def test_templates_switch_no_escaping_off() -> None:
    off = re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off")
    wrong = []
    for path in html_templates():
        text = path.read_text("utf-8")
        if name_of(path) == MARKS_HELP_TEXTS:
            text = text.replace("{{ field.help_text|safe }}", "")
        if off.search(text):
            wrong.append(name_of(path))
    assert wrong == []


def html_templates() -> list[Path]:
    """Templates of pages."""
    return [path for path in templates() if path.suffix == ".html"]


def test_templates_hold_no_inline_style_and_no_inline_script() -> None:
    """The content security policy would refuse them."""
    bans = {
        "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
        "style element": re.compile(r"<style\b", re.IGNORECASE),
        "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
        "script body": re.compile(
            r"<script(?![^>]*\btype=\"application/json\")(?![^>]*\bnonce=)[^>]*>\s*[^\s<]",
            re.IGNORECASE,
        ),
        "script address": re.compile(r"""href\s*=\s*["']javascript:""", re.IGNORECASE),
    }
    wrong = [
        f"{name_of(path)}: {what}"
        for path in html_templates()
        for what, ban in bans.items()
        # 500.html is shown when nothing else works, and brings what it needs.
        if ban.search(path.read_text("utf-8")) and path.name != "500.html"
    ]
    assert wrong == []


def test_templates_name_no_other_host_for_what_a_page_loads() -> None:
    loads = re.compile(
        r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)\s*=\s*"
        r"[\"'](?:https?:)?//|<link\b[^>]*\bhref\s*=\s*[\"'](?:https?:)?//",
        re.IGNORECASE,
    )
    wrong = [name_of(path) for path in html_templates() if loads.search(path.read_text("utf-8"))]
    assert wrong == []


# Manners -----------------------------------------------------------------------------------------


def test_no_file_is_longer_than_one_can_keep_in_mind() -> None:
    code = [*sources(), *(ROOT / "bench").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    limits = dict.fromkeys(code, MOST_LINES)
    limits |= dict.fromkeys((ROOT / "tests").rglob("*.py"), MOST_LINES_OF_TESTS)
    long = {
        name_of(path): lines
        for path, most in limits.items()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > most
    }
    assert long == {}


def test_every_moment_has_a_time_zone() -> None:
    naive = {"now", "today", "utcnow", "fromtimestamp", "utcfromtimestamp"}
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in naive
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
        and not node.args
        and not node.keywords
    ]
    assert wrong == []


def test_every_public_function_and_class_says_what_it_is() -> None:
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_points_out_of_the_project() -> None:
    """The requirements it was built from are not part of it."""
    outside = re.compile("|".join((r"\.\./" + "shared", "/work" + "/", "/tmp" + "/build")))
    folders = [*APPS, "bench", "deploy", "docs", "scripts", "static", "templates", "tests"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [
        path for path in ROOT.iterdir() if path.is_file() and path.name not in (".env", ".git")
    ]
    wrong = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if outside.search(text):
            wrong.append(name_of(path))
    assert wrong == []
