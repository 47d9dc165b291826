"""Rules of the house that no type checker knows. Each names the places that break it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCREENS = sorted([*(ROOT / "tui").rglob("*.py"), *(ROOT / "widgets").rglob("*.py")])
SOURCES = sorted([*(ROOT / "memdeck").rglob("*.py"), *SCREENS])
LIMIT = 400


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield function.attr, node
            else:
                yield getattr(function, "id", ""), node


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def is_ours(node: ast.expr) -> bool:
    """Whether it is `Content`, or words of our own that are no markup."""
    if isinstance(node, ast.Constant):
        return "[" not in str(node.value)
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("Content")


def markup_is_off(call: ast.Call) -> bool:
    return any(
        each.arg == "markup" and isinstance(each.value, ast.Constant) and each.value.value is False
        for each in call.keywords
    )


def test_no_text_is_shown_as_markup() -> None:
    """A bare string in these runs `[@click=...]` and fails on `[/]`."""
    assert [
        place(path, call.lineno)
        for path in SCREENS
        for name, call in calls(path)
        if name in ("Static", "Label", "notify")
        and not (markup_is_off(call) or not call.args or is_ours(call.args[0]))
    ] == []


def test_borders_and_tooltips_are_given_no_text_that_is_not_ours() -> None:
    assert [
        place(path, node.lineno)
        for path in SCREENS
        for node in nodes(path)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Attribute)
        and node.targets[0].attr in ("border_title", "border_subtitle", "tooltip")
        and not is_ours(node.value)
    ] == []


def test_modules_stay_small_enough_to_read() -> None:
    def reasoned(path: Path) -> bool:
        return "Long because" in (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")

    assert [
        place(path, lines)
        for path in SOURCES
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LIMIT and not reasoned(path)
    ] == []


def test_threads_are_made_in_one_place() -> None:
    assert {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for _, call in calls(path)
        if ast.unparse(call.func) == "threading.Thread"
    } == {"tui/bridge.py"}


def test_file_text_is_not_split_where_str_splits_it() -> None:
    """`str.splitlines` also splits at U+0085 and U+2028, which are characters of a line."""
    # Words of an error or of git, our own made text, and bytes (which split at CR and LF only).
    reasoned = {"live/watch.py", "git_words.py", "demo.py", "daily/parse.py"}
    # Ids and numbers, printed by git.
    reasoned |= {"notes/objects.py", "notes/rewritten.py", "notes/lost.py"}
    # Names of refs, printed by git.
    reasoned |= {"notes/branches.py", "notes/doctor.py"}
    assert [
        place(path, call.lineno)
        for path in SOURCES
        for name, call in calls(path)
        if name == "splitlines"
        and path.relative_to(ROOT).as_posix().removeprefix("memdeck/") not in reasoned
    ] == []
