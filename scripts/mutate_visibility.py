"""Take each rule out of forum/visibility.py in turn, and see that the tests notice.

A copy of the project is changed, never the project itself. Prints a line for each change and ends
with how many were noticed; fails below 95 %. Takes a while: the tests run once for each change.

    make mutate-visibility
"""

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = "forum/visibility.py"
TESTS = [
    "tests/test_canary.py",
    "tests/test_matrix.py",
    "tests/test_twin_worlds.py",
    "tests/forum/test_visibility_machine.py",
    "tests/moderation/test_decide.py",
]
WANTED = 0.95
ENVIRONMENT = {
    **os.environ,
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "0",
    "LOG_LEVEL": "ERROR",
    "SECRET_KEY": "only-for-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
}


def places(tree: ast.Module) -> Iterator[tuple[str, ast.AST, list[ast.expr]]]:
    """Where a rule can be taken out: a description, the node, what may stand there instead."""
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        for node in ast.walk(function):
            where = f"{function.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
                yield f"{where} without its right side", node, [node.left]
                yield f"{where} without its left side", node, [node.right]
            elif isinstance(node, ast.Return) and node.value is not None:
                if _is_name(node.value, "NOTHING"):
                    yield f"{where} all instead of nothing", node.value, [_name("ALL")]
                elif not _is_name(node.value, "ALL") and _gives_q(function):
                    yield f"{where} returns all", node.value, [_name("ALL")]
            elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitAnd):
                yield f"{where} without this condition", node.value, [_name("ALL")]
            elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                turned = copy.deepcopy(node)
                turned.ops = [ast.NotEq() if isinstance(node.ops[0], ast.Eq) else ast.Eq()]
                yield f"{where} the other way round", node, [turned]


def _name(name: str) -> ast.Name:
    return ast.Name(id=name, ctx=ast.Load())


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _gives_q(function: ast.FunctionDef) -> bool:
    return isinstance(function.returns, ast.Name) and function.returns.id == "Q"


class Replace(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """The new node for the old one, all others as they are."""
        return self.new if node is self.old else super().generic_visit(node)


def changes(source: str) -> Iterator[tuple[str, str]]:
    """Each change: what it is, and the whole changed file."""
    number = len(list(places(ast.parse(source))))
    for index in range(number):
        tree = ast.parse(source)
        what, old, (new,) = list(places(tree))[index]
        changed = Replace(old, new).visit(tree)
        yield what, ast.unparse(ast.fix_missing_locations(changed))


def noticed(folder: Path) -> bool:
    """Whether the tests fail in the copy."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "auto", *TESTS]
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    if ran.returncode not in (0, 1, 2):
        raise SystemExit(ran.stdout[-2000:] + ran.stderr[-2000:])
    return ran.returncode != 0


def main() -> None:
    """Run it."""
    source = (ROOT / TARGET).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        copied = Path(temporary) / "project"
        ignored = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".hypothesis")
        shutil.copytree(ROOT, copied, ignore=ignored)
        (copied / "var").mkdir()
        if noticed(copied):
            raise SystemExit("The tests fail without any change. Mend them first.")
        missed, number = [], 0
        for what, changed in changes(source):
            (copied / TARGET).write_text(changed, encoding="utf-8")
            number += 1
            if noticed(copied):
                print(f"noticed  {what}", flush=True)
            else:
                missed.append(what)
                print(f"MISSED   {what}", flush=True)
    share = (number - len(missed)) / number
    print(f"{number - len(missed)} of {number} changes noticed: {share:.0%}")
    if share < WANTED:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
